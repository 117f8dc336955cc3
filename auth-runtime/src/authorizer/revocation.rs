//! The revocation of tokens that would still be valid.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::{
    credential::accepted_issuers::AcceptedIssuers,
    policy::{decision::Denial, principal::Principal},
    schemes::{claims::numeric_date, jwt::signed_part},
};

/// Knows which tokens were revoked. It is asked for each request, even for remembered tokens, so it has to answer from
/// memory. An implementation that is shared between processes should update its copy in the background.
///
/// # Example
/// ```
/// use auth_runtime::{revocation::{Revocations, VerifiedToken}, Denial, InvalidCredential};
///
/// struct LoggedOut(std::collections::HashSet<String>);
///
/// impl Revocations for LoggedOut {
///     fn check(&self, token: &VerifiedToken<'_>) -> Result<(), Denial> {
///         match token.principal().claim("sid").and_then(|session| session.as_str()) {
///             Some(session) if self.0.contains(session) => Err(InvalidCredential::Revoked.into()),
///             _ => Ok(()),
///         }
///     }
/// }
/// ```
pub trait Revocations: Send + Sync + 'static {
    /// Checks whether `token` is still accepted.
    ///
    /// # Errors
    /// [`InvalidCredential::Revoked`](crate::InvalidCredential::Revoked) (401) if it is revoked, and [`Denial::Unavailable`] (503) if that cannot be found
    /// out.
    fn check(&self, token: &VerifiedToken<'_>) -> Result<(), Denial>;

    /// Learns the issuers of an authorizer that is going to ask.
    #[doc(hidden)]
    fn learn(&self, _: &AcceptedIssuers) {}
}

/// A verified token and its principal.
#[derive(Clone, Copy)]
pub struct VerifiedToken<'request> {
    token: &'request str,
    principal: &'request Principal,
}

impl<'request> VerifiedToken<'request> {
    pub(crate) fn new(token: &'request str, principal: &'request Principal) -> Self {
        Self { token, principal }
    }

    /// Returns the SHA-256 of the signed part, which identifies the token without revealing it. For a token that is no
    /// JSON Web Token it is the SHA-256 of the whole token.
    pub fn digest(&self) -> [u8; 32] {
        digest(self.token)
    }

    /// Returns when the token was issued (`iat`), in seconds since 1970.
    pub fn issued_at(&self) -> Option<u64> {
        self.principal.claim("iat").and_then(numeric_date)
    }

    /// Returns the identifier of the token (`jti`), which is unique within its issuer.
    pub fn jti(&self) -> Option<&'request str> {
        self.principal.claim("jti")?.as_str()
    }

    /// Returns who the token belongs to.
    pub fn principal(&self) -> &'request Principal {
        self.principal
    }
}

/// Leaves out the token, because it is a secret.
impl fmt::Debug for VerifiedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken").field("principal", &self.principal).finish_non_exhaustive()
    }
}

/// Hashes the token without its signature, because anybody can turn an ECDSA signature into a second valid one for the
/// same token.
pub(super) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(signed_part(token).unwrap_or(token)).into()
}
