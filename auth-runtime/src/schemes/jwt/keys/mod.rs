//! The keys that verify tokens: which are accepted, and how those of an issuer are fetched.

#[cfg(feature = "oidc")]
pub(super) mod jwks;
pub(super) mod key;
pub(super) mod key_set;
#[cfg(feature = "oidc")]
pub(super) mod key_store;
pub(super) mod material;
#[cfg(feature = "oidc")]
pub(super) mod remote;
#[cfg(feature = "oidc")]
pub(super) mod status;
