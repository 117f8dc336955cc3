//! The settings of a verifier of JSON Web Tokens.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    Jwt, Keys, Verifier,
    keys::{key::Key, key_set::KeySet},
};
use crate::{config::ConfigError, credential::clock::Clock, schemes::claims::ClaimSettings};

/// Builds a [`Jwt`]. The issuer, an audience, and at least one key where they are at hand are required.
pub struct JwtBuilder<K = Vec<Key>> {
    clock: Clock,
    claim_settings: ClaimSettings,
    pub(super) keys: K,
    rfc9068: bool,
}

impl<K> JwtBuilder<K> {
    pub(super) fn new(keys: K) -> Self {
        Self { clock: Clock::default(), claim_settings: ClaimSettings::default(), keys, rfc9068: false }
    }

    /// Accepts tokens that are meant for this audience (`aud`), compared exactly. Once more for another one.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.claim_settings.audiences.push(audience.into());
        self
    }

    /// Takes the audience from this claim and not from `aud`: Amazon Cognito names the client in `client_id` and leaves
    /// `aud` out. Whatever stands there has to say which service the token is for; where there is an `aud`, it has to
    /// name an accepted audience too.
    pub fn audience_from(mut self, claim: impl Into<String>) -> Self {
        self.claim_settings.audience_from = claim.into();
        self
    }

    /// Replaces the system's clock, for tests.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(clock);
        self
    }

    /// Accepts tokens of this issuer (`iss`), compared exactly.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.claim_settings.issuer = Some(issuer.into());
        self
    }

    /// How far the issuer's clock may be off, for `exp` and `nbf`: whole seconds, 30 by default, 300 at most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.claim_settings.leeway = leeway;
        self
    }

    /// Accepts only what RFC 9068 describes: `typ` is `at+jwt`, and `sub`, `client_id`, `iat` and `jti` are present.
    pub fn rfc9068(mut self) -> Self {
        self.rfc9068 = true;
        self
    }

    /// Takes roles from this claim: a name, or a JSON Pointer (RFC 6901) where it begins with `/`. The claim is an
    /// array of strings, or one string that is one role. `roles` by default; once more for another one.
    pub fn roles_from(mut self, claim: impl Into<String>) -> Self {
        self.claim_settings.roles.push(claim.into());
        self
    }

    /// Takes scopes from this claim: a name, or a JSON Pointer (RFC 6901) where it begins with `/`. The claim is a
    /// string of scopes with spaces between them, or an array of strings. Once more for another one.
    ///
    /// By default it is `scope`, and that only as a string (RFC 9068 §2.2.3).
    pub fn scopes_from(mut self, claim: impl Into<String>) -> Self {
        self.claim_settings.scopes.push(claim.into());
        self
    }

    /// `keys` is asked for what verifies the signatures, with the issuer and the clock that are to be used.
    pub(super) fn build_with(
        self,
        keys: impl FnOnce(K, &str, &Clock) -> Result<Keys, ConfigError>,
    ) -> Result<Jwt, ConfigError> {
        let mut required = vec!["iss", "exp"];
        if self.rfc9068 {
            // RFC 9068 §2.2.
            required.extend(["sub", "client_id", "iat", "jti"]);
        }
        let claim_checks = self.claim_settings.check(required)?;
        let keys = keys(self.keys, claim_checks.issuer(), &self.clock)?;
        Ok(Jwt(Arc::new(Verifier { keys, claim_checks, clock: self.clock, rfc9068: self.rfc9068 })))
    }
}

impl JwtBuilder {
    /// Accepts signatures by this key. Once more for another one.
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// The finished verifier.
    ///
    /// # Errors
    /// [`ConfigError`] if the issuer, the audience or a key is missing, a key is too short, does not fit its
    /// algorithm, is private, or shares its id with another one, symmetric keys stand beside asymmetric ones, or a
    /// setting is out of range.
    pub fn build(self) -> Result<Jwt, ConfigError> {
        self.build_with(|keys, _, _| KeySet::of(keys).map(Keys::Fixed))
    }
}

impl<K> fmt::Debug for JwtBuilder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtBuilder").field("claim_settings", &self.claim_settings).finish_non_exhaustive()
    }
}
