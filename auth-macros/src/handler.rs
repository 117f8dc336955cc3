//! The handler, taken apart into attributes, signature and body.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::{
    Attribute, FnArg, GenericParam, Ident, Pat, PatType, Result, ReturnType, Signature, Token, Visibility,
    parse::{ParseStream, Parser as _},
    token,
};

use crate::{
    args::AttributeName,
    route::{self, Route},
};

/// The name of the principal in a rule, unless an argument of the handler has that name.
pub(crate) const PRINCIPAL: &str = "principal";

/// A function as the user wrote it. The macros never look into the body.
pub(crate) struct Handler {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

impl Handler {
    pub(crate) fn parse(attribute: AttributeName, item: TokenStream) -> Result<Self> {
        let parse = |input: ParseStream<'_>| {
            let attrs = input.call(Attribute::parse_outer)?;
            let vis = input.parse()?;
            if !begins_function(input) {
                return Err(
                    input.error(format_args!("`{attribute}` goes on a handler, which is an `async fn`"))
                );
            }
            let sig = input.parse()?;
            if !input.peek(token::Brace) {
                return Err(input.error("a handler has a body, and stands outside `trait` and `impl`"));
            }
            Ok(Self { attrs, vis, sig, body: input.parse()? })
        };
        parse.parse2(item)
    }

    /// Finds `Self` in the signature. A function with `Self` stands in an `impl` or a `trait`.
    pub(crate) fn names_self(&self) -> Option<Ident> {
        find_word(self.sig.to_token_stream(), "Self")
    }

    /// Whether the body begins with an inner attribute.
    pub(crate) fn begins_with_attribute(&self) -> bool {
        self.body.clone().into_iter().any(|token| match token {
            TokenTree::Group(block) => {
                block.stream().into_iter().next().is_some_and(|first| first.to_string() == "#")
            }
            _ => false,
        })
    }

    /// Whether no route attribute makes a service of the function.
    pub(crate) fn is_plain(&self) -> bool {
        Route::all(&self.attrs).is_empty()
    }

    /// Lists the routes that the expansion registers itself. `None` leaves them to actix-web's attributes, which also
    /// report the mistakes in them.
    pub(crate) fn own_routes(&self) -> Option<Vec<Route>> {
        let is_plain = |attr: &Attribute| {
            AttributeTarget::of(attr) != Some(AttributeTarget::Handler)
                || route::is_route(attr)
                || attr.path().is_ident("doc")
        };
        let is_simple = self.sig.generics.params.is_empty() && self.attrs.iter().all(is_plain);
        if is_simple { Route::all_simple(&self.attrs) } else { None }
    }

    /// Lists the attributes of the service: its documentation, and levels of lints. A level that nothing may change
    /// would refuse the service's own.
    pub(crate) fn service_attrs(&self) -> impl Iterator<Item = &Attribute> {
        self.outer_attrs().filter(|attr| !route::is_route(attr) && !attr.path().is_ident("forbid"))
    }

    /// Whether another attribute of ours expands after this one, and before a route attribute.
    pub(crate) fn is_annotated_again(&self) -> bool {
        let mut above = self.attrs.iter().take_while(|attr| !route::is_route(attr));
        above.any(|attr| AttributeName::of(attr.path()).is_some())
    }

