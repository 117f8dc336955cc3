//! The type that carries what a handler states.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{GenericParam, ext::IdentExt as _};

use crate::handler::Handler;

pub(crate) fn name(handler: &Handler) -> Ident {
    let name = &handler.sig.ident;
    format_ident!("__{}_requirement", name.unraw(), span = name.span())
}

/// A type without values. Parameters of the handler are its own.
///
/// Above a route attribute it is private: it names the handler's arguments, which may be private although the
/// handler is not. A plain function shows it in its signature, so there it is as visible as the function.
pub(crate) fn define(name: &Ident, handler: &Handler, is_route: bool) -> TokenStream {
    let vis = (!is_route).then_some(&handler.vis);
    let generics = &handler.sig.generics;
    let held = generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => {
            let lifetime = &parameter.lifetime;
            Some(quote!(&#lifetime ()))
        }
        GenericParam::Type(parameter) => {
            let ident = &parameter.ident;
            Some(quote!(#ident))
        }
        GenericParam::Const(_) => None,
    });
    let body = if generics.params.is_empty() {
        quote!({})
    } else {
        let where_clause = &generics.where_clause;
        let held = quote!(::core::marker::PhantomData<fn() -> (#(#held,)*)>);
        quote!(#generics #where_clause { Never(::core::convert::Infallible, #held) })
    };
    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis enum #name #body
    }
}
