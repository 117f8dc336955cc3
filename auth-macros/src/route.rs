//! The route attributes of a handler: what actix-web will register, read for the access table.

use syn::{
    Attribute, Expr, ExprLit, Ident, Lit, LitStr, MetaNameValue, Result, Token,
    parse::{Parse, ParseStream},
};

const METHODS: [&str; 9] = ["connect", "delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// Whether this is one of actix-web's route attributes, by its last segment.
pub(crate) fn is_route(attr: &Attribute) -> bool {
    last(attr).is_some_and(|last| METHODS.iter().any(|method| last == method) || is_several(last))
}

fn last(attr: &Attribute) -> Option<&Ident> {
    attr.path().segments.last().map(|last| &last.ident)
}

/// `#[routes]` holds no route by itself; the attributes below it do.
fn is_several(name: &Ident) -> bool {
    name == "route" || name == "routes" || name == "ROUTE"
}

/// One route: its path and the methods that it answers.
pub(crate) struct Route {
    pub(crate) path: LitStr,
    pub(crate) methods: Vec<String>,
    pub(crate) guarded: bool,
}

impl Route {
    /// The routes of a handler. What does not parse is actix-web's to report.
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

/// The value of an option, if it is a text: actix-web takes nothing else.
fn text(option: &MetaNameValue) -> Option<String> {
    match &option.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// `"/path", method = "GET", guard = "f"`
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
