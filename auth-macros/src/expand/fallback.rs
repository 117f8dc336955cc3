//! The expansion of an attribute with a mistake.

use proc_macro2::TokenStream;
use quote::quote;

use super::service;
use crate::{
    args::{Arg, Args, AttributeName, Value},
    handler::Handler,
    private::Private,
};

/// Writes the mistakes and the untouched item, so that nothing else turns red and editors go on completing.
pub(super) fn expand(
    attribute: AttributeName,
    args: TokenStream,
    item: &TokenStream,
    error: &syn::Error,
) -> TokenStream {
    let error = error.to_compile_error();
    let service = Handler::parse(attribute, item.clone())
        .ok()
        // A second attribute of ours expands after this one, and writes the stand-in.
        .filter(|handler| !handler.is_annotated_again())
        .and_then(|handler| service::mistaken(&private(args), &handler));
    quote! { #error #item #service }
}

/// Reads the path of the runtime, if the arguments can be read.
fn private(args: TokenStream) -> Private {
    let Args(args) = syn::parse2(args).unwrap_or_default();
    let path = args.into_iter().find_map(|arg| match arg {
        Arg::Assign { name, value: Value::Path(path) } if name == "crate" => Some(path),
        _ => None,
    });
    path.map(Private::of).unwrap_or_default()
}
