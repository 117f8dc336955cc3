//! The keys of one issuer, and the choice of the key that verifies a token.

use std::sync::Arc;

use super::{
    key::{Key, VerifyingKey},
    material::{Origin, refuse},
};
use crate::{config::ConfigError, policy::credential_error::InvalidCredential, schemes::jwt::token::Token};

/// The keys of one issuer. They are never shared with another issuer (RFC 9068 §4).
#[derive(Debug, Default)]
pub(crate) struct KeySet(Vec<Arc<VerifyingKey>>);

/// How many keys are tried for one token at most. Anybody can send tokens that no key has signed, and each trial is a
/// signature's verification.
const MAX_TRIALS: usize = 4;

/// The refusal of a token.
pub(crate) struct Refused {
    pub(crate) reason: InvalidCredential,
    #[cfg_attr(not(feature = "oidc"), expect(dead_code, reason = "fixed keys are never newer"))]
    pub(crate) newer_keys: NewerKeys,
}

/// What newer keys of the issuer would mean for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewerKeys {
    /// They might have the token's key, which is not known.
    MightAdd,
    /// They might have another key under the id that the token names. The key that is known under it did not sign the
    /// token.
    MightReplace,
    /// They would not help.
    Useless,
}

impl From<InvalidCredential> for Refused {
    fn from(reason: InvalidCredential) -> Self {
        Self { reason, newer_keys: NewerKeys::Useless }
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
            set.add(Arc::new(key.into_verifying(Origin::Configured)?))?;
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
        let twins = self
            .0
            .iter()
            .filter(|earlier| earlier.id() == key.id() && earlier.algorithm() == key.algorithm())
            .count();
        match key.id().map(str::escape_debug) {
            Some(id) if twins > 0 => {
                return Err(refuse(format!("two keys have the id `{id}`; leave the older one out")));
            }
            None if twins >= MAX_TRIALS => {
                return Err(refuse(format!(
                    "more than {MAX_TRIALS} keys of one algorithm have no id, and no token is tried with more; give                      them ids"
                )));
            }
            Some(_) | None => {}
        }
        self.0.push(key);
        Ok(())
    }

    #[cfg(feature = "oidc")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<VerifyingKey>> + Clone {
        self.0.iter()
    }

    #[cfg(feature = "oidc")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(feature = "oidc")]
    pub(crate) fn is_trusted(&self, now: u64) -> bool {
        self.0.iter().any(|key| key.trust().holds(now))
    }

    /// Finds the key that signed `token`, among the keys that are trusted at the time `now`. The key that the token names
    /// comes first.
    pub(crate) fn verifying(&self, token: &Token<'_>, now: u64) -> Result<&Arc<VerifyingKey>, Refused> {
        let (algorithm, key_id) = (token.algorithm()?, token.key_id()?);
        // Secrets are never published, so newer keys cannot help with a symmetric algorithm.
        let refused = |reason, newer_keys| Refused {
            reason,
            newer_keys: if algorithm.is_symmetric() { NewerKeys::Useless } else { newer_keys },
        };
        let trusted = self.0.iter().filter(|key| key.trust().holds(now));
        let mut fitting = trusted.filter(|key| key.algorithm() == algorithm).peekable();
        fitting.peek().ok_or_else(|| refused(InvalidCredential::Algorithm, NewerKeys::MightAdd))?;
        let named = fitting.clone().filter(|key| key_id.is_some() && key.id() == key_id);
        let is_known = named.clone().next().is_some();
        // If either side has no id, only the signature can tell.
        let unnamed = fitting.filter(|key| key_id.is_none() || key.id().is_none());
        let mut meant = named.chain(unnamed).take(MAX_TRIALS).peekable();
        meant.peek().ok_or_else(|| refused(InvalidCredential::Key, NewerKeys::MightAdd))?;
        let newer_keys = if is_known { NewerKeys::MightReplace } else { NewerKeys::MightAdd };
        meant
            .find(|key| key.verifies(token.message().as_bytes(), token.signature()))
            .ok_or_else(|| refused(InvalidCredential::Signature, newer_keys))
    }
}
