//! The path of the runtime's private module.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

/// The path of the one module that an expansion names: `::auth_runtime::__private`, or `path::__private` under
/// `crate = path`.
#[derive(Clone, Default)]
pub(crate) struct Private(Option<Path>);

impl Private {
    /// The private module of the runtime that the application knows as `krate`.
    pub(crate) fn of(krate: Path) -> Self {
        Self(Some(krate))
    }
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match &self.0 {
            None => quote!(::auth_runtime::__private),
            Some(krate) => quote!(#krate::__private),
        });
    }
}
