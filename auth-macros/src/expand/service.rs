//! The service that a route attribute makes of the handler, for registration.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Ident, ext::IdentExt as _};

use crate::{
    handler::Handler,
    private::Private,
    route::{self, Route},
};

/// Writes the service of a handler whose routes the expansion registers itself.
pub(super) fn routed(
    private: &Private,
    handler: &Handler,
    marker: &Ident,
    routes: &[Route],
    body: &TokenStream,
) -> TokenStream {
    let Handler { vis, sig, .. } = handler;
    let name = &sig.ident;
    let (service_attrs, inner_attrs) = (handler.service_attrs(), handler.inner_attrs());
    let arguments: Vec<_> = handler
        .arguments()
        .enumerate()
        .map(|(position, _)| Ident::new(&format!("__arg{position}"), Span::mixed_site()))
        .collect();
    let routes = list(private, routes);
    let text = name.unraw().to_string();
    let info = implement(
        private,
        handler,
        &quote!(of::<#marker>()),
        &routes,
        &quote!(#private::register::<#marker>(#text, <Self as #private::AnnotatedService>::ROUTES, config)),
    );
    let respond = quote_spanned!(handler.output_span()=> #private::respond);
    let imported = route::imported(&handler.attrs).map(Attribute::path);
    quote! {
        // The route attributes are read here, so the compiler would report their imports as unused.
        const _: () = { #(#[allow(unused_imports)] use #imported as _;)* };

        impl #private::Handles for #marker {
            fn call(
                __request: #private::Request,
                (#(#arguments,)*): #private::Arguments<Self>,
            ) -> #private::Responding {
                #[allow(clippy::unused_async)]
                #(#inner_attrs)*
                #sig #body

                #respond(__request, #name(#(#arguments),*))
            }
        }

        #(#service_attrs)*
        #[allow(non_camel_case_types)]
        #vis struct #name;

        #info

        impl #private::HttpServiceFactory for #name {
            fn register(self, config: &mut #private::AppService) {
                <Self as #private::AnnotatedService>::register_at(config)
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
    let name = &handler.sig.ident;
    let register = quote!(#private::HttpServiceFactory::register(#name, config));
    let routes = list(private, routes);
    (!handler.is_plain()).then(|| implement(private, handler, &quote!(of::<#marker>()), &routes, &register))
}

fn list(private: &Private, routes: &[Route]) -> TokenStream {
    let routes = routes.iter().map(|Route { path, methods, name, guards, .. }| {
        let name = match name {
            Some(name) => quote!(::core::option::Option::Some(#name)),
            None => quote!(::core::option::Option::None),
        };
        quote!(#private::Route { path: #path, methods: &[#(#methods),*], name: #name, guards: &[#(#guards),*] })
    });
    quote!(&[#(#routes),*])
}

/// Writes a stand-in for a handler whose attribute has a mistake, so that its registration is no second error.
pub(super) fn mistaken(private: &Private, handler: &Handler) -> Option<TokenStream> {
    (!handler.is_plain()).then(|| {
        implement(
            private,
            handler,
            &quote!(mistaken()),
            &quote!(&[]),
            &quote!({
                let _ = config;
            }),
        )
    })
}

fn implement(
    private: &Private,
    handler: &Handler,
    info: &TokenStream,
    routes: &TokenStream,
    register: &TokenStream,
) -> TokenStream {
    let name = &handler.sig.ident;
    quote! {
        impl #private::AnnotatedService for #name {
            const INFO: #private::HandlerInfo = #private::HandlerInfo::#info;
            const ROUTES: &'static [#private::Route] = #routes;

            fn register_at(config: &mut #private::AppService) {
                #register
            }
        }
    }
}
