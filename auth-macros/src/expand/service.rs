//! The service that a route attribute makes of the handler, for registration.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Ident, Index, spanned::Spanned as _};

use super::span::{call_at, generated};
use crate::{
    handler::Handler,
    private::Private,
    route::{self, Route},
};

/// Writes the service of a handler whose routes the expansion registers itself, and the call of the user's function.
pub(super) fn routed(
    private: &Private,
    handler: &Handler,
    marker: &Ident,
    routes: &[Route],
    body: &TokenStream,
) -> TokenStream {
    let name = &handler.sig.ident;
    let call = call(private, handler, marker, body);
    let info = implement(private, handler, &quote!(of::<#marker>()), &list(private, handler, routes));
    let service_attrs = handler.service_attrs();
    // Messages about the service point at the name of the function.
    let structure = quote_spanned!(generated(name.span())=> pub struct);
    // The route attribute is read here. The compiler would report its import as unused, and would not miss it.
    let found = route::first(&handler.attrs).map(|attr| {
        let path = attr.path();
        quote_spanned!(path.span()=> #[allow(unused_imports)] use #path as _;)
    });
    quote! {
        #call

        #(#service_attrs)*
        #[allow(missing_docs, non_camel_case_types, unreachable_pub)]
        #structure #name;

        #info

        impl #private::HttpServiceFactory for #name {
            fn register(self, __config: &mut #private::AppService) {
                #found
                #private::register::<#marker>(<Self as #private::AnnotatedService>::ROUTES, __config)
            }
        }
    }
}

fn call(private: &Private, handler: &Handler, marker: &Ident, body: &TokenStream) -> TokenStream {
    let sig = &handler.sig;
    let name = &sig.ident;
    let inner_attrs = handler.inner_attrs();
    let passed = handler.arguments().enumerate().map(|(position, _)| {
        let position = Index::from(position);
        quote!(__arguments.#position)
    });
    // A message about the type that the function returns points at that type.
    let output = handler.output().unwrap_or_else(|| name.to_token_stream());
    let call = call_at(output, quote!(#private::respond), quote!(__request, #name(#(#passed),*)));
    quote! {
        impl #private::Handles for #marker {
            fn call(
                __request: #private::Request,
                __arguments: #private::Arguments<Self>,
            ) -> #private::Responding {
                #[allow(clippy::unused_async)]
                #(#inner_attrs)*
                #sig #body

                #call
            }
        }
    }
}

/// Writes for a handler with route attributes of actix-web what our attribute says, and which routes there are.
pub(super) fn annotated(
    private: &Private,
    handler: &Handler,
    marker: &Ident,
    routes: &[Route],
) -> Option<TokenStream> {
    let routes = list(private, handler, routes);
    (!handler.is_plain()).then(|| implement(private, handler, &quote!(of::<#marker>()), &routes))
}

fn list(private: &Private, handler: &Handler, routes: &[Route]) -> TokenStream {
    // actix-web names a resource by the name of the function, as it is written.
    let function = handler.sig.ident.to_string();
    let routes = routes.iter().map(|Route { path, methods, name, guards, .. }| {
        let name = name.as_ref().map_or_else(|| quote!(#function), |name| quote!(#name));
        quote!(#private::Route { path: #path, methods: &[#(#methods),*], name: #name, guards: &[#(#guards),*] })
    });
    quote!(&[#(#routes),*])
}

/// Writes a stand-in for a handler whose attribute has a mistake, so that its registration is no second error.
pub(super) fn mistaken(private: &Private, handler: &Handler) -> Option<TokenStream> {
    (!handler.is_plain()).then(|| implement(private, handler, &quote!(mistaken()), &quote!(&[])))
}

fn implement(private: &Private, handler: &Handler, info: &TokenStream, routes: &TokenStream) -> TokenStream {
    let name = &handler.sig.ident;
    quote! {
        impl #private::AnnotatedService for #name {
            const INFO: #private::HandlerInfo = #private::HandlerInfo::#info;
            const ROUTES: &'static [#private::Route] = #routes;
        }
    }
}
