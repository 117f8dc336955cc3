//! The keys of one issuer, and the choice of the key that verifies a token.

use std::sync::Arc;

use super::{
    key::{Key, VerifyingKey},
    material::refuse,
};
use crate::{config::ConfigError, policy::credential_error::InvalidCredential, schemes::jwt::token::Token};

/// The keys of one issuer. They are never shared with another issuer (RFC 9068 §4).
#[derive(Debug, Default)]
pub(crate) struct KeySet(Vec<Arc<VerifyingKey>>);

/// The refusal of a token.
pub(crate) struct Refused {
    pub(crate) reason: InvalidCredential,
    /// Whether a newer set of keys might verify the token.
    #[cfg_attr(not(feature = "oidc"), expect(dead_code, reason = "fixed keys are never newer"))]
    pub(crate) for_lack_of_a_key: bool,
}

impl From<InvalidCredential> for Refused {
    fn from(reason: InvalidCredential) -> Self {
        Self { reason, for_lack_of_a_key: false }
    }
}

impl KeySet {
    /// Makes a set of these keys.
    ///
    /// # Errors
    /// [`ConfigError`] if there is no key, or if the keys cannot be in one set.
    pub(crate) fn of(keys: Vec<Key>) -> Result<Self, ConfigError> {
        let mut set = Self::default();
        for key in keys {
            set.add(Arc::new(key.into_verifying()?))?;
        }
        if set.0.is_empty() {
            return Err(refuse(
                "is missing, so no token could be verified; add the issuer's with `.key(..)`",
            ));
        }
        Ok(set)
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`ConfigError`] if the key cannot be in one set with the others.
    pub(crate) fn add(&mut self, key: Arc<VerifyingKey>) -> Result<(), ConfigError> {
        // RFC 8725 §3.1: if both kinds of key were in one set, anybody could sign a token with the public key as a
        // secret.
        let symmetric = key.algorithm().is_symmetric();
        if self.0.iter().any(|earlier| earlier.algorithm().is_symmetric() != symmetric) {
            return Err(refuse("secrets and public keys stand in one set; build one `Jwt` for each"));
        }
        let is_twin =
            |earlier: &Arc<VerifyingKey>| earlier.id() == key.id() && earlier.algorithm() == key.algorithm();
        if let Some(id) = key.id().filter(|_| self.0.iter().any(is_twin)) {
            let id = id.escape_debug();
            return Err(refuse(format!("two keys have the id `{id}`; leave the older one out")));
        }
        self.0.push(key);
        Ok(())
    }

    #[cfg(feature = "oidc")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<VerifyingKey>> + Clone {
        self.0.iter()
    }

    #[cfg(feature = "oidc")]
    pub(crate) fn is_trusted(&self, now: u64) -> bool {
        self.0.iter().any(|key| key.trust().holds(now))
    }

    /// Finds the key that signed `token`, among the keys that are trusted at the time `now`.
    pub(crate) fn verifying(&self, token: &Token<'_>, now: u64) -> Result<&Arc<VerifyingKey>, Refused> {
        let (algorithm, key_id) = (token.algorithm()?, token.key_id()?);
        // Secrets are never published, so newer keys cannot help with a symmetric algorithm.
        let lacking = |reason| Refused { reason, for_lack_of_a_key: !algorithm.is_symmetric() };
        let trusted = self.0.iter().filter(|key| key.trust().holds(now));
        let mut fitting = trusted.filter(|key| key.algorithm() == algorithm).peekable();
        fitting.peek().ok_or_else(|| lacking(InvalidCredential::Algorithm))?;
        let mut named = fitting.filter(|key| key.is_meant_by(key_id)).peekable();
        let first = named.peek().ok_or_else(|| lacking(InvalidCredential::Key))?;
        // If the token or the key has no id, the key that signed may not be fetched yet. If both ids match, the token
        // is forged.
        let for_lack_of_a_key = key_id.is_none() || first.id().is_none();
        named
            .find(|key| key.verifies(token.message().as_bytes(), token.signature()))
            .ok_or(Refused { reason: InvalidCredential::Signature, for_lack_of_a_key })
    }
}
