//! The ways to authenticate.

pub(crate) mod claims;
#[cfg(feature = "oidc")]
pub(crate) mod introspection;
pub(crate) mod json;
pub(crate) mod jwt;
#[cfg(feature = "oidc")]
pub(crate) mod provider;
