//! J: the claims of a token.

use std::time::{Duration, UNIX_EPOCH};

use auth_runtime::{Authorizer, Jwt};
use auth_tests::{
    Token,
    app::Orders,
    issuer::{ISSUER, NOW, secret, signed, with_members},
};
use serde_json::{Value, json};

use super::{assert_accepted, assert_refused, orders_with};

#[test]
fn j_02_iss_is_the_issuer_exactly() {
    let of = |issuer: Value| Token::alice().claim("iss", issuer).signed();
    assert_refused(
        &Orders::start(),
        [
            ("slash", of(json!(format!("{ISSUER}/")))),
            ("case", of(json!(ISSUER.to_uppercase()))),
            ("http", of(json!(ISSUER.replace("https", "http")))),
            ("array", of(json!([ISSUER]))),
            ("null", of(Value::Null)),
            ("absent", Token::alice().without("iss").signed()),
        ],
    );
}

#[test]
fn j_03_aud_names_this_service() {
    let of = |audience: Value| Token::alice().claim("aud", audience).signed();
    let own = auth_tests::issuer::AUDIENCE;
    let orders = Orders::start();
    assert_accepted(&orders, [("string", of(json!(own))), ("array", of(json!(["other", own])))]);
    let many: Vec<_> = (0..10_000).map(|number| number.to_string()).collect();
    assert_refused(
        &orders,
        [
            ("other", of(json!("other"))),
            ("prefix", of(json!(format!("{own}/v1")))),
            ("part", of(json!(&own[..own.len() - 1]))),
            ("array without", of(json!(["other"]))),
            ("empty", of(json!([]))),
            ("mixed", of(json!([own, 1]))),
            ("object", of(json!({ "a": own }))),
            ("absent", Token::alice().without("aud").signed()),
            ("ten thousand", of(json!(many))),
        ],
    );
    let both = orders_with(|jwt| jwt.key(secret()).audience("second"));
    assert_accepted(&both, [("first", of(json!(own))), ("second", of(json!("second")))]);
}

#[test]
fn j_07_the_instant_of_exp_is_expired() {
    let of = |expires: i64| Token::alice().claim("exp", NOW.cast_signed() + expires).signed();
    let orders = Orders::start();
    assert_accepted(&orders, [("one second left", of(1))]);
    assert_refused(
        &orders,
        [("now", of(0)), ("past", of(-1)), ("absent", Token::alice().without("exp").signed())],
    );
    let lenient = orders_with(|jwt| jwt.key(secret()).leeway(Duration::from_secs(10)));
    assert_accepted(&lenient, [("within the leeway", of(-9))]);
    assert_refused(&lenient, [("beyond the leeway", of(-10))]);
}

#[test]
fn j_07_by_a_broken_clock_everything_is_expired() {
    let orders = Orders::start_with(|_| {
        let jwt = Jwt::builder().issuer(ISSUER).audience(auth_tests::issuer::AUDIENCE).key(secret());
        let jwt = jwt.clock(|| UNIX_EPOCH - Duration::from_secs(1)).build().unwrap();
        Authorizer::builder().bearer(jwt).build().unwrap()
    });
    assert_refused(
        &orders,
        [("good", Token::alice().signed()), ("old", Token::alice().claim("exp", 1).signed())],
    );
}

#[test]
fn j_08_nbf_in_the_future_is_refused() {
    let of = |begins: i64| Token::alice().claim("nbf", NOW.cast_signed() + begins).signed();
    let orders = Orders::start();
    assert_accepted(&orders, [("past", of(-1)), ("now", of(0))]);
    assert_refused(&orders, [("next second", of(1)), ("an hour", of(3600))]);
    let lenient = orders_with(|jwt| jwt.key(secret()).leeway(Duration::from_secs(10)));
    assert_accepted(&lenient, [("within the leeway", of(10))]);
    assert_refused(&lenient, [("beyond the leeway", of(11))]);
}

