//! What the compiler checks about the arguments, by their types and not by their names.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{PatType, spanned::Spanned as _};

use super::span::call_at;
use crate::{annotation::Statement, handler::Handler, private::Private, route::Route};

/// Writes the kind of each argument.
pub(super) fn kinds(private: &Private, handler: &Handler) -> impl Iterator<Item = TokenStream> {
    handler
        .arguments()
        .map(move |PatType { ty, .. }| quote_spanned!(ty.span()=> #private::Argument::<#ty>::KIND))
}

/// Writes the checks of the arguments, each as a call that is shown where the type of the argument stands. `kinds` are
/// the kinds of all arguments.
pub(super) fn calls(
    private: &Private,
    handler: &Handler,
    statement: &Statement,
    kinds: &TokenStream,
) -> Vec<TokenStream> {
    let (function, method) = match (statement, Route::unsafe_method(&handler.attrs)) {
        (Statement::Public(_), _) => (quote!(check_public), None),
        (_, Some(method)) => (quote!(check_unsafe), Some(quote!(, #method))),
        (_, None) => (quote!(check), None),
    };
    let check = |(position, argument): (usize, &PatType)| {
        let position = Literal::usize_unsuffixed(position);
        let arguments = quote!(#kinds, #position #method);
        call_at(argument.ty.to_token_stream(), quote!(#private::#function), arguments)
    };
    handler.arguments().enumerate().map(check).collect()
}
