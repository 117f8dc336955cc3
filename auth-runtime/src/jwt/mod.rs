//! Bearer tokens that are JSON Web Tokens (RFC 7519), verified with keys at hand.

mod algorithm;
mod claims;
mod json;
mod key;
mod material;
mod token;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

pub use self::{algorithm::Algorithm, key::Key};
use self::{
    claims::{ClaimPath, Expected},
    key::VerifyingKey,
    token::Token,
};
use crate::{
    authenticate::{Authenticate, Authentication},
    config::ConfigError,
    credential::Credential,
    decision::{Denial, InvalidCredential},
    principal::Principal,
};

/// Authenticates JSON Web Tokens, as an authorization server issues them for access to this service.
///
/// # Design
/// Strict where tokens have been forged or confused before (RFC 8725):
/// - `exp`, `iss` and `aud` are required, `nbf` is honoured, the instant of `exp` is expired;
/// - the algorithm is the key's, so that the token cannot choose it; `none` is not known;
/// - `typ` is `at+jwt`, `JWT` or absent, and no claim marks another kind of token. Some providers mark neither their
///   access tokens nor their ID tokens; then the audience alone tells them apart, unless
///   [`rfc9068`](JwtBuilder::rfc9068) is set;
/// - tokens that are bound to a key (`cnf`) are refused, because a bearer does not prove to hold it;
/// - `crit` and `b64` are refused; `jwk`, `jku`, `x5u` and `x5c` are never followed;
/// - no name may stand twice, and a token may have 16 KiB at most.
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
pub struct Jwt {
    keys: Arc<[VerifyingKey]>,
    expected: Arc<Expected>,
    clock: Clock,
}

type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

impl Jwt {
    /// Starts a verifier.
    pub fn builder() -> JwtBuilder {
        JwtBuilder {
            audiences: Vec::new(),
            clock: Arc::new(SystemTime::now),
            issuer: None,
            keys: Vec::new(),
            leeway: Duration::from_secs(30),
            rfc9068: false,
            roles: Vec::new(),
            scopes: Vec::new(),
        }
    }

    fn verify(&self, text: &str) -> Result<Principal, InvalidCredential> {
        let token = Token::parse(text)?;
        token.check_kind(self.expected.rfc9068)?;
        let (algorithm, key_id) = (token.algorithm()?, token.key_id()?);
        let mut fitting = self.keys.iter().filter(|key| key.algorithm() == algorithm).peekable();
        fitting.peek().ok_or(InvalidCredential::Algorithm)?;
        let mut named = fitting.filter(|key| key.is_meant_by(key_id)).peekable();
        named.peek().ok_or(InvalidCredential::Key)?;
        if !named.any(|key| key.verifies(token.message(), token.signature())) {
            return Err(InvalidCredential::Signature);
        }
        self.expected.principal(token.claims()?, (self.clock)())
    }
}

impl Authenticate for Jwt {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        self.verify(credential.value()).map_err(Denial::InvalidCredential).into()
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("keys", &self.keys)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Jwt`]. `issuer`, `audience` and at least one `key` are required.
pub struct JwtBuilder {
    audiences: Vec<String>,
    clock: Clock,
    issuer: Option<String>,
    keys: Vec<Key>,
    leeway: Duration,
    rfc9068: bool,
    roles: Vec<String>,
    scopes: Vec<String>,
}

impl JwtBuilder {
    /// Accepts tokens that are meant for this audience (`aud`), compared exactly. Once more for another one.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Replaces the system's clock, for tests.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Accepts tokens of this issuer (`iss`), compared exactly.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Accepts signatures by this key. Once more for another one.
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// How far the issuer's clock may be off, for `exp` and `nbf`: whole seconds, 30 by default, 300 at most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
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
        self.roles.push(claim.into());
        self
    }

    /// Takes scopes from this claim: a name, or a JSON Pointer (RFC 6901) where it begins with `/`. The claim is a
    /// string of scopes with spaces between them, or an array of strings. Once more for another one.
    ///
    /// By default it is `scope`, and that only as a string (RFC 9068 §2.2.3).
    pub fn scopes_from(mut self, claim: impl Into<String>) -> Self {
        self.scopes.push(claim.into());
        self
    }

    /// The finished verifier.
    ///
    /// # Errors
    /// [`ConfigError`] if the issuer, the audience or a key is missing, a key is too short, does not fit its
    /// algorithm, is private, or shares its id with another one, symmetric keys stand beside asymmetric ones, or a
    /// setting is out of range.
    pub fn build(self) -> Result<Jwt, ConfigError> {
        let issuer = self.issuer.filter(|issuer| !issuer.is_empty()).ok_or_else(|| {
            ConfigError::new(
                "issuer",
                "is missing, so anybody's tokens would do; name the one that issues them",
            )
        })?;
        if self.audiences.is_empty() || self.audiences.iter().any(String::is_empty) {
            let remedy =
                "is missing, so tokens for other services would do; name this service as its tokens do";
            return Err(ConfigError::new("audience", remedy));
        }
        if self.leeway > Duration::from_mins(5) || self.leeway.subsec_nanos() > 0 {
            let remedy = "is more than 300 seconds or not whole seconds; set the clocks right instead";
            return Err(ConfigError::new("leeway", remedy));
        }
        let expected = Expected {
            issuer,
            audiences: self.audiences,
            leeway: self.leeway.as_secs(),
            rfc9068: self.rfc9068,
            roles: paths("roles_from", &self.roles, || ClaimPath::name("roles"))?,
            scopes: paths("scopes_from", &self.scopes, || ClaimPath::name("scope").only_text())?,
        };
        Ok(Jwt {
            keys: key::verifying_set(self.keys)?.into(),
            expected: Arc::new(expected),
            clock: self.clock,
        })
    }
}

impl fmt::Debug for JwtBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

fn paths(
    setting: &'static str,
    texts: &[String],
    default: impl FnOnce() -> ClaimPath,
) -> Result<Vec<ClaimPath>, ConfigError> {
    if texts.is_empty() {
        return Ok(vec![default()]);
    }
    let parse = |text: &String| {
        ClaimPath::parse(text).ok_or_else(|| {
            let remedy = format!(
                "`{}` names no claim; give a name, or a JSON pointer, which begins with a slash, as in `/realm_access/roles`",
                text.escape_debug()
            );
            ConfigError::new(setting, remedy)
        })
    };
    texts.iter().map(parse).collect()
}