#[test]
fn j_09_required_claims_are_there() {
    let strict = orders_with(|jwt| jwt.key(secret()).rfc9068());
    assert_accepted(&strict, [("all", Token::alice().signed())]);
    for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert_refused(&strict, [(claim, Token::alice().without(claim).signed())]);
    }
    let orders = Orders::start();
    for claim in ["sub", "client_id", "iat", "jti"] {
        assert_accepted(&orders, [(claim, Token::alice().without(claim).signed())]);
    }
    assert_refused(&orders, [("sub as a number", Token::alice().claim("sub", 7).signed())]);
}

#[test]
fn j_16_scope_is_one_string_unless_asked_for_otherwise() {
    let scopes =
        |orders: &Orders, token: Token| orders.get_as("/me", token.signed()).json()["scopes"].clone();
    let array = Token::of("alice").claim("scope", json!(["a", "b"]));
    let scp = Token::of("alice").claim("scp", json!(["a", "b"]));
    let text = Token::of("alice").claim("scp", "b a");
    let orders = Orders::start();
    for token in [array.clone(), scp.clone(), text.clone(), Token::of("alice").claim("scope", 7)] {
        assert_eq!(scopes(&orders, token), json!([]));
    }
    let orders = orders_with(|jwt| jwt.key(secret()).scopes_from("scope").scopes_from("scp"));
    for token in [array, scp, text] {
        assert_eq!(scopes(&orders, token), json!(["a", "b"]));
    }
    for odd in [json!(["a", 1]), json!({ "a": 1 }), json!(null), json!(true)] {
        assert_eq!(scopes(&orders, Token::of("alice").claim("scp", odd)), json!([]));
    }
    // A text with a space in an array is one name, and no scope that a handler could require.
    assert_eq!(scopes(&orders, Token::of("alice").claim("scp", json!(["a b"]))), json!(["a b"]));
}

#[test]
fn j_17_roles_come_from_the_configured_claim() {
    let roles = |orders: &Orders, token: Token| orders.get_as("/me", token.signed()).json()["roles"].clone();
    let orders = Orders::start();
    assert_eq!(roles(&orders, Token::of("alice").claim("roles", json!(["b", "a", "b"]))), json!(["a", "b"]));
    assert_eq!(
        roles(&orders, Token::of("alice").claim("roles", "of one word or two")),
        json!(["of one word or two"])
    );
    for odd in [json!(7), json!(["a", 7]), json!({ "a": true }), json!(null)] {
        assert_eq!(roles(&orders, Token::of("alice").claim("roles", odd)), json!([]));
    }
    let nested = |names: Value| {
        Token::of("alice").claim("realm_access", json!({ "roles": names, "a/b": { "~": ["c"] } }))
    };
    let orders = orders_with(|jwt| {
        jwt.key(secret()).roles_from("/realm_access/roles").roles_from("https://x.example/roles")
    });
    assert_eq!(roles(&orders, nested(json!(["admin"]))), json!(["admin"]));
    assert_eq!(
        roles(&orders, Token::of("alice").claim("https://x.example/roles", json!(["r"]))),
        json!(["r"])
    );
    assert_eq!(roles(&orders, Token::of("alice").claim("roles", json!(["admin"]))), json!([]));
    let orders = orders_with(|jwt| jwt.key(secret()).roles_from("/realm_access/a~1b/~0"));
    assert_eq!(roles(&orders, nested(json!([]))), json!(["c"]));
}

#[test]
fn j_23_numeric_dates_are_numbers() {
    let of = |name: &str, value: &str| {
        let claims = Token::alice().without(name).claims_text();
        signed(r#"{"alg":"HS256"}"#, &with_members(&claims, &format!("\"{name}\":{value}")))
    };
    let orders = Orders::start();
    assert_accepted(&orders, [("fraction", of("exp", "1800000060.5")), ("exponent", of("exp", "1.9e9"))]);
    assert_accepted(&orders, [("large", of("exp", "9223372036854775807"))]);
    for value in [
        "\"9999999999\"",
        "1e400",
        "-1",
        "null",
        "true",
        "[]",
        "18446744073709551615",
        "9223372036854775808",
        "1e30",
        "-0.5",
    ] {
        for name in ["exp", "nbf", "auth_time"] {
            assert_refused(&orders, [("not a number in range", of(name, value))]);
        }
    }
}
