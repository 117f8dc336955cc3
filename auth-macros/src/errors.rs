//! All mistakes at once.

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

    /// A mistake in these tokens.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    /// A mistake of the attribute as a whole, where it has no token to point at.
    pub(crate) fn whole(&mut self, message: impl Display) {
        self.add(syn::Error::new(Span::call_site(), message));
    }

    /// `value`, if there was no mistake.
    pub(crate) fn finish<T>(self, value: Option<T>) -> syn::Result<T> {
        match (self.0, value) {
            (None, Some(value)) => Ok(value),
            (Some(errors), _) => Err(errors),
            // Whoever has no value has added a mistake. If not, nothing is expanded all the same.
            (None, None) => {
                Err(syn::Error::new(Span::call_site(), "internal error of the attribute; please report it"))
            }
        }
    }
}
