//! The verifier of bearer tokens that are JSON Web Tokens (RFC 7519).

mod algorithm;
mod builder;
#[cfg(feature = "oidc")]
mod discover;
mod issuers;
mod keys;
mod token;

use std::{fmt, sync::Arc};

#[cfg(feature = "testing")]
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
#[cfg(feature = "testing")]
use serde_json::{Map, Value, json};

#[cfg(feature = "oidc")]
use self::keys::key_set::NewerKeys;
#[cfg(feature = "oidc")]
pub use self::keys::remote::{KeyHealth, RemoteKeys};
#[cfg(feature = "oidc")]
pub(crate) use self::token::MAX_TOKEN;
pub use self::{algorithm::Algorithm, builder::JwtBuilder, issuers::Issuers, keys::key::Key};
use self::{
    keys::key_set::{KeySet, Refused},
    token::Token,
};
use crate::{
    credential::{
        accepted_issuers::AcceptedIssuers,
        authenticate::{Authenticate, Authentication, Own},
        clock::Clock,
        head::Credential,
        verified::{Validity, Verified},
    },
    policy::decision::Denial,
    schemes::claims::ClaimChecks,
};

/// Authenticates JSON Web Tokens that an authorization server issues for access to this service. It is cheap to clone.
///
/// # Design
/// The verifier is strict where tokens have been forged or confused before (RFC 8725):
///
/// - `exp`, `iss` and `aud` are required, and `nbf` is checked if it is present. A token expires at the instant of
///   `exp` itself, apart from the [leeway](JwtBuilder::leeway).
/// - The key decides the algorithm, so that the token cannot choose it. `none` is not supported.
/// - `typ` is `at+jwt`, `JWT` or absent, and no claim marks another kind of token. Some providers mark neither their
///   access tokens nor their ID tokens. Then only the audience tells them apart, unless
///   [`rfc9068`](JwtBuilder::rfc9068) is set.
/// - A token that is bound to a key (`cnf`) is refused, because the caller does not prove to hold the key.
/// - A token with `crit` or `b64` is refused. `jwk`, `jku`, `x5u` and `x5c` are never followed.
/// - A member name may not appear twice in an object, and a token may have at most 16 KiB.
///
/// # Example
/// ```
/// use auth_runtime::{Algorithm, Jwt, Key};
///
/// # const PEM: &str = "-----BEGIN PUBLIC KEY-----
/// # MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
/// # q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
/// # -----END PUBLIC KEY-----";
/// let jwt = Jwt::builder()
///     .issuer("https://issuer.example")
///     .audience("https://orders.example")
///     .key(Key::pem(Algorithm::ES256, PEM).id("2026-11"))
///     .roles_from("/realm_access/roles")
///     .build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Jwt(Arc<Verifier>);

struct Verifier {
    keys: Keys,
    claim_checks: ClaimChecks,
    clock: Clock,
    rfc9068: bool,
}

enum Keys {
    Fixed(KeySet),
    #[cfg(feature = "oidc")]
    Remote(Arc<keys::key_store::KeyStore>),
}

impl Jwt {
    /// Starts a verifier whose keys are given to the builder.
    pub fn builder() -> JwtBuilder {
        JwtBuilder::new(Vec::new())
    }

    /// Returns the issuer whose tokens are accepted.
    pub fn issuer(&self) -> &str {
        self.0.claim_checks.issuer()
    }
}

/// Returns the signed part of `token`, if it has the form of a JSON Web Token.
pub(crate) fn signed_part(token: &str) -> Option<&str> {
    Token::parse(token).ok().map(|token| token.message())
}

/// Makes an access token of these claims, signed with a shared secret.
#[cfg(feature = "testing")]
pub(crate) fn signed(claims: &Map<String, Value>, secret: &[u8]) -> Option<String> {
    let part = |object: &Value| URL_SAFE_NO_PAD.encode(object.to_string());
    let header = part(&json!({ "alg": "HS256", "typ": "at+jwt" }));
    let message = format!("{header}.{}", part(&Value::Object(claims.clone())));
    let signature = keys::material::sign(Algorithm::HS256, secret, message.as_bytes())?;
    Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

impl Verifier {
    fn verify(&self, text: &str, keys: &KeySet) -> Result<Verified, Refused> {
        let now = self.clock.now();
        let token = Token::parse(text)?;
        token.check_kind(self.rfc9068)?;
        let key = keys.verifying(&token, now)?;
        let accepted = self.claim_checks.principal(token.claims()?, now)?;
        let until = accepted.expires.saturating_add(accepted.leeway);
        let key_trust = Some(Arc::clone(key.trust()));
        let validity = Validity { verified_at: now, until, clock: self.clock.clone(), key_trust };
        Ok(Verified::with_validity(accepted.principal, validity))
    }
}

impl Authenticate for Jwt {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        let token = credential.value();
        let answer = match &self.0.keys {
            Keys::Fixed(keys) => self.0.verify(token, keys),
            #[cfg(feature = "oidc")]
            Keys::Remote(keys) => {
                let current = keys.current();
                match self.0.verify(token, &current.set) {
                    Err(refused) if refused.newer_keys != NewerKeys::Useless => {
                        let (keys, seen) = (Arc::clone(keys), Arc::clone(&current));
                        let answer =
                            self.clone().verify_with_newer_keys(keys, seen, token.to_owned(), refused);
                        return Authentication::verified_later(answer);
                    }
                    answer => answer,
                }
            }
        };
        Authentication::now(answer.map_err(|refused| Denial::InvalidCredential(refused.reason)))
    }

    fn is_own(&self, _: Own) -> bool {
        true
    }

    fn issuers(&self, _: Own) -> AcceptedIssuers {
        self.0.claim_checks.accepted_issuer()
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt").field("issuer", &self.issuer()).finish_non_exhaustive()
    }
}
