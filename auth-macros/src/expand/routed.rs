//! The constant that a handler becomes whose routes the expansion registers itself.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Index, spanned::Spanned as _};

use super::{
    checks, rule,
    span::{call_at, generated},
    statement,
};
use crate::{
    annotation::Annotation,
    handler::Handler,
    private::Private,
    route::{self, Route},
};

/// Writes the constant, with the user's function inside.
pub(super) fn expand(
    handler: &Handler,
    annotation: &Annotation,
    routes: &[Route],
    body: &TokenStream,
) -> TokenStream {
    let Annotation { private, statement, .. } = annotation;
    let sig = &handler.sig;
    let name = &sig.ident;
    let (service_attrs, inner_attrs) = (handler.service_attrs(), handler.inner_attrs());
    // The route attribute is read here. The compiler would report its import as unused, and would not miss it. An `impl`
    // takes no import: there the compiler would put the checks of a constant off.
    let found = route::first(&handler.attrs).map(|attr| {
        let path = attr.path();
        quote_spanned!(path.span()=> #[allow(unused_imports)] use #path as _;)
    });
    let kinds: Vec<_> = checks::kinds(private, handler).collect();
    let checks = checks::calls(private, handler, statement, &quote!(__kinds));
    let value = value(handler, annotation, routes);
    let kind_of_others = (!kinds.is_empty()).then(|| {
        quote! {
            #[allow(unused_imports)]
            use #private::AnyArgument as _;
        }
    });
    // The constant is public, and its function need not be, so its documentation may be missing. A `forbid(missing_docs)`
    // refuses the `allow`, so a documented handler has none.
    let is_documented = handler.attrs.iter().any(|attr| attr.path().is_ident("doc"));
    let undocumented = (!is_documented).then(|| quote!(#[allow(missing_docs)]));
    // Messages about the service point at the name of the function. actix-web's service is public, too.
    let constant = quote_spanned!(generated(name.span())=> pub const);
    quote! {
        #found

        #(#service_attrs)*
        #undocumented
        #[allow(non_upper_case_globals, unreachable_pub)]
        #constant #name: #private::RoutedHandler = {
            #kind_of_others

            #[allow(clippy::unused_async)]
            #(#inner_attrs)*
            #sig #body

            let __kinds: &[#private::ArgumentKind] = &[#(#kinds),*];
            #(#checks;)*
            #private::RoutedHandler(&#value)
        };
    }
}

/// Writes the handler as data, with the call of the user's function.
fn value(
    handler: &Handler,
    Annotation { private, statement, rule }: &Annotation,
    routes: &[Route],
) -> TokenStream {
    let name = &handler.sig.ident;
    let types: Vec<_> = handler.arguments().map(|argument| &argument.ty).collect();
    let passed = (0..types.len()).map(|position| {
        let position = Index::from(position);
        quote!(__arguments.#position)
    });
    // A message about the type that the function returns points at that type.
    let output = handler.output().unwrap_or_else(|| name.to_token_stream());
    let call = call_at(output, quote!(#private::respond), quote!(__request, #name(#(#passed),*)));
    let (function, routes) = (name.to_string(), list(private, handler, routes));
    let statement = statement::expand(private, statement);
    let constructor = format_ident!("routed{}", types.len());
    let types = (!types.is_empty()).then(|| quote!(::<#(#types),*>));
    let when = rule.as_ref().map(|rule| {
        let rule = rule::expand(private, handler, rule);
        quote!(.when(#rule))
    });
    quote! {
        #private::#constructor #types(
            [::core::module_path!(), #function],
            #routes,
            #statement,
            __kinds,
            |__request, __arguments| #call,
        )#when
    }
}

/// Writes the routes.
pub(super) fn list(private: &Private, handler: &Handler, routes: &[Route]) -> TokenStream {
    // actix-web names a resource by the name of the function, as it is written.
    let function = handler.sig.ident.to_string();
    let routes = routes.iter().map(|Route { path, methods, name, guards, .. }| {
        let name = name.as_ref().map_or_else(|| quote!(#function), |name| quote!(#name));
        quote!(#private::Route { path: #path, methods: &[#(#methods),*], name: #name, guards: &[#(#guards),*] })
    });
    quote!(&[#(#routes),*])
}
