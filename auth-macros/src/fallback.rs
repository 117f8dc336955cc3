//! What an attribute expands to when it has a mistake.

use proc_macro2::TokenStream;
use quote::quote;

/// The mistakes and the untouched item, so that nothing else turns red and editors go on completing.
pub(crate) fn expand(item: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    quote! { #error #item }
}
