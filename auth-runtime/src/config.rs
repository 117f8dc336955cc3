//! What a builder refuses.

use std::{error::Error, fmt};

/// A setting that does not make sense or does not work, and what to do about it. It shows at start-up, never during a
/// request.
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

    /// The setting that is at fault, mostly the name of the builder's method.
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.setting, self.remedy)
    }
}

/// As [`Display`](fmt::Display): what a `main` that returns it prints.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ConfigError {}
