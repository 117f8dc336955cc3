//! An issuer of real tokens for tests. Only the issuer is replaced; every check stays on.

use std::{
    collections::hash_map::RandomState,
    fmt,
    hash::BuildHasher as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    authorizer::{Authorizer, AuthorizerBuilder},
    config::ConfigError,
    schemes::jwt::{Algorithm, Jwt, JwtBuilder, Key, signed},
};

/// An issuer of real signed tokens, for the tests of an application. Each issuer has its own secret, which nobody else
/// knows. A service that trusts one by mistake accepts nobody's tokens.
///
/// # Example
/// ```
/// use actix_web::{App, test::{TestRequest, call_service, init_service}};
/// use auth_runtime::{ConfigError, TestIssuer, require_scope};
///
/// #[require_scope("orders:read")]
/// #[actix_web::get("/orders")]
/// async fn list() -> &'static str {
///     "orders"
/// }
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), ConfigError> {
/// let issuer = TestIssuer::new();
/// let app = init_service(App::new().app_data(issuer.authorizer()?).service(list)).await;
/// for (token, status) in [
///     (issuer.token("alice").scope("orders:read"), 200),
///     (issuer.token("bob"), 403),
///     (issuer.token("alice").scope("orders:read").expired(), 401),
/// ] {
///     let request = TestRequest::get().uri("/orders").insert_header(token.authorization());
///     assert_eq!(call_service(&app, request.to_request()).await.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TestIssuer {
    secret: Arc<[u8; 32]>,
    audience: String,
    issuer: String,
}

/// The number of the next token.
static NUMBER: AtomicU64 = AtomicU64::new(0);

impl TestIssuer {
    /// Makes an issuer of tokens for the audience `test`.
    pub fn new() -> Self {
        // The secret comes from `RandomState`, which the system seeds once for each thread. No two of them are the
        // same.
        let mut secret = Sha256::new();
        for _ in 0..4 {
            secret.update(RandomState::new().hash_one(SystemTime::now()).to_be_bytes());
        }
        Self {
            secret: Arc::new(secret.finalize().into()),
            audience: "test".to_owned(),
            issuer: "https://issuer.test".to_owned(),
        }
    }

    /// Sets the audience of the tokens (`aud`).
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// Sets the issuer's name in the tokens (`iss`).
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Starts a verifier that trusts this issuer. Finish it like the application's own one, with `.roles_from(..)` and
    /// `.build()`.
    pub fn jwt(&self) -> JwtBuilder {
        let key = Key::secret(Algorithm::HS256, self.secret.as_slice());
        Jwt::builder().issuer(&self.issuer).audience(&self.audience).key(key)
    }

    /// Makes an authorizer that trusts this issuer and nobody else.
    ///
    /// # Errors
    /// [`ConfigError`] if the audience or the issuer is empty.
    pub fn authorizer(&self) -> Result<Authorizer, ConfigError> {
        self.authorizer_builder()?.build()
    }

    /// Starts an authorizer that trusts this issuer and nobody else. Finish it like the application's own one, with
    /// `.realm(..)`, `.not_found(..)` and `.build()`.
    ///
    /// # Errors
    /// [`ConfigError`] if the audience or the issuer is empty.
    pub fn authorizer_builder(&self) -> Result<AuthorizerBuilder, ConfigError> {
        Ok(Authorizer::builder().bearer(self.jwt().build()?))
    }

    /// Makes a token for `subject` that is valid for an hour. The token has no scopes and no roles.
    pub fn token(&self, subject: impl Into<String>) -> TestToken {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let token = TestToken { secret: Arc::clone(&self.secret), claims: Map::new(), now };
        token
            .claim("iss", &*self.issuer)
            .claim("aud", &*self.audience)
            .claim("sub", subject.into())
            .claim("client_id", "test")
            .claim("jti", format!("test-{}", NUMBER.fetch_add(1, Ordering::Relaxed)))
            .claim("iat", now)
            .valid_for(Duration::from_hours(1))
    }
}

impl Default for TestIssuer {
    fn default() -> Self {
        Self::new()
    }
}

/// Leaves out the secret.
impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIssuer")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// A token of a [`TestIssuer`]. Its [`Display`](fmt::Display) text is the signed token.
#[derive(Clone)]
pub struct TestToken {
    secret: Arc<[u8; 32]>,
    claims: Map<String, Value>,
    now: u64,
}

impl TestToken {
    /// Returns the request field that presents the token.
    pub fn authorization(&self) -> (&'static str, String) {
        ("authorization", format!("Bearer {self}"))
    }

    /// Sets a claim.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Sets the expiry of the token to an hour ago.
    pub fn expired(self) -> Self {
        let then = self.now.saturating_sub(3600);
        self.claim("exp", then)
    }

    /// Adds a role to the claim `roles`.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        if let Value::Array(roles) = self.claims.entry("roles").or_insert_with(|| json!([])) {
            roles.push(Value::String(role.into()));
        }
        self
    }

    /// Adds a scope to the claim `scope`.
    pub fn scope(self, scope: impl AsRef<str>) -> Self {
        let scopes = match self.claims.get("scope").and_then(Value::as_str) {
            Some(scopes) => format!("{scopes} {}", scope.as_ref()),
            None => scope.as_ref().to_owned(),
        };
        self.claim("scope", scopes)
    }

    /// Makes the token valid for this time from now on, in whole seconds.
    pub fn valid_for(self, duration: Duration) -> Self {
        let until = self.now.saturating_add(duration.as_secs());
        self.claim("exp", until)
    }

    /// Leaves a claim out.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }
}

impl fmt::Display for TestToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = signed(&self.claims, self.secret.as_slice()).ok_or(fmt::Error)?;
        f.write_str(&token)
    }
}

/// Leaves out the secret.
impl fmt::Debug for TestToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestToken").field("claims", &self.claims).finish_non_exhaustive()
    }
}
