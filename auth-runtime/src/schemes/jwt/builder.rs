//! The builder of a verifier of JSON Web Tokens.

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

/// Builds a [`Jwt`]. The issuer and an audience are required. A verifier that does not fetch its keys also needs at
/// least one key.
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

    /// Accepts tokens for this audience (`aud`), compared exactly. Each further call adds another audience.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.claim_settings.audiences.push(audience.into());
        self
    }

    /// Takes the audience from this claim in place of `aud`. For example, Amazon Cognito leaves `aud` out and names the
    /// client in `client_id`. The claim has to say which service the token is for. If a token has an `aud` as well, it
    /// has to name an accepted audience too.
    pub fn audience_from(mut self, claim: impl Into<String>) -> Self {
        self.claim_settings.audience_from = claim.into();
        self
    }

    /// Replaces the system's clock, for tests.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(clock);
        self
    }

    /// Lets the issuer grant every role and every scope, also those that are meant for the tokens of another issuer.
    ///
    /// This is dangerous if a service accepts several issuers: whoever administers this one can make anybody an
    /// administrator of the service. A single issuer needs no such word.
    pub fn dangerous_grants_everything(mut self) -> Self {
        self.claim_settings.grants.allow_everything();
        self
    }

    /// Lets the issuer say who somebody is, and grant nothing, except what other limits name.
    pub fn grants_nothing(mut self) -> Self {
        self.claim_settings.grants.limits();
        self
    }

    /// Lets the issuer grant these roles, and nothing else that is not named as well: an issuer with limits grants only the
    /// roles and the scopes that its limits name. What it may not grant is dropped from the principal, and the log says so
    /// at the level `debug`. Names are compared whole, without `implies`. Each further call adds roles.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Algorithm, Jwt, Key, Role};
    ///
    /// const GUEST: Role = Role::new("guest");
    ///
    /// # let secret = Key::secret(Algorithm::HS256, [1; 32]);
    /// let partner = Jwt::builder()
    ///     .issuer("https://partner.example")
    ///     .audience("orders")
    ///     .key(secret)
    ///     .grants_roles([GUEST.name()])
    ///     .grants_scopes_beginning_with("orders:")
    ///     .build()?;
    /// # Ok::<(), auth_runtime::ConfigError>(())
    /// ```
    pub fn grants_roles(mut self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.claim_settings.grants.limits().roles.add(roles);
        self
    }

    /// Lets the issuer grant the roles that begin with this text, such as `partner-`, as
    /// [`grants_roles`](Self::grants_roles) does.
    pub fn grants_roles_beginning_with(mut self, beginning: impl Into<String>) -> Self {
        self.claim_settings.grants.limits().roles.add_beginning(beginning.into());
        self
    }

    /// Lets the issuer grant these scopes, and nothing else that is not named as well, as
    /// [`grants_roles`](Self::grants_roles) does.
    pub fn grants_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.claim_settings.grants.limits().scopes.add(scopes);
        self
    }

    /// Lets the issuer grant the scopes that begin with this text, such as `orders:`, as
    /// [`grants_roles`](Self::grants_roles) does.
    pub fn grants_scopes_beginning_with(mut self, beginning: impl Into<String>) -> Self {
        self.claim_settings.grants.limits().scopes.add_beginning(beginning.into());
        self
    }

    /// Accepts tokens of this issuer (`iss`), compared exactly.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.claim_settings.issuer = Some(issuer.into());
        self
    }

    /// Sets how far the issuer's clock may be off, for `exp` and `nbf`. The leeway is in whole seconds: 30 by default,
    /// 300 at most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.claim_settings.leeway = leeway;
        self
    }

    /// Accepts only tokens of RFC 9068: `typ` is `at+jwt`, and `sub`, `client_id`, `iat` and `jti` are present.
    pub fn rfc9068(mut self) -> Self {
        self.rfc9068 = true;
        self
    }

    /// Takes roles from this claim: a JSON Pointer (RFC 6901) if it begins with `/`, and otherwise a name. The claim
    /// holds an array of strings, or one string that is one role. The default is `roles`. Each further call adds
    /// another claim.
    pub fn roles_from(mut self, claim: impl Into<String>) -> Self {
        self.claim_settings.roles.push(claim.into());
        self
    }

    /// Takes scopes from this claim: a JSON Pointer (RFC 6901) if it begins with `/`, and otherwise a name. The claim
    /// holds a string of scopes with spaces between them, or an array of strings. Each further call adds another claim.
    ///
    /// The default is `scope`, and only as a string (RFC 9068 §2.2.3).
    pub fn scopes_from(mut self, claim: impl Into<String>) -> Self {
        self.claim_settings.scopes.push(claim.into());
        self
    }

    /// Finishes the verifier with the keys that `keys` makes for the issuer and the clock.
    pub(super) fn build_with(
        self,
        keys: impl FnOnce(K, &str, &Clock) -> Result<Keys, ConfigError>,
    ) -> Result<Jwt, ConfigError> {
        let mut required = vec!["iss", "exp"];
        if self.rfc9068 {
            // RFC 9068 §2.2 requires these claims too.
            required.extend(["sub", "client_id", "iat", "jti"]);
        }
        let claim_checks = self.claim_settings.check(required)?;
        let keys = keys(self.keys, claim_checks.issuer(), &self.clock)?;
        Ok(Jwt(Arc::new(Verifier { keys, claim_checks, clock: self.clock, rfc9068: self.rfc9068 })))
    }
}

impl JwtBuilder {
    /// Accepts signatures of this key. Each further call adds another key.
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Finishes the verifier.
    ///
    /// # Errors
    /// [`ConfigError`] in any of these cases:
    ///
    /// - The issuer, the audience or a key is missing.
    /// - A key is too short, does not fit its algorithm, is private, or has the same id as another key.
    /// - The keys are symmetric as well as asymmetric.
    /// - A setting is out of range.
    pub fn build(self) -> Result<Jwt, ConfigError> {
        self.build_with(|keys, _, _| KeySet::of(keys).map(Keys::Fixed))
    }
}

impl<K> fmt::Debug for JwtBuilder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtBuilder").field("claim_settings", &self.claim_settings).finish_non_exhaustive()
    }
}
