//! The verifiers that this crate brings along.

pub(crate) mod claims;
pub(crate) mod grants;
#[cfg(feature = "oidc")]
pub mod introspection;
pub(crate) mod json;
pub mod jwt;
#[cfg(feature = "oidc")]
pub(crate) mod provider;
#[cfg(feature = "session")]
pub(crate) mod session;
