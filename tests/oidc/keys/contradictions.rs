//! J: keys that contradict themselves (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).

use auth_runtime::{ConfigError, Jwt, Key};
use auth_tests::{Fake, Token, issuer::AUDIENCE};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Pair, orders};

/// A kind of key, what is set in it, and what the message says.
type Contradiction = (&'static str, Value, &'static str);

/// Returns keys that are said to be for something that they are not for.
fn purposes() -> Vec<Contradiction> {
    let (algorithm, purpose) = ("the key is not one for", "not meant for signatures");
    vec![
        // The point is one of P-256.
        ("ES256", json!({ "crv": "P-384" }), algorithm),
        ("ES256", json!({ "alg": "ES384" }), algorithm),
        ("ES256", json!({ "alg": "RS256" }), algorithm),
        ("ES256", json!({ "alg": "EdDSA" }), algorithm),
        ("ES384", json!({ "alg": "ES256" }), algorithm),
        ("RS256", json!({ "alg": "ES256" }), algorithm),
        ("RS256", json!({ "alg": "EdDSA" }), algorithm),
        ("RS256", json!({ "alg": "HS256" }), algorithm),
        ("EdDSA", json!({ "alg": "ES256" }), algorithm),
        ("EdDSA", json!({ "alg": "HS512" }), algorithm),
        ("ES256", json!({ "alg": "ES512" }), "an `alg` that is not supported"),
        ("RS256", json!({ "alg": "RSA-OAEP" }), "an `alg` that is not supported"),
        ("RS256", json!({ "alg": null }), "an `alg` that is not supported"),
        ("RS256", json!({ "alg": ["RS256"] }), "is not one JSON object"),
        ("ES256", json!({ "use": "enc" }), purpose),
        ("ES256", json!({ "use": "Sig" }), purpose),
        ("ES256", json!({ "use": "sig", "key_ops": ["encrypt"] }), purpose),
        ("ES256", json!({ "use": "enc", "key_ops": ["verify"] }), purpose),
        ("ES256", json!({ "key_ops": ["sign"] }), purpose),
        ("ES256", json!({ "key_ops": [] }), purpose),
        ("ES256", json!({ "key_ops": ["verify", "deriveBits"] }), purpose),
        ("RS256", json!({ "key_ops": ["verify", "encrypt"] }), purpose),
        ("RS256", json!({ "key_ops": "verify" }), "is not one JSON object"),
    ]
}

/// Returns keys whose members do not belong together.
fn members() -> Vec<Contradiction> {
    let (curve, kind) = ("a `crv` that is not supported for its `kty`", "which its `kty` does not have");
    let unreadable = "of an unknown `kty` or not base64url";
    let of = |length: usize| URL_SAFE_NO_PAD.encode(vec![7; length]);
    vec![
        ("ES256", json!({ "alg": null, "crv": "P-384" }), "an `alg` that is not supported"),
        ("ES256", json!({ "crv": "P-521" }), curve),
        ("ES256", json!({ "crv": "Ed25519" }), curve),
        ("EdDSA", json!({ "crv": "P-256" }), curve),
        ("EdDSA", json!({ "crv": "X25519" }), unreadable),
        ("EdDSA", json!({ "crv": "Ed448" }), unreadable),
        ("ES256", json!({ "crv": "secp256k1" }), unreadable),
        ("ES256", json!({ "crv": "p-256" }), unreadable),
        ("ES256", json!({ "kty": "ec" }), unreadable),
        ("ES256", json!({ "kty": "RSA" }), unreadable),
        ("RS256", json!({ "kty": "EC" }), unreadable),
        ("ES256", json!({ "kty": "OKP" }), curve),
        ("EdDSA", json!({ "y": of(32) }), kind),
        ("RS256", json!({ "crv": "P-256" }), kind),
        ("RS256", json!({ "k": of(32) }), kind),
        ("ES256", json!({ "n": of(256), "e": "AQAB" }), kind),
        // Both lengths together are right.
        ("ES256", json!({ "x": of(31), "y": of(33) }), "a coordinate that is not of 32 bytes"),
        ("ES256", json!({ "x": of(31) }), "a coordinate that is not of 32 bytes"),
        ("ES256", json!({ "x": of(48), "y": of(48) }), "a coordinate that is not of 32 bytes"),
        ("ES384", json!({ "x": of(32), "y": of(32) }), "a coordinate that is not of 48 bytes"),
        ("ES384", json!({ "y": "" }), "a coordinate that is not of 48 bytes"),
        ("EdDSA", json!({ "x": of(31) }), "the key is not one for EdDSA"),
        ("EdDSA", json!({ "x": of(33) }), "the key is not one for EdDSA"),
        ("ES256", json!({ "x": of(32) }), "the key is not a valid one"),
        ("ES256", json!({ "x": of(32) + "=" }), unreadable),
        ("RS256", json!({ "n": of(256) + "=" }), unreadable),
    ]
}

/// Returns the public key of this kind with these members.
fn jwk(kind: &'static str, change: &Value) -> Value {
    let mut jwk = Pair::of("a", kind).jwk();
    for (name, value) in change.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk
}

fn configured(jwk: &Value) -> Result<Jwt, ConfigError> {
    let jwt = Jwt::builder().issuer("https://issuer.example").audience(AUDIENCE);
    jwt.key(Key::jwk(jwk.to_string())).build()
}

#[test]
fn j_04_a_key_that_contradicts_itself_is_refused() {
    let contradictions = [purposes(), members()].concat();
    for (kind, change, text) in &contradictions {
        let error = configured(&jwk(kind, change)).expect_err(&change.to_string());
        assert_eq!(error.setting(), "key");
        assert!(error.to_string().contains(text), "{kind} {change}: {error}");
    }
    // None of these keys is used if it is published.
    let fake = Fake::start();
    for changes in contradictions.chunks(32) {
        let good = Pair { id: "good", ..Pair::of("good", "ES384") };
        let bad = changes.iter().map(|(kind, change, _)| jwk(kind, change));
        fake.publish(&bad.chain([good.jwk()]).collect::<Vec<_>>());
        let (orders, jwt) = orders(&fake, |jwt| jwt);
        assert_eq!(orders.get_as("/me", good.sign(&fake, Token::alice())).status(), 200);
        assert_eq!(jwt.health().keys, ["good"]);
    }
}

#[test]
fn what_does_not_contradict_is_accepted() {
    for change in [
        json!({}),
        json!({ "use": "sig" }),
        json!({ "key_ops": ["verify"] }),
        json!({ "use": "sig", "key_ops": ["sign", "verify"] }),
        // RFC 7517 §4: members that are not understood are ignored.
        json!({ "x5c": ["MIIB"], "x5t": "AAAA", "x5t#S256": "AAAA", "iss": "https://issuer.example", "exp": 1 }),
    ] {
        for kind in ["RS256", "PS256", "ES256", "ES384", "EdDSA"] {
            assert!(configured(&jwk(kind, &change)).is_ok(), "{kind} {change}");
        }
    }
}
