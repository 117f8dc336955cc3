//! The collector of mistakes.

use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;

/// Collects mistakes, so that one compilation shows all of them.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            None => self.0 = Some(error),
            Some(errors) => errors.combine(error),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Adds a mistake in these tokens.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    /// Adds a mistake of the whole attribute, which has no token to point at.
    pub(crate) fn whole(&mut self, message: impl Display) {
        self.add(syn::Error::new(Span::call_site(), message));
    }

    /// Returns `value` if there was no mistake, and all mistakes otherwise.
    pub(crate) fn finish<T>(self, value: Option<T>) -> syn::Result<T> {
        match (self.0, value) {
            (None, Some(value)) => Ok(value),
            (Some(errors), _) => Err(errors),
            // A check without a value adds a mistake. If a check forgets to, the handler still must not be expanded.
            (None, None) => {
                Err(syn::Error::new(Span::call_site(), "internal error of the attribute; please report it"))
            }
        }
    }
}
