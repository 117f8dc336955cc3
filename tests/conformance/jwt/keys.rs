//! J: signatures, algorithms and the keys that they belong to.

use std::net::TcpListener;

use auth_runtime::{Algorithm, Authorizer, Issuers, Key};
use auth_tests::{
    Token,
    app::Orders,
    issuer::{ISSUER, SECRET, encode, fixture, secret, signed, signed_by},
};
use jsonwebtoken::EncodingKey;
use serde_json::json;

use super::{assert_accepted, assert_refused, orders_with};

/// Returns the asymmetric algorithms: the name in tokens, the algorithm for us and for the signer, the private and the
/// public key.
fn asymmetric() -> Vec<(&'static str, Algorithm, jsonwebtoken::Algorithm, EncodingKey, String)> {
    use jsonwebtoken::Algorithm as Signed;

    let private = |name: &str| fixture(&format!("{name}.private.pem"));
    let public = |name: &str| fixture(&format!("{name}.public.pem"));
    let rsa = || EncodingKey::from_rsa_pem(private("rsa").as_bytes()).unwrap();
    let ec = |name: &str| EncodingKey::from_ec_pem(private(name).as_bytes()).unwrap();
    let ed = || EncodingKey::from_ed_pem(private("ed25519").as_bytes()).unwrap();
    vec![
        ("RS256", Algorithm::RS256, Signed::RS256, rsa(), public("rsa")),
        ("RS384", Algorithm::RS384, Signed::RS384, rsa(), public("rsa")),
        ("RS512", Algorithm::RS512, Signed::RS512, rsa(), fixture("rsa.pkcs1.public.pem")),
        ("PS256", Algorithm::PS256, Signed::PS256, rsa(), public("rsa")),
        ("PS384", Algorithm::PS384, Signed::PS384, rsa(), public("rsa")),
        ("PS512", Algorithm::PS512, Signed::PS512, rsa(), public("rsa")),
        ("ES256", Algorithm::ES256, Signed::ES256, ec("p256"), public("p256")),
        ("ES384", Algorithm::ES384, Signed::ES384, ec("p384"), public("p384")),
        ("EdDSA", Algorithm::EdDSA, Signed::EdDSA, ed(), public("ed25519")),
    ]
}

