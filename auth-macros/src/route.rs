//! The route attributes of a handler, read for the access table and for the registration.

use std::mem;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{
    Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, MetaNameValue, Path, Result, Token,
    parse::{Parse, ParseStream},
};

const METHODS: [&str; 9] = ["connect", "delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// The methods that change nothing (RFC 9110 §9.2.1).
const SAFE: [&str; 4] = ["GET", "HEAD", "OPTIONS", "TRACE"];

/// The number of parameters that a path has at most.
const MAX_PARAMETERS: usize = 16;

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

/// Finds the first route attribute, which reads those below itself.
pub(crate) fn first(attrs: &[Attribute]) -> Option<&Attribute> {
    attrs.iter().find(|attr| is_route(attr))
}

/// Wraps the routes of an attribute that registers them itself in the middleware that tells requests which authorizer the
/// `Api` around the route has. An attribute that does not parse stays as it is, and actix-web reports it. One that takes
/// no middleware does not compile, because its routes would have no authorizer.
pub(crate) fn with_data(attr: &Attribute, middleware: &Ident) -> Attribute {
    let mut attr = attr.clone();
    let is_read = is_route(&attr) && Route::of(&attr).is_some();
    if let Meta::List(list) = &mut attr.meta
        && is_read
    {
        // The middleware that is added last runs first.
        let middleware = format!("{middleware}::new()");
        let given = mem::take(&mut list.tokens);
        let comma = (!ends_in_comma(&given)).then(|| quote!(,));
        list.tokens = quote!(#given #comma wrap = #middleware);
    }
    attr
}

fn ends_in_comma(tokens: &TokenStream) -> bool {
    matches!(tokens.clone().into_iter().last(), Some(TokenTree::Punct(last)) if last.as_char() == ',')
}

/// Whether the attribute is taken for actix-web's: it has a bare name, or actix-web's path.
fn is_of_actix(attr: &Attribute) -> bool {
    let path = attr.path();
    path.get_ident().is_some()
        || (path.segments.len() == 2 && path.segments.first().is_some_and(|krate| krate.ident == "actix_web"))
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
        let attrs: Vec<_> = attrs.iter().filter(|attr| is_route(attr)).collect();
        let simple = |attr: &&Attribute| Self::of(attr).filter(|route| route.is_simple);
        match attrs.as_slice() {
            [several, routes @ ..] if last(several).is_some_and(|last| last == "routes") => {
                // `#[routes]` reads attributes for one method, and only by their bare names.
                let is_read = |attr: &&Attribute| METHODS.iter().any(|method| attr.path().is_ident(method));
                let is_sound = is_of_actix(several) && !routes.is_empty() && routes.iter().all(is_read);
                is_sound.then(|| routes.iter().map(simple).collect()).flatten()
            }
            [only] if is_of_actix(only) => Some(vec![simple(only)?]),
            // Attributes beside each other are a mistake, which actix-web reports.
            _ => None,
        }
    }

    /// Lists the routes of a handler. actix-web reports the attributes that do not parse.
    pub(crate) fn all(attrs: &[Attribute]) -> Vec<Self> {
        attrs.iter().filter(|attr| is_route(attr)).filter_map(Self::of).collect()
    }

    /// Finds a method of the handler's routes that may change something.
    pub(crate) fn unsafe_method(attrs: &[Attribute]) -> Option<String> {
        let mut methods = Self::all(attrs).into_iter().flat_map(|route| route.methods);
        methods.find(|method| !SAFE.contains(&method.as_str()))
    }

    fn of(attr: &Attribute) -> Option<Self> {
        let RouteArgs { path, options } = attr.parse_args().ok()?;
        let name = last(attr)?.to_string();
        let has_one_method = METHODS.contains(&name.as_str());
        let named = |word: &'static str| {
            options.iter().filter(move |option| option.path.is_ident(word)).filter_map(text)
        };
        let methods: Vec<_> = if has_one_method {
            vec![name.to_uppercase()]
        } else {
            named("method").map(|method| method.value()).collect()
        };
        let guards: Option<Vec<_>> = named("guard").map(|guard| guard.parse().ok()).collect();
        let is_known = |option: &MetaNameValue| {
            let is = |word| option.path.is_ident(word);
            text(option).is_some() && (is("guard") || is("name") || (is("method") && !has_one_method))
        };
        let is_simple = guards.is_some()
            && options.iter().all(is_known)
            && are_simple_methods(&methods)
            && is_simple_path(&path.value());
        // actix-web takes the last name.
        let name = named("name").next_back();
        let route = Self { path, methods, name, guards: guards.unwrap_or_default(), is_simple };
        (!route.methods.is_empty()).then_some(route)
    }
}

/// Whether actix-web takes these methods: in capitals, and each of them once.
fn are_simple_methods(methods: &[String]) -> bool {
    methods.iter().enumerate().all(|(position, method)| {
        !method.is_empty()
            && method.bytes().all(|letter| letter.is_ascii_uppercase())
            && !methods.iter().take(position).any(|earlier| earlier == method)
    })
}

/// Whether a path is made of plain segments and of parameters without a pattern: `/orders/{id}`. Such a path is always
/// sound. actix-web looks at the others when it expands, and reports those that are not.
fn is_simple_path(path: &str) -> bool {
    let mut parts = path.split('{');
    let is_plain = |text: &str| !text.contains('}') && !text.contains('*');
    let mut parameters = Vec::new();
    parts.next().is_some_and(is_plain)
        && parts.all(|part| {
            let Some((name, rest)) = part.split_once('}') else { return false };
            let is_new = !parameters.contains(&name);
            parameters.push(name);
            let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
            let is_word = name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_');
            is_new && begins && is_word && is_plain(rest)
        })
        && parameters.len() <= MAX_PARAMETERS
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
