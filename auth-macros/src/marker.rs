//! The type that carries a statement.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::GenericParam;

use crate::handler::Handler;

/// The type that carries the statement of one handler.
pub(crate) struct Marker {
    pub(crate) name: Ident,
    /// Its definition, where it is ours.
    pub(crate) defined: Option<TokenStream>,
}

impl Marker {
    /// A route attribute makes a type of the handler's name: that is the one. Any other handler gets one of its own.
    pub(crate) fn of(handler: &Handler, is_route: bool) -> Self {
        let name = &handler.sig.ident;
        if is_route {
            return Self { name: name.clone(), defined: None };
        }
        let name = format_ident!("__{name}_requirement", span = name.span());
        Self { defined: Some(define(&name, handler)), name }
    }
}

/// A type without values. Parameters of the handler are its own.
fn define(name: &Ident, handler: &Handler) -> TokenStream {
    let (vis, generics) = (&handler.vis, &handler.sig.generics);
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
