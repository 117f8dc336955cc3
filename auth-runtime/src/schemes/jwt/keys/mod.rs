//! The keys that verify tokens: which keys are accepted, and how an issuer's keys are fetched.

#[cfg(feature = "oidc")]
mod change;
mod ed25519;
mod jwk;
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