    /// Lists the arguments in order.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &PatType> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        })
    }

    /// Lists the names that the arguments bind, in order.
    pub(crate) fn names(&self) -> Vec<Ident> {
        self.arguments().flat_map(|argument| bound(&argument.pat)).collect()
    }

    /// Whether a rule may be called with `name`.
    pub(crate) fn can_name(&self, name: &Ident) -> bool {
        name == PRINCIPAL || self.names().contains(name)
    }

    /// Finds the position and the pattern of the argument that binds `name`.
    pub(crate) fn binding(&self, name: &Ident) -> Option<(usize, &Pat)> {
        self.arguments().map(|argument| &*argument.pat).enumerate().find(|(_, pat)| bound(pat).contains(name))
    }

    /// Returns the type that the function returns, if one is written.
    pub(crate) fn output(&self) -> Option<TokenStream> {
        match &self.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, output) => Some(quote!(#output)),
        }
    }

    /// Writes the generic arguments of a call to the function. The compiler infers lifetimes.
    pub(crate) fn turbofish(&self) -> Option<TokenStream> {
        let parameters = self.sig.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        });
        let parameters: Vec<_> = parameters.collect();
        (!parameters.is_empty()).then(|| quote!(::<#(#parameters),*>))
    }

    /// Lists the attributes that move to the expanded handler.
    pub(crate) fn outer_attrs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| {
            matches!(AttributeTarget::of(attr), Some(AttributeTarget::Handler | AttributeTarget::Both))
        })
    }

    /// Lists the attributes that stay on the user's function.
    pub(crate) fn inner_attrs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| {
            matches!(AttributeTarget::of(attr), Some(AttributeTarget::Function | AttributeTarget::Both))
        })
    }
}

/// Where an attribute below ours stands in the expansion.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributeTarget {
    /// On both: levels of lints.
    Both,
    /// On the user's function: attributes that look at its arguments or its body, and do not register it anywhere.
    Function,
    /// On the expanded handler: actix-web's route attributes, documentation, and utoipa's `path`.
    Handler,
}

impl AttributeTarget {
    /// Finds the target of an attribute. `None` means that the attribute is not known: it might register the user's
    /// function, which is not authorized.
    pub(crate) fn of(attr: &Attribute) -> Option<Self> {
        const BOTH: [&str; 4] = ["allow", "deny", "forbid", "warn"];
        const FUNCTION: [&str; 6] = ["cold", "expect", "inline", "instrument", "must_use", "track_caller"];
        const HANDLER: [&str; 3] = ["deprecated", "doc", "path"];
        let path = attr.path();
        let last = path.segments.last()?;
        let is_in = |names: &[&str]| names.iter().any(|name| last.ident == name);
        let is_of_a_tool = path.segments.len() > 1
            && path.segments.first().is_some_and(|first| first.ident == "clippy" || first.ident == "rustfmt");
        if route::is_route(attr) || is_in(&HANDLER) {
            Some(Self::Handler)
        } else if is_in(&BOTH) {
            Some(Self::Both)
        } else if is_in(&FUNCTION) || is_of_a_tool {
            Some(Self::Function)
        } else {
            None
        }
    }
}

/// Lists the names that a pattern binds.
fn bound(pat: &Pat) -> Vec<Ident> {
    match pat {
        Pat::Ident(pat) => {
            let inner = pat.subpat.iter().flat_map(|(_, pat)| bound(pat));
            std::iter::once(pat.ident.clone()).chain(inner).collect()
        }
        // All cases of a pattern bind the same names.
        Pat::Or(pat) => pat.cases.first().map(bound).unwrap_or_default(),
        Pat::Paren(pat) => bound(&pat.pat),
        Pat::Reference(pat) => bound(&pat.pat),
        Pat::Slice(pat) => pat.elems.iter().flat_map(bound).collect(),
        Pat::Struct(pat) => pat.fields.iter().flat_map(|field| bound(&field.pat)).collect(),
        Pat::Tuple(pat) => pat.elems.iter().flat_map(bound).collect(),
        Pat::TupleStruct(pat) => pat.elems.iter().flat_map(bound).collect(),
        _ => Vec::new(),
    }
}

fn find_word(tokens: TokenStream, word: &str) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => (ident == word).then_some(ident),
        TokenTree::Group(group) => find_word(group.stream(), word),
        TokenTree::Literal(_) | TokenTree::Punct(_) => None,
    })
}

fn begins_function(input: ParseStream<'_>) -> bool {
    input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
        || (input.peek(Token![const]) && (input.peek2(Token![fn]) || input.peek2(Token![async])))
}
