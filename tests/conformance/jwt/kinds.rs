//! J: kinds of token that are access tokens, and kinds that are not.

use auth_tests::{
    Token,
    app::Orders,
    issuer::{ISSUER, encode, secret},
};
use serde_json::json;

use super::{assert_accepted, assert_refused, orders_with};

#[test]
fn j_01_typ_is_that_of_an_access_token() {
    let of = |kind: &str| Token::alice().header("typ", kind).signed();
    let none = Token::alice().without_header("typ").signed();
    let orders = Orders::start();
    assert_accepted(
        &orders,
        [("at", of("at+jwt")), ("case", of("at+JWT")), ("long", of("application/at+jwt"))],
    );
    assert_accepted(&orders, [("JWT", of("JWT")), ("jwt", of("jwt")), ("none", none.clone())]);
    let others = ["jwt+at", "dpop+jwt", "logout+jwt", "secevent+jwt", "", "at+jwt ", "application/jwt"];
    assert_refused(&orders, others.map(|kind| (kind, of(kind))));
    assert_refused(&orders, [("number", Token::alice().header("typ", 1).signed())]);
    // The strict profile accepts the type of access tokens alone.
    let strict = orders_with(|jwt| jwt.key(secret()).rfc9068());
    assert_accepted(
        &strict,
        [("at", of("at+jwt")), ("case", of("AT+jwt")), ("long", of("application/at+jwt"))],
    );
    assert_refused(&strict, [("JWT", of("JWT")), ("none", none), ("other", of("jwt+at"))]);
}

#[test]
fn j_12_encrypted_tokens_are_refused() {
    let header = encode(r#"{"alg":"dir","enc":"A128GCM"}"#);
    let parts = format!("{header}..aXY.Y2lwaGVy.dGFn");
    assert_refused(
        &Orders::start(),
        [
            ("five parts", parts),
            ("four", "a.b.c.d".to_owned()),
            ("two", "a.b".to_owned()),
            ("dots", "..".to_owned()),
        ],
    );
}

#[test]
fn j_13_other_kinds_of_token_are_refused() {
    let plain = Token::alice().header("typ", "JWT");
    assert_refused(
        &Orders::start(),
        [
            ("ID token", plain.clone().claim("at_hash", "x").signed()),
            ("ID token of a code", plain.clone().claim("c_hash", "x").signed()),
            (
                "logout token",
                plain
                    .clone()
                    .claim("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} }))
                    .signed(),
            ),
            ("ID token by its claim", plain.clone().claim("typ", "ID").signed()),
            ("refresh token", plain.clone().claim("typ", "Refresh").signed()),
            ("ID token by its use", plain.clone().claim("token_use", "id").signed()),
            ("logout token by typ", plain.clone().header("typ", "logout+jwt").signed()),
            ("DPoP proof", plain.clone().header("typ", "dpop+jwt").signed()),
            // The audience of a client assertion is the authorization server (RFC 7523).
            ("client assertion", plain.claim("aud", ISSUER).claim("iss", "web").claim("sub", "web").signed()),
        ],
    );
}

#[test]
fn j_13_access_tokens_by_any_name_are_accepted() {
    let plain = Token::alice().header("typ", "JWT");
    let orders = Orders::start();
    assert_accepted(&orders, [("typ", plain.clone().claim("typ", "Bearer").signed())]);
    assert_accepted(&orders, [("use", plain.clone().claim("token_use", "access").signed())]);
    // Only the audience tells an ID token without any mark apart, unless the strict profile is on.
    let unmarked = plain.claim("nonce", "n").claim("azp", "web").signed();
    assert_accepted(&orders, [("unmarked", unmarked.clone())]);
    assert_refused(&orders_with(|jwt| jwt.key(secret()).rfc9068()), [("unmarked", unmarked)]);
}

#[test]
fn j_13_bound_tokens_are_no_bearer_tokens() {
    for bound in
        [json!({ "jkt": "x" }), json!({ "x5t#S256": "x" }), json!(null), json!(""), json!(1), json!({})]
    {
        assert_refused(&Orders::start(), [("cnf", Token::alice().claim("cnf", bound).signed())]);
    }
}
