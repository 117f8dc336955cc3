//! The error of a builder whose settings do not work.

use std::{error::Error, fmt};

/// A setting that makes no sense or does not work, and what to do about it. Builders return the error at start-up; no
/// request can cause it.
///
/// # Example
/// ```
/// let error = auth_runtime::Authorizer::builder().build().unwrap_err();
/// assert_eq!(error.setting(), "scheme");
/// assert_eq!(
///     error.to_string(),
///     "`scheme`: no scheme is accepted, so nobody could ever get in; add one with `.bearer(..)` or `.scheme(..)`",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    setting: &'static str,
    remedy: String,
}

impl ConfigError {
    pub(crate) fn new(setting: &'static str, remedy: impl Into<String>) -> Self {
        Self { setting, remedy: remedy.into() }
    }

    /// Returns the setting that is at fault. It is mostly the name of the builder's method.
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.setting, self.remedy)
    }
}

/// Writes the same text as [`Display`](fmt::Display), because Rust prints the `Debug` text of an error that `main`
/// returns.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ConfigError {}
