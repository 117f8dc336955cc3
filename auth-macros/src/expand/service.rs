//! The service that a route attribute makes of the handler, for registration.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::routed;
use crate::{handler::Handler, private::Private, route::Route};

/// Writes for a handler with route attributes of actix-web what our attribute says, and which routes there are.
pub(super) fn annotated(
    private: &Private,
    handler: &Handler,
    marker: &Ident,
    routes: &[Route],
) -> Option<TokenStream> {
    let routes = routed::list(private, handler, routes);
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
            fn info(&self) -> #private::HandlerInfo {
                #private::HandlerInfo::#info
            }

            fn routes(&self) -> &'static [#private::Route] {
                #routes
            }
        }
    }
}
