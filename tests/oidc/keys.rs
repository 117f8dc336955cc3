//! J: keys that are fetched, from a provider that may lie.

mod contradictions;
mod discovery;
mod freshness;
mod lies;
mod replacement;
mod rotation;
mod settings;
mod strength;
mod trials;
mod withdrawal;

use std::time::Duration;

use auth_runtime::{
    Authorizer, Jwt,
    jwt::{JwtBuilder, RemoteKeys},
};
use auth_tests::{
    Fake, Issuer, Token,
    app::Orders,
    issuer::{AUDIENCE, fixture},
};
use jsonwebtoken::{EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

/// A key pair of the issuer.
struct Pair {
    id: &'static str,
    name: &'static str,
    algorithm: jsonwebtoken::Algorithm,
    private: EncodingKey,
}

impl Pair {
    fn of(id: &'static str, name: &'static str) -> Self {
        use jsonwebtoken::Algorithm::{ES256, ES384, EdDSA, PS256, RS256};

        let read = |name: &str| fixture(&format!("{name}.private.pem"));
        let ec = |name: &str| EncodingKey::from_ec_pem(read(name).as_bytes()).unwrap();
        let (algorithm, private) = match name {
            "ES256" => (ES256, ec("p256")),
            "ES384" => (ES384, ec("p384")),
            "EdDSA" => (EdDSA, EncodingKey::from_ed_pem(read("ed25519").as_bytes()).unwrap()),
            "PS256" => (PS256, EncodingKey::from_rsa_pem(read("rsa").as_bytes()).unwrap()),
            _ => (RS256, EncodingKey::from_rsa_pem(read("rsa").as_bytes()).unwrap()),
        };
        Self { id, name, algorithm, private }
    }

    /// Makes a pair whose private part is this byte, 32 times (RFC 8410 §7).
    fn ed25519(id: &'static str, byte: u8) -> Self {
        let head = [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20];
        let private = EncodingKey::from_ed_der(&[head.as_slice(), &[byte; 32]].concat());
        Self { id, name: "EdDSA", algorithm: jsonwebtoken::Algorithm::EdDSA, private }
    }

    /// Returns the public key as the provider publishes it.
    fn jwk(&self) -> Value {
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&self.private, self.algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk
    }

    fn sign(&self, fake: &Fake, token: Token) -> String {
        let token = token.claim("iss", fake.origin()).header("kid", self.id);
        token.signed_with(self.name, self.algorithm, &self.private)
    }
}

/// Starts a provider that publishes one key.
fn published() -> (Fake, Pair) {
    let (fake, pair) = (Fake::start(), Pair::of("a", "ES256"));
    fake.publish(&[pair.jwk()]);
    (fake, pair)
}

fn verifier(issuer: &Issuer, fake: &Fake) -> JwtBuilder<RemoteKeys> {
    Jwt::discover(fake.origin()).audience(AUDIENCE).leeway(Duration::ZERO).clock(issuer.clock())
}

/// Starts the service with keys from `fake`, and returns its verifier too.
fn orders(fake: &Fake, build: impl Fn(JwtBuilder<RemoteKeys>) -> JwtBuilder<RemoteKeys>) -> (Orders, Jwt) {
    let mut verifies = None;
    let orders = Orders::start_with(|issuer| {
        let jwt = build(verifier(issuer, fake)).build().unwrap();
        verifies = Some(jwt.clone());
        Authorizer::builder().realm("orders").bearer(jwt).build().unwrap()
    });
    (orders, verifies.unwrap())
}

const METADATA: &str = "/.well-known/openid-configuration";
