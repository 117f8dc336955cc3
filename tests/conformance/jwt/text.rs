//! J: the text of a token, which is parsed strictly and within limits.

use std::time::{Duration, Instant};

use auth_tests::{
    Token,
    app::Orders,
    issuer::{SECRET, encode, signed, with_members},
    log,
};
use jsonwebtoken::EncodingKey;
use serde_json::json;

use super::{assert_accepted, assert_refused};

#[test]
fn j_11_critical_extensions_are_refused() {
    let orders = Orders::start();
    assert_refused(
        &orders,
        [
            ("unknown", Token::alice().header("crit", json!(["x"])).header("x", 1).signed()),
            ("empty", Token::alice().header("crit", json!([])).signed()),
            ("b64", Token::alice().header("crit", json!(["b64"])).header("b64", false).signed()),
            ("b64 alone", Token::alice().header("b64", false).signed()),
            ("b64 true", Token::alice().header("b64", true).signed()),
        ],
    );
}

#[test]
fn j_14_duplicate_names_are_refused() {
    let claims = Token::alice().claims_text();
    let with = |more: &str| signed(r#"{"alg":"HS256"}"#, &with_members(&claims, more));
    let orders = Orders::start();
    assert_accepted(&orders, [("one more", with(r#""other":1"#))]);
    assert_refused(
        &orders,
        [
            ("scope", with(r#""scope":"orders:read""#)),
            ("aud", with(r#""aud":"other""#)),
            ("exp", with(r#""exp":9999999999"#)),
            ("escaped", with(r#""\u0073ub":"bob""#)),
            ("nested", with(r#""a":{"b":1,"b":2}"#)),
            ("header", signed(r#"{"alg":"HS256","alg":"HS256"}"#, &claims)),
        ],
    );
}

#[test]
fn j_15_nothing_of_a_refused_token_is_used() {
    log::keep();
    let orders = Orders::start();
    let forged = Token::of("mallory-of-the-log").signed() + "AAAA";
    assert_refused(&orders, [("forged", forged.clone())]);
    assert!(!log::lines().contains("mallory-of-the-log"));
    // A public handler that asks who it is sees nobody.
    assert_eq!(orders.get_as("/pub", forged).text(), "anonymous");
    assert_eq!(orders.get_as("/pub", Token::alice().signed()).text(), "alice");
}

#[test]
fn j_19_base64url_and_utf8_are_strict() {
    let claims = Token::alice().claims_text();
    let good = Token::alice().signed();
    let mut parts = good.split('.').map(str::to_owned);
    let (header, payload, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let resign = |message: String| {
        let key = EncodingKey::from_secret(SECRET);
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
        format!("{message}.{signature}")
    };
    let orders = Orders::start();
    // The payload of this token differs between the two alphabets of base64.
    let url_safe = encode(Token::alice().claim("x", "???>>>~~~").claims_text());
    assert!(url_safe.contains('-') || url_safe.contains('_'));
    assert_accepted(&orders, [("the URL's alphabet", resign(format!("{header}.{url_safe}")))]);
    assert_refused(
        &orders,
        [
            ("plus and slash", resign(format!("{header}.{}", url_safe.replace('-', "+").replace('_', "/")))),
            (
                "signature with other trailing bits",
                format!("{header}.{payload}.{}", flip_trailing_bits(&signature)),
            ),
            ("invalid UTF-8", signed_bytes(b"{\"sub\":\"\xff\"}")),
            ("no object", signed(r#"{"alg":"HS256"}"#, "[]")),
            ("trailing text", signed(r#"{"alg":"HS256"}"#, &(claims.clone() + "{}"))),
            ("byte order mark", signed(r#"{"alg":"HS256"}"#, &format!("\u{feff}{claims}"))),
        ],
    );
    // Padding inside the field is not legal in a header.
    assert_eq!(orders.get_as("/me", resign(format!("{header}.{payload}="))).status(), 400);
    // Padding at the end of the field is legal in a header, but not in a token.
    assert_refused(&orders, [("padded signature", good + "=")]);
}

fn signed_bytes(claims: &[u8]) -> String {
    let message = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode(claims));
    let key = EncodingKey::from_secret(SECRET);
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

/// Changes the last of 43 letters, which has two bits to spare, so that a lax decoder reads the same 32 bytes.
fn flip_trailing_bits(signature: &str) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = LETTERS.find(&signature[42..]).unwrap();
    format!("{}{}", &signature[..42], &LETTERS[last + 1..last + 2])
}

#[test]
fn j_20_long_and_deep_tokens_are_refused_quickly() {
    let orders = Orders::start();
    let began = Instant::now();
    let long = |length: usize| Token::alice().claim("long", "x".repeat(length)).signed();
    assert_accepted(&orders, [("eight KiB", long(6_000))]);
    let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(2_000), "]".repeat(2_000));
    assert_refused(
        &orders,
        [
            ("beyond 16 KiB", long(16_000)),
            ("64 KiB", long(48_000)),
            ("letters", "a".repeat(60_000)),
            ("dots", ".".repeat(16_000)),
            ("deep claims", signed(r#"{"alg":"HS256"}"#, &deep)),
            ("deep header", signed(&deep, "{}")),
        ],
    );
    // The limit is far more than the tests take, and far less than anything quadratic would.
    assert!(began.elapsed() < Duration::from_secs(5));
    // actix-web reads heads of up to 128 KiB and answers longer ones by itself.
    let response = orders
        .raw(format!("GET /me HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\r\n", "a".repeat(1 << 20)));
    assert!((400..500).contains(&response.status()), "{}", response.status_line);
}
