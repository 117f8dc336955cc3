//! The types of the arguments, each where the compiler checks it by itself.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::{handler::Handler, private::Private};

/// Writes the signature of the handler, and the types of the arguments for that signature.
pub(super) fn expand(
    private: &Private,
    handler: &Handler,
    marker: &Ident,
) -> (TokenStream, Option<TokenStream>) {
    let types: Vec<_> = handler.arguments().map(|argument| &argument.ty).collect();
    if types.is_empty() {
        return (quote!(()), None);
    }
    let (signature, takes) =
        (format_ident!("Signature{}", types.len()), format_ident!("Takes{}", types.len()));
    let names = ('A'..='P').map(|letter| format_ident!("{letter}"));
    let (impl_generics, type_generics, where_clause) = handler.sig.generics.split_for_impl();
    let takes = quote! {
        impl #impl_generics #private::#takes for #marker #type_generics #where_clause {
            #(type #names = #types;)*
        }
    };
    (quote!(#private::#signature<Self>), Some(takes))
}
