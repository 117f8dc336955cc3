//! What the compiler checks about the arguments, by their types and not by their names.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Ident, PatType, spanned::Spanned as _};

use super::span::call_at;
use crate::{handler::Handler, private::Private};

/// Writes the kind of each argument.
pub(super) fn kinds(private: &Private, handler: &Handler) -> TokenStream {
    let kinds: Vec<_> = handler
        .arguments()
        .map(|PatType { ty, .. }| quote_spanned!(ty.span()=> #private::Argument::<#ty>::KIND))
        .collect();
    if kinds.is_empty() {
        return quote!(&[]);
    }
    quote! {{
        #[allow(unused_imports)]
        use #private::AnyArgument as _;
        &[#(#kinds),*]
    }}
}

/// Checks each argument in a constant of its own kind: at once, or with the annotation where the types of the arguments
/// are not known before the handler is compiled for some of them.
pub(super) struct Checks {
    /// A constant of the annotation.
    pub(super) later: Option<TokenStream>,
    /// A constant beside the annotation.
    pub(super) now: Option<TokenStream>,
}

impl Checks {
    pub(super) fn of(private: &Private, handler: &Handler, marker: &Ident) -> Self {
        let is_generic = !handler.sig.generics.params.is_empty();
        let annotation = if is_generic { quote!(Self) } else { quote!(#marker) };
        let checks: Vec<_> = handler
            .arguments()
            .enumerate()
            .map(|(position, argument)| check(private, &annotation, position, argument))
            .collect();
        match (checks.is_empty(), is_generic) {
            (true, _) => Self { later: None, now: None },
            (false, true) => Self { later: Some(quote!(const CHECKED: () = { #(#checks)* };)), now: None },
            (false, false) => Self { later: None, now: Some(quote!(const _: () = { #(#checks)* };)) },
        }
    }
}

/// Checks one argument, with a call that is shown where the type of the argument stands.
fn check(private: &Private, annotation: &TokenStream, position: usize, argument: &PatType) -> TokenStream {
    let position = Literal::usize_unsuffixed(position);
    let call =
        call_at(argument.ty.to_token_stream(), quote!(#private::check::<#annotation>), quote!(#position));
    quote!(#call;)
}
