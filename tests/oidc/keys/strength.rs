//! J: keys that verify too much, or cost too much.

use auth_runtime::{Algorithm, ConfigError, Jwt, Key};
use auth_tests::{
    Fake, Token,
    invariants::assert_refused,
    issuer::{AUDIENCE, encode},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::DecodingKey;
use serde_json::{Value, json};

use super::{Pair, orders};

fn configured(key: Key) -> Result<Jwt, ConfigError> {
    Jwt::builder().issuer("https://issuer.example").audience(AUDIENCE).key(key).build()
}

/// Returns 32 bytes: the first one, the same one over and over, and the last one.
fn bytes(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    (bytes[0], bytes[31]) = (first, last);
    bytes
}

fn eighth(text: &str, sign: u8) -> [u8; 32] {
    let mut point: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect();
    point[31] |= sign;
    point.try_into().unwrap()
}

/// Returns the eight points of small order, and everything else that decodes to one of them.
fn points_of_small_order() -> Vec<[u8; 32]> {
    const EIGHTH: [&str; 2] = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ];
    let mut points = vec![
        bytes(1, 0, 0),
        bytes(0xEC, 0xFF, 0x7F),
        bytes(0, 0, 0),
        bytes(0, 0, 0x80),
        // The other sign of zero.
        bytes(1, 0, 0x80),
        bytes(0xEC, 0xFF, 0xFF),
    ];
    for sign in [0, 0x80] {
        points.extend(EIGHTH.map(|text| eighth(text, sign)));
        // Zero, one and what follows, each with the order of the field added.
        points.extend((0xED..=0xFF).map(|first| bytes(first, 0xFF, 0x7F | sign)));
    }
    points
}

fn ed25519(point: &[u8; 32]) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "a", "x": URL_SAFE_NO_PAD.encode(point) })
}

#[test]
fn j_04_a_key_of_small_order_is_refused() {
    for point in points_of_small_order() {
        let error = configured(Key::jwk(ed25519(&point).to_string())).expect_err(&format!("{point:02x?}"));
        assert!(error.to_string().contains("the key is not a valid one"), "{point:02x?}: {error}");
    }
    let head = [0x30, 0x2A, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 3, 0x21, 0];
    let pem = |point: [u8; 32]| {
        let der = STANDARD.encode([head.as_slice(), &point].concat());
        configured(Key::pem(
            Algorithm::EdDSA,
            format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n"),
        ))
    };
    assert!(pem(bytes(1, 0, 0)).is_err());
    let good: [u8; 32] =
        URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap().try_into().unwrap();
    assert!(pem(good).is_ok());
    assert!(configured(Key::jwk(ed25519(&good).to_string())).is_ok());
}

#[test]
fn j_04_a_published_key_that_verifies_everything_verifies_nothing() {
    let fake = Fake::start();
    let (one, good) = (bytes(1, 0, 0), Pair::of("good", "ES256"));
    fake.publish(&[ed25519(&one), good.jwk()]);
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    let claims = Token::alice().claim("iss", fake.origin()).claims_text();
    let message = format!("{}.{}", encode(r#"{"alg":"EdDSA","typ":"at+jwt","kid":"a"}"#), encode(claims));
    // Anybody can write this signature: the point of order 1, and zero.
    let signature = URL_SAFE_NO_PAD.encode([one, [0; 32]].concat());
    let key = DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(one)).unwrap();
    let algorithm = jsonwebtoken::Algorithm::EdDSA;
    let fits = jsonwebtoken::crypto::verify(&signature, message.as_bytes(), &key, algorithm).unwrap();
    assert!(fits, "the signature fits the key");
    assert_refused(&orders.get_as("/me", format!("{message}.{signature}")), "signed by nobody");
    assert_eq!(orders.get_as("/me", good.sign(&fake, Token::alice())).status(), 200);
    assert_eq!(jwt.health().keys, ["good"]);
}

fn rsa(bits: usize, exponent: &[u8]) -> Value {
    // The first and the last bit are one. Whether the number has two prime factors is not looked at.
    let mut modulus = vec![0xFF; bits.div_ceil(8)];
    modulus[0] = 0xFF >> (modulus.len() * 8 - bits);
    json!({
        "kty": "RSA", "alg": "RS256", "kid": format!("{bits}-{exponent:?}"),
        "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent),
    })
}

#[test]
fn j_20_published_rsa_keys_are_of_common_size() {
    const F4: &[u8] = &[1, 0, 1];

    let fake = Fake::start();
    let accepted = [rsa(2048, F4), rsa(3072, F4), rsa(4096, F4), rsa(2048, &[3]), rsa(2048, &[0, 1, 0, 1])];
    let refused = [
        rsa(2047, F4),
        rsa(4097, F4),
        rsa(8192, F4),
        rsa(8193, F4),
        rsa(2048, &[]),
        rsa(2048, &[0]),
        rsa(2048, &[1]),
        rsa(2048, &[2]),
        rsa(2048, &[1, 0, 0]),
        rsa(2048, &[1, 0, 3]),
        rsa(2048, &[1, 0, 0, 0, 1]),
        rsa(2048, &[0xFF; 9]),
        rsa(2048, &[0xFF; 256]),
    ];
    fake.publish(&[accepted.as_slice(), &refused].concat());
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    orders.get_as("/me", Pair::of("b", "RS256").sign(&fake, Token::alice()));
    let ids: Vec<_> = accepted.iter().map(|jwk| jwk["kid"].as_str().unwrap()).collect();
    assert_eq!(jwt.health().keys, ids);
    // An application may give a larger key itself.
    for (jwk, is_accepted) in
        [(rsa(8192, F4), true), (rsa(8193, F4), false), (rsa(2048, &[1, 0, 0, 0, 1]), true)]
    {
        assert_eq!(configured(Key::jwk(jwk.to_string())).is_ok(), is_accepted, "{jwk}");
    }
}

#[test]
fn a_number_may_begin_with_zeros() {
    let fake = Fake::start();
    let pair = Pair::of("a", "RS256");
    let mut jwk = pair.jwk();
    for name in ["n", "e"] {
        let number = URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        jwk[name] = json!(URL_SAFE_NO_PAD.encode([vec![0, 0], number].concat()));
    }
    fake.publish(&[jwk]);
    let (orders, _) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
}
