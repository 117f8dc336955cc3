//! The type that carries the annotation of one handler.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{GenericParam, ext::IdentExt as _};

use crate::handler::Handler;

/// The name of the type: `__cancel_annotation` for the handler `cancel`.
pub(super) fn name(handler: &Handler) -> Ident {
    let name = &handler.sig.ident;
    format_ident!("__{}_annotation", name.unraw(), span = name.span())
}

/// Defines a type without values, which has the handler's type parameters.
///
/// The type is private above a route attribute: its annotation names the handler's arguments, which may be private
/// although the handler is not. A plain function has the type in its signature, so there it is as visible as the
/// function.
pub(super) fn define(name: &Ident, handler: &Handler) -> TokenStream {
    let vis = handler.is_plain().then_some(&handler.vis);
    let generics = &handler.sig.generics;
    let body = if generics.params.is_empty() {
        quote!({})
    } else {
        let where_clause = &generics.where_clause;
        let parameters = parameters(handler);
        quote! {
            #generics #where_clause {
                Never(::core::convert::Infallible, ::core::marker::PhantomData<fn() -> (#(#parameters,)*)>)
            }
        }
    };
    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis enum #name #body
    }
}

/// Types that use each parameter, as an enum has to.
fn parameters(handler: &Handler) -> impl Iterator<Item = TokenStream> {
    handler.sig.generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => {
            let lifetime = &parameter.lifetime;
            Some(quote!(&#lifetime ()))
        }
        GenericParam::Type(parameter) => {
            let ident = &parameter.ident;
            Some(quote!(#ident))
        }
        GenericParam::Const(_) => None,
    })
}
