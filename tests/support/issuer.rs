//! An issuer of good tokens and bad tokens.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_runtime::{Authorizer, Jwt, Key, jwt::JwtBuilder, settings::AuthorizerBuilder};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign};
use serde_json::{Map, Value, json};

/// The name of the issuer.
pub const ISSUER: &str = "https://issuer.example";
/// The name of the service that the tokens are for.
pub const AUDIENCE: &str = "https://orders.example";
/// The secret that the issuer shares with the service.
pub const SECRET: &[u8] = b"a secret of exactly 32 bytes....";
/// The time at which the tests begin, in seconds since 1970.
pub const NOW: u64 = 1_800_000_000;

/// An issuer of tokens, with a clock of its own.
#[derive(Clone)]
pub struct Issuer {
    now: Arc<AtomicU64>,
}

impl Default for Issuer {
    fn default() -> Self {
        Self { now: Arc::new(AtomicU64::new(NOW)) }
    }
}

impl Issuer {
    /// Moves the clock of this issuer on, and with it that of the services which trust the issuer.
    pub fn pass(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Returns the clock of this issuer, for the services that trust the issuer.
    pub fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + use<> {
        let now = Arc::clone(&self.now);
        move || UNIX_EPOCH + Duration::from_secs(now.load(Ordering::SeqCst))
    }

    /// Starts a verifier without leeway that trusts this issuer and runs on the issuer's clock. The verifier has no key
    /// yet.
    pub fn verifier(&self) -> JwtBuilder {
        Jwt::builder().issuer(ISSUER).audience(AUDIENCE).leeway(Duration::ZERO).clock(self.clock())
    }

    /// Builds a verifier that trusts this issuer's secret.
    pub fn jwt(&self) -> Jwt {
        self.verifier().key(secret()).build().expect("a verifier")
    }

    /// Starts an authorizer that accepts this issuer's tokens.
    pub fn authorizer_builder(&self) -> AuthorizerBuilder {
        Authorizer::builder().realm("orders").bearer(self.jwt())
    }

    /// Builds an authorizer that accepts this issuer's tokens.
    pub fn authorizer(&self) -> Authorizer {
        self.authorizer_builder().build().expect("an authorizer")
    }
}

/// Returns the issuer's secret as a verifier's key.
pub fn secret() -> Key {
    Key::secret(auth_runtime::Algorithm::HS256, SECRET)
}

/// A token that is not signed yet.
#[derive(Clone)]
pub struct Token {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Token {
    /// Makes a good token for `subject`, without scopes and roles.
    pub fn of(subject: &str) -> Self {
        let Value::Object(header) = json!({ "alg": "HS256", "typ": "at+jwt" }) else { unreachable!() };
        let Value::Object(claims) = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "client_id": "web", "jti": "0d9b",
            "iat": NOW - 10, "exp": NOW + 600,
        }) else {
            unreachable!()
        };
        Self { header, claims }
    }

    /// Makes Alice's good token, with both scopes.
    pub fn alice() -> Self {
        Self::of("alice").claim("scope", "orders:read orders:write")
    }

    /// Makes Bob's good token, with the scope for reading only.
    pub fn bob() -> Self {
        Self::of("bob").claim("scope", "orders:read")
    }

    /// Makes Alice's token, expired.
    pub fn expired() -> Self {
        Self::alice().claim("exp", NOW - 3600)
    }

    /// Sets a claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets a header parameter.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a header parameter out.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Returns the claims as JSON.
    pub fn claims_text(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }

    /// Signs the token with the issuer's secret.
    pub fn signed(&self) -> String {
        signed(&Value::Object(self.header.clone()).to_string(), &self.claims_text())
    }

    /// Signs the token by HS256 with another secret.
    pub fn signed_with_secret(&self, secret: &[u8]) -> String {
        self.signed_with("HS256", Algorithm::HS256, &EncodingKey::from_secret(secret))
    }

    /// Signs the token with another key, whose algorithm goes into the header by this name.
    pub fn signed_with(&self, name: &str, algorithm: Algorithm, key: &EncodingKey) -> String {
        let header = Value::Object(self.clone().header("alg", name).header).to_string();
        signed_by(&header, &self.claims_text(), algorithm, key)
    }
}

/// Makes a token of two texts and signs it with the issuer's secret.
pub fn signed(header: &str, claims: &str) -> String {
    signed_by(header, claims, Algorithm::HS256, &EncodingKey::from_secret(SECRET))
}

/// Makes a token of two texts and signs it.
pub fn signed_by(header: &str, claims: &str, algorithm: Algorithm, key: &EncodingKey) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = sign(message.as_bytes(), key, algorithm).expect("a signature");
    format!("{message}.{signature}")
}

/// Puts members in front of those of a JSON object, where a name may then stand twice.
pub fn with_members(object: &str, members: &str) -> String {
    object.replacen('{', &format!("{{{members},"), 1)
}

/// Encodes as base64url without padding.
pub fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Reads a file of the folder `fixtures`.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
