//! The route attributes of a handler, read for the access table.

use syn::{
    Attribute, Expr, ExprLit, Ident, Lit, LitStr, MetaNameValue, Path, Result, Token,
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

/// Lists the route attributes whose names have to be imported. `#[routes]` reads the attributes below itself by their names.
pub(crate) fn imported(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    let is_routes = |attr: &&Attribute| last(attr).is_some_and(|last| last == "routes");
    let several = attrs.iter().find(is_routes);
    let all = several.is_none().then(|| attrs.iter().filter(|attr| is_route(attr)));
    several.into_iter().chain(all.into_iter().flatten())
}

/// One route of a handler.
pub(crate) struct Route {
    pub(crate) path: LitStr,
    pub(crate) methods: Vec<String>,
    pub(crate) name: Option<LitStr>,
    pub(crate) guards: Vec<Path>,
    /// Whether the route has nothing that actix-web alone understands, such as middleware or a regular expression.
    pub(crate) is_simple: bool,
}

impl Route {
    /// Lists the routes of a handler if all of them are simple, so that the expansion can register them itself.
    pub(crate) fn all_simple(attrs: &[Attribute]) -> Option<Vec<Self>> {
        let mut routes = Vec::new();
        for attr in attrs.iter().filter(|attr| is_route(attr)) {
            if attr.path().segments.last().is_some_and(|last| last.ident == "routes") {
                continue;
            }
            routes.push(Self::of(attr).filter(|route| route.is_simple)?);
        }
        (!routes.is_empty()).then_some(routes)
    }

    /// Lists the routes of a handler. actix-web reports the attributes that do not parse.
    pub(crate) fn all(attrs: &[Attribute]) -> Vec<Self> {
        attrs.iter().filter(|attr| is_route(attr)).filter_map(Self::of).collect()
    }

    fn of(attr: &Attribute) -> Option<Self> {
        let RouteArgs { path, options } = attr.parse_args().ok()?;
        let name = last(attr)?.to_string();
        let named = |word: &'static str| {
            options.iter().filter(move |option| option.path.is_ident(word)).filter_map(text)
        };
        let methods = if METHODS.contains(&name.as_str()) {
            vec![name.to_uppercase()]
        } else {
            named("method").map(|method| method.value()).collect()
        };
        let guards: Vec<_> = named("guard").collect();
        let is_known = |option: &&MetaNameValue| {
            ["guard", "method", "name"].iter().any(|known| option.path.is_ident(known))
        };
        let parsed: Option<Vec<_>> = guards.iter().map(|guard| guard.parse().ok()).collect();
        let is_simple =
            parsed.is_some() && options.iter().all(|option| is_known(&option)) && is_simple(&path.value());
        let route =
            Self { path, methods, name: named("name").next(), guards: parsed.unwrap_or_default(), is_simple };
        (!route.methods.is_empty()).then_some(route)
    }
}

/// Whether a path is made of plain segments and of parameters without a pattern: `/orders/{id}`.
fn is_simple(path: &str) -> bool {
    let mut parts = path.split('{');
    let is_plain = |text: &str| !text.contains('}') && !text.contains('*');
    parts.next().is_some_and(is_plain)
        && parts.all(|part| {
            part.split_once('}').is_some_and(|(name, rest)| {
                let mut letters = name.chars();
                letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
                    && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
                    && is_plain(rest)
            })
        })
}

/// Reads the value of an option as a text. actix-web takes nothing else.
fn text(option: &MetaNameValue) -> Option<LitStr> {
    match &option.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
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
