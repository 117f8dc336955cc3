//! The route attributes of a handler, read for the access table.

use syn::{
    Attribute, Expr, ExprLit, Ident, Lit, LitStr, MetaNameValue, Result, Token,
    parse::{Parse, ParseStream},
};

const METHODS: [&str; 9] = ["connect", "delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// Whether the last segment of the attribute names one of actix-web's route attributes.
pub(crate) fn is_route(attr: &Attribute) -> bool {
    last(attr).is_some_and(|last| METHODS.iter().any(|method| last == method) || is_several(last))
}

fn last(attr: &Attribute) -> Option<&Ident> {
    attr.path().segments.last().map(|last| &last.ident)
}

/// Whether the name is that of an attribute for several methods. `#[routes]` has no route itself; the attributes below
/// `#[routes]` have them.
fn is_several(name: &Ident) -> bool {
    name == "route" || name == "routes" || name == "ROUTE"
}

/// One route of a handler.
pub(crate) struct Route {
    pub(crate) path: LitStr,
    pub(crate) methods: Vec<String>,
    pub(crate) guarded: bool,
}

impl Route {
    /// Lists the routes of a handler. actix-web reports the attributes that do not parse.
    pub(crate) fn all(attrs: &[Attribute]) -> Vec<Self> {
        attrs.iter().filter(|attr| is_route(attr)).filter_map(Self::of).collect()
    }

    fn of(attr: &Attribute) -> Option<Self> {
        let RouteArgs { path, options } = attr.parse_args().ok()?;
        let name = last(attr)?.to_string();
        let methods = if METHODS.contains(&name.as_str()) {
            vec![name.to_uppercase()]
        } else {
            options.iter().filter(|option| option.path.is_ident("method")).filter_map(text).collect()
        };
        let guarded = options.iter().any(|option| option.path.is_ident("guard"));
        (!methods.is_empty()).then_some(Self { path, methods, guarded })
    }
}

/// Reads the value of an option as a text. actix-web takes nothing else.
fn text(option: &MetaNameValue) -> Option<String> {
    match &option.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// The arguments of a route attribute: `"/path", method = "GET", guard = "f"`.
struct RouteArgs {
    path: LitStr,
    options: Vec<MetaNameValue>,
}

impl Parse for RouteArgs {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let path = input.parse()?;
        let mut options = Vec::new();
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            options.push(input.parse()?);
        }
        Ok(Self { path, options })
    }
}