#[test]
fn j_04_signature_and_algorithm_are_checked() {
    let good = Token::alice().signed();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let none = |name: &str| {
        format!("{}.{}.", encode(format!(r#"{{"alg":"{name}"}}"#)), encode(Token::alice().claims_text()))
    };
    let orders = Orders::start();
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    assert_refused(
        &orders,
        [
            ("none", none("none")),
            ("None", none("None")),
            ("NONE", none("NONE")),
            ("absent", format!("{}.{}.", encode("{}"), encode(Token::alice().claims_text()))),
            ("empty signature", format!("{message}.")),
            ("flipped", format!("{message}.{flipped}{}", &signature[1..])),
            ("cut", format!("{message}.{}", &signature[..signature.len() - 4])),
            (
                "other claims",
                format!(
                    "{}.{}.{signature}",
                    message.split('.').next().unwrap(),
                    encode(Token::bob().claims_text())
                ),
            ),
            ("lower case", signed(r#"{"alg":"hs256"}"#, &Token::alice().claims_text())),
            ("HS512 in the header", signed(r#"{"alg":"HS512"}"#, &Token::alice().claims_text())),
        ],
    );
    // A forger may use the public key as a secret.
    let pem = fixture("rsa.public.pem");
    let confused = Token::alice().signed_with_secret(pem.as_bytes());
    let rsa = orders_with(|jwt| jwt.key(Key::pem(Algorithm::RS256, fixture("rsa.public.pem"))));
    assert_refused(&rsa, [("confused", confused)]);
    // One key has one algorithm.
    for (name, _, algorithm, key, _) in asymmetric().into_iter().filter(|(name, ..)| *name != "RS256") {
        assert_refused(&rsa, [(name, Token::alice().signed_with(name, algorithm, &key))]);
    }
}

#[test]
fn j_04_every_algorithm_verifies_its_own_tokens_alone() {
    for (name, accepted, algorithm, key, pem) in asymmetric() {
        let token = Token::alice().signed_with(name, algorithm, &key);
        let orders = orders_with(|jwt| jwt.key(Key::pem(accepted, &pem)));
        assert_accepted(&orders, [(name, token.clone())]);
        let (message, signature) = token.rsplit_once('.').unwrap();
        let forged = format!("{message}.{}", signature.chars().rev().collect::<String>());
        assert_refused(&orders, [(name, forged), ("HS256", Token::alice().signed())]);
    }
    for (accepted, name, algorithm, length) in [
        (Algorithm::HS256, "HS256", jsonwebtoken::Algorithm::HS256, 32),
        (Algorithm::HS384, "HS384", jsonwebtoken::Algorithm::HS384, 48),
        (Algorithm::HS512, "HS512", jsonwebtoken::Algorithm::HS512, 64),
    ] {
        let orders = orders_with(|jwt| jwt.key(Key::secret(accepted, vec![b'a'; length])));
        let by = |letter: u8| {
            Token::alice().signed_with(name, algorithm, &EncodingKey::from_secret(&vec![letter; length]))
        };
        assert_accepted(&orders, [(name, by(b'a'))]);
        assert_refused(&orders, [(name, by(b'b'))]);
    }
}

#[test]
fn j_04_keys_may_be_given_as_jwk() {
    for (name, accepted, algorithm, key, _) in asymmetric() {
        let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&key, algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["kid"] = json!("2026-11");
        jwk["use"] = json!("sig");
        let token = |id: &str| Token::alice().header("kid", id).signed_with(name, algorithm, &key);
        let orders = orders_with(|jwt| jwt.key(Key::jwk(jwk.to_string())));
        assert_accepted(&orders, [(name, token("2026-11"))]);
        assert_refused(&orders, [(name, token("2026-10")), ("HS256", Token::alice().signed())]);
        // A JWK may leave its algorithm out where the curve tells it. For RSA the application names the algorithm.
        jwk.as_object_mut().unwrap().remove("alg");
        let orders = orders_with(|jwt| jwt.key(Key::jwk(jwk.to_string()).algorithm(accepted)));
        assert_accepted(&orders, [(name, token("2026-11"))]);
    }
}

/// Asserts for two issuers with keys of one `kid` that a token which one of them signs in the name of the other is
/// refused.
fn assert_keys_are_not_shared(issuers: [(&'static str, jsonwebtoken::Algorithm, &EncodingKey, Key); 2]) {
    const NAMES: [&str; 2] = [ISSUER, "https://other.example"];
    let [(_, _, _, first), (_, _, _, second)] = &issuers;
    let keys = [first.clone().id("2026-11"), second.clone().id("2026-11")];
    let orders = Orders::start_with(|issuer| {
        let each = NAMES.into_iter().zip(keys);
        let each = each.map(|(name, key)| {
            issuer.verifier().issuer(name).key(key).grants_scopes_beginning_with("orders:").build().unwrap()
        });
        Authorizer::builder().bearer(Issuers::new(each).unwrap()).build().unwrap()
    });
    for (position, (name, algorithm, key, _)) in issuers.into_iter().enumerate() {
        let claiming = |issuer: &str| Token::alice().claim("iss", issuer);
        let (own, other) = (claiming(NAMES[position]), claiming(NAMES[1 - position]));
        for id in [Some("2026-11"), None] {
            let signed = |token: &Token| match id {
                Some(id) => token.clone().header("kid", id).signed_with(name, algorithm, key),
                None => token.signed_with(name, algorithm, key),
            };
            // The second round presents a good token that is remembered, beside the forged one.
            for _ in 0..2 {
                assert_accepted(&orders, [(name, signed(&own))]);
                assert_refused(&orders, [(name, signed(&other))]);
            }
        }
    }
}

/// Makes a key pair whose private part is this byte, 32 times (RFC 8410 §7).
fn ed25519(byte: u8) -> (EncodingKey, Key) {
    let head = [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let private = EncodingKey::from_ed_der(&[head.as_slice(), &[byte; 32]].concat());
    let public = jsonwebtoken::jwk::Jwk::from_encoding_key(&private, jsonwebtoken::Algorithm::EdDSA).unwrap();
    (private, Key::jwk(serde_json::to_string(&public).unwrap()))
}

#[test]
fn j_05_keys_belong_to_the_issuer_claimed() {
    use jsonwebtoken::Algorithm as Signed;

    let second = b"the second secret of 32 bytes...";
    let (ours, theirs) = (EncodingKey::from_secret(SECRET), EncodingKey::from_secret(second));
    assert_keys_are_not_shared([
        ("HS256", Signed::HS256, &ours, secret()),
        ("HS256", Signed::HS256, &theirs, Key::secret(Algorithm::HS256, second)),
    ]);
    // The two keys have one algorithm, so that nothing but the key itself tells them apart.
    let [(own, public), (other, others)] = [1, 2].map(ed25519);
    assert_keys_are_not_shared([
        ("EdDSA", Signed::EdDSA, &own, public),
        ("EdDSA", Signed::EdDSA, &other, others),
    ]);
    // Each key is tried with each other key, a secret among them.
    let mut all: Vec<_> = asymmetric()
        .into_iter()
        .filter(|(name, ..)| matches!(*name, "RS256" | "ES256" | "ES384" | "EdDSA"))
        .map(|(name, accepted, algorithm, key, pem)| (name, algorithm, key, Key::pem(accepted, pem)))
        .collect();
    all.push(("HS256", Signed::HS256, ours, secret()));
    for (position, (name, algorithm, key, public)) in all.iter().enumerate() {
        for (other, others_algorithm, others_key, others_public) in &all[..position] {
            assert_keys_are_not_shared([
                (name, *algorithm, key, public.clone()),
                (other, *others_algorithm, others_key, others_public.clone()),
            ]);
        }
    }
}

#[test]
fn j_06_rs256_is_supported() {
    let (_, _, algorithm, key, pem) = asymmetric().remove(0);
    let orders = orders_with(|jwt| jwt.key(Key::pem(Algorithm::RS256, &pem)));
    assert_accepted(&orders, [("RS256", Token::alice().signed_with("RS256", algorithm, &key))]);
}

#[test]
fn j_10_keys_of_the_token_are_not_followed() {
    let canary = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    canary.set_nonblocking(true).unwrap();
    let url = format!("http://{}/jwks", canary.local_addr().unwrap());
    let (_, _, algorithm, key, _) = asymmetric().remove(8);
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let orders = orders_with(|jwt| jwt.key(secret().id("current")));
    let own = |token: Token| token.signed_with("EdDSA", algorithm, &key);
    assert_refused(
        &orders,
        [
            ("jku", own(Token::alice().header("jku", url.clone()))),
            ("x5u", own(Token::alice().header("x5u", url.clone()))),
            ("jwk", own(Token::alice().header("jwk", jwk))),
            ("path", Token::alice().header("kid", "../../../dev/null").signed()),
            ("sql", Token::alice().header("kid", "' or '1'='1").signed()),
            ("unknown", Token::alice().header("kid", "previous").signed()),
            ("a number", Token::alice().header("kid", 7).signed()),
            ("null", Token::alice().header("kid", json!(null)).signed()),
        ],
    );
    assert_accepted(&orders, [("kid", Token::alice().header("kid", "current").header("jku", url).signed())]);
    assert_eq!(canary.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn j_24_ed25519_has_two_names_and_one_curve() {
    let (_, _, algorithm, key, pem) = asymmetric().remove(8);
    let orders = orders_with(|jwt| jwt.key(Key::pem(Algorithm::EdDSA, &pem)));
    for name in ["EdDSA", "Ed25519"] {
        assert_accepted(&orders, [(name, Token::alice().signed_with(name, algorithm, &key))]);
    }
    for name in ["Ed448", "ed25519", "ES256"] {
        assert_refused(&orders, [(name, Token::alice().signed_with(name, algorithm, &key))]);
    }
    let header = r#"{"alg":"Ed25519"}"#;
    let ec = EncodingKey::from_ec_pem(fixture("p256.private.pem").as_bytes()).unwrap();
    let other = signed_by(header, &Token::alice().claims_text(), jsonwebtoken::Algorithm::ES256, &ec);
    assert_refused(&orders, [("another curve", other)]);
}

#[test]
fn j_04_several_keys_are_chosen_by_kid() {
    let second = b"the second secret of 32 bytes...";
    let orders =
        orders_with(|jwt| jwt.key(secret().id("a")).key(Key::secret(Algorithm::HS256, second).id("b")));
    let by = |secret: &[u8], id: &str| Token::alice().header("kid", id).signed_with_secret(secret);
    assert_accepted(&orders, [("a", by(SECRET, "a")), ("b", by(second, "b"))]);
    assert_refused(
        &orders,
        [("crossed", by(second, "a")), ("crossed", by(SECRET, "b")), ("unknown", by(SECRET, "c"))],
    );
    // The signature decides where a token has no `kid`.
    let unnamed = |secret: &[u8]| Token::alice().signed_with_secret(secret);
    assert_accepted(&orders, [("a", unnamed(SECRET)), ("b", unnamed(second))]);
    assert_refused(&orders, [("neither", unnamed(b"the third secret of 32 bytes...."))]);
    // A key without an id serves any `kid`.
    assert_accepted(&Orders::start(), [("any", by(SECRET, "2026-11"))]);
}
