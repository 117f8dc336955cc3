//! The service that a route attribute makes of the handler, for registration.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::{handler::Handler, private::Private, route::Route};

/// Writes for a handler with route attributes what our attribute says, and which routes there are.
pub(super) fn annotated(
    private: &Private,
    handler: &Handler,
    marker: &Ident,
    routes: &[Route],
) -> Option<TokenStream> {
    let routes = routes.iter().map(|Route { path, methods, guarded }| {
        quote!(#private::Route { path: #path, methods: &[#(#methods),*], guarded: #guarded })
    });
    let routes = quote!(&[#(#routes),*]);
    (!handler.is_plain()).then(|| implement(private, handler, &quote!(of::<#marker>()), &routes))
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
