//! The verifiers that this crate brings along.

mod acceptance;
pub mod api_key;
#[cfg(feature = "basic")]
pub mod basic;
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
