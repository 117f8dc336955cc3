//! The grammar of an attribute's arguments. Their meaning is found out later, in `valid`.

use std::fmt;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Error, Expr, Ident, Lit, Path, Result, Token,
    ext::IdentExt as _,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    token,
};

/// The name of one of our attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributeName {
    Public,
    Require,
    RequireAuth,
    RequireRole,
    RequireScope,
}

impl AttributeName {
    /// Finds the attribute that a path names with its last segment.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let last = path.segments.last()?;
        [Self::Public, Self::Require, Self::RequireAuth, Self::RequireRole, Self::RequireScope]
            .into_iter()
            .find(|attribute| last.ident == attribute.name())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Require => "require",
            Self::RequireAuth => "require_auth",
            Self::RequireRole => "require_role",
            Self::RequireScope => "require_scope",
        }
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The arguments of one attribute.
#[derive(Default)]
pub(crate) struct Args(pub(crate) Vec<Arg>);

/// One argument of an attribute.
pub(crate) enum Arg {
    /// `crate = path`, `when = path(..)`
    Assign { name: Ident, value: Value },
    /// `any("a", "b")`, `hide(anonymous)`
    Call { name: Path, args: Vec<Arg> },
    /// `"orders:read"`
    Literal(Lit),
    /// `hide`, `Scope::OrdersRead`
    Path(Path),
}

/// The value of an argument, behind `=`.
pub(crate) enum Value {
    /// `is_open(order)`
    Call { function: Path, args: Vec<Expr> },
    /// A literal, which is a mistake everywhere.
    Literal,
    /// `my_crate::reexport`
    Path(Path),
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Ok(Self(Punctuated::<Arg, Token![,]>::parse_terminated(input)?.into_iter().collect()))
    }
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(Lit) {
            return Ok(Self::Literal(input.parse()?));
        }
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
            let name = Ident::parse_any(input)?;
            input.parse::<Token![=]>()?;
            return Ok(Self::Assign { name, value: input.parse()? });
        }
        if !input.peek(Ident::peek_any) && !input.peek(Token![::]) {
            return Err(input.error("expected a name in quotes, a path, `any(..)`, `all(..)` or an option"));
        }
        let name = Path::parse_mod_style(input)?;
        if input.peek(Token![:]) || input.peek(Token![.]) || input.peek(Token![-]) || input.peek(Token![/]) {
            return Err(unquoted(&name, input));
        }
        if !input.peek(token::Paren) {
            return Ok(Self::Path(name));
        }
        let content;
        parenthesized!(content in input);
        Ok(Self::Call { name, args: content.parse::<Args>()?.0 })
    }
}

/// Says that a name such as `orders:read` stands in quotes.
fn unquoted(name: &Path, input: ParseStream<'_>) -> Error {
    let mut tokens = name.to_token_stream();
    while !input.is_empty() && !input.peek(Token![,]) {
        let Ok(token) = input.parse::<TokenTree>() else { break };
        tokens.extend([token]);
    }
    let text = tokens.to_string().replace(' ', "");
    Error::new_spanned(tokens, format_args!("a name stands in quotes: `{text:?}`"))
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(Lit) {
            input.parse::<Lit>()?;
            return Ok(Self::Literal);
        }
        let logic = "expected a path or a call of one function; logic belongs into the function";
        if !input.peek(Ident::peek_any) && !input.peek(Token![::]) {
            return Err(input.error(logic));
        }
        let path = Path::parse_mod_style(input)?;
        let value = if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            let args = Punctuated::<Expr, Token![,]>::parse_terminated(&content)?;
            Self::Call { function: path, args: args.into_iter().collect() }
        } else {
            Self::Path(path)
        };
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(input.error(logic));
        }
        Ok(value)
    }
}

impl Arg {
    /// The word that the argument is or begins with.
    pub(crate) fn word(&self) -> Option<&Ident> {
        match self {
            Self::Assign { name, .. } => Some(name),
            Self::Call { name, .. } | Self::Path(name) => name.get_ident(),
            Self::Literal(_) => None,
        }
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Path(path) if path.is_ident(word))
    }
}

/// Gives the tokens that a message about the argument points at.
impl ToTokens for Arg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Assign { name, .. } => name.to_tokens(tokens),
            Self::Call { name, .. } | Self::Path(name) => name.to_tokens(tokens),
            Self::Literal(literal) => literal.to_tokens(tokens),
        }
    }
}
