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

/// The checks of the arguments. One of the two is empty.
pub(super) struct Checks {
    /// The constant inside the annotation of a handler with type parameters, whose arguments have no types before the
    /// handler is compiled for some of them.
    pub(super) later: Option<TokenStream>,
    /// The constant beside the annotation of every other handler.
    pub(super) now: TokenStream,
}

impl Checks {
    /// Writes one call for each argument.
    pub(super) fn of(private: &Private, handler: &Handler, marker: &Ident) -> Self {
        let is_generic = !handler.sig.generics.params.is_empty();
        let annotation = if is_generic { quote!(Self) } else { quote!(#marker) };
        let checks: Vec<_> = handler
            .arguments()
            .enumerate()
            .map(|(position, argument)| check(private, &annotation, position, argument))
            .collect();
        if is_generic {
            Self { later: Some(quote!(const CHECKED: () = { #(#checks;)* };)), now: TokenStream::new() }
        } else if checks.is_empty() {
            Self { later: None, now: TokenStream::new() }
        } else {
            Self { later: None, now: quote!(const _: () = { #(#checks;)* };) }
        }
    }
}

/// Checks one argument, with a call that is shown where the type of the argument stands.
fn check(private: &Private, annotation: &TokenStream, position: usize, argument: &PatType) -> TokenStream {
    let position = Literal::usize_unsuffixed(position);
    call_at(argument.ty.to_token_stream(), quote!(#private::check::<#annotation>), quote!(#position))
}
