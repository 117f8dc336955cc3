//! Tokens of several issuers.

use auth_runtime::{Algorithm, Authorizer, Credential, Issuers, Key, Principal};
use auth_tests::{
    Issuer, Token,
    app::{Calls, Orders},
    invariants::assert_refused,
    issuer::{ISSUER, encode, secret, signed, with_members},
};
use serde_json::{Value, json};

use super::{OTHER, OTHER_SECRET, both, by_other, others};

#[test]
fn each_issuer_has_its_own_tokens_accepted() {
    let orders = Orders::start_with(|issuer| Authorizer::builder().bearer(both(issuer)).build().unwrap());
    // The first answer is to a token that is verified, the second to one that is remembered.
    for _ in 0..2 {
        let own = orders.get_as("/me", Token::alice().signed()).json();
        assert_eq!((&own["issuer"], &own["subject"]), (&json!(ISSUER), &json!("alice")));
        let other = orders.get_as("/me", by_other(&others())).json();
        assert_eq!((&other["issuer"], &other["subject"]), (&json!(OTHER), &json!("alice")));
    }
    // All other checks are those for one issuer.
    assert_refused(&orders.get_as("/me", Token::expired().signed()), "expired");
    assert_refused(&orders.get_as("/me", by_other(&others().claim("aud", "x"))), "audience");
    assert_refused(&orders.get_as("/me", by_other(&others().header("typ", "logout+jwt"))), "type");
    orders.issuer.pass(600);
    assert_refused(&orders.get_as("/me", by_other(&others())), "expired while it was remembered");
}

/// Returns tokens with a good signature that name no known issuer, or several.
fn of_nobody() -> Vec<(&'static str, String)> {
    let claims = Token::alice().without("iss").claims_text();
    let with = |more: &str| signed(r#"{"alg":"HS256"}"#, &with_members(&claims, more));
    let of = |issuer: Value| Token::alice().claim("iss", issuer).signed();
    let twice = |first: &str, second: &str| with(&format!(r#""iss":"{first}","iss":"{second}""#));
    vec![
        ("unknown", of(json!("https://unknown.example"))),
        ("slash", of(json!(format!("{ISSUER}/")))),
        ("case", of(json!(ISSUER.to_uppercase()))),
        ("space", of(json!(format!(" {ISSUER}")))),
        ("empty", of(json!(""))),
        ("missing", Token::alice().without("iss").signed()),
        ("array", of(json!([ISSUER]))),
        ("array of both", of(json!([ISSUER, OTHER]))),
        ("object", of(json!({ "iss": ISSUER }))),
        ("null", of(json!(null))),
        ("number", of(json!(1))),
        ("nested", Token::alice().without("iss").claim("x", json!({ "iss": ISSUER })).signed()),
        ("in the header", Token::alice().without("iss").header("iss", ISSUER).signed()),
        ("own twice", twice(ISSUER, ISSUER)),
        ("own and other", twice(ISSUER, OTHER)),
        ("other and own", twice(OTHER, ISSUER)),
        ("escaped and own", with(&format!(r#""\u0069ss":"{OTHER}","iss":"{ISSUER}""#))),
        ("own and escaped", with(&format!(r#""iss":"{ISSUER}","\u0069ss":"{OTHER}""#))),
        ("no object", signed(r#"{"alg":"HS256"}"#, &format!(r#"["{ISSUER}"]"#))),
        ("no JSON", signed(r#"{"alg":"HS256"}"#, ISSUER)),
    ]
}

#[test]
fn tokens_of_no_known_issuer_are_refused() {
    let orders = Orders::start_with(|issuer| Authorizer::builder().bearer(both(issuer)).build().unwrap());
    for (what, token) in of_nobody() {
        assert_refused(&orders.get_as("/me", token), what);
    }
    assert_eq!(orders.calls.take(), 0);
    // The same claims with one issuer are accepted, so the tokens were refused for their issuer.
    assert_eq!(orders.get_as("/me", Token::alice().signed()).status(), 200);
}

#[test]
fn issuers_that_do_not_go_together_are_refused() {
    let issuer = Issuer::default();
    let twin = issuer.verifier().key(Key::secret(Algorithm::HS256, OTHER_SECRET)).build().unwrap();
    let error = Issuers::new([issuer.jwt(), twin]).expect_err("the same issuer twice");
    assert_eq!(
        error.to_string(),
        format!("`issuer`: `{ISSUER}` is there twice; give one `Jwt` all of its keys and audiences")
    );
    let error = Issuers::new([]).expect_err("no issuer");
    assert_eq!(error.to_string(), "`issuer`: there is none, so nobody could get in; add a `Jwt`");
    // One issuer is enough, and names that differ in a letter are two issuers.
    Issuers::new([issuer.jwt()]).unwrap();
    let near = issuer.verifier().issuer(format!("{ISSUER}/")).key(secret()).grants_nothing().build().unwrap();
    let own = issuer.verifier().key(secret()).dangerous_grants_everything().build().unwrap();
    Issuers::new([own, near]).unwrap();
}

#[test]
fn opaque_tokens_alone_reach_the_authenticator_of_opaque_tokens() {
    let asked = Calls::default();
    // This authenticator would let everybody in.
    let counted = asked.clone();
    let opaque = move |_: &Credential<'_>| {
        counted.count();
        Ok(Principal::builder().subject("opaque").build())
    };
    let orders = Orders::start_with(|issuer| {
        Authorizer::builder().bearer(both(issuer).opaque(opaque)).build().unwrap()
    });
    for (what, token) in of_nobody() {
        assert_refused(&orders.get_as("/me", token), what);
    }
    let good = Token::alice().signed();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let payload = encode(Token::alice().claims_text());
    for (what, token) in [
        ("forged", format!("{message}.{}", encode([0; 32]))),
        ("expired", Token::expired().signed()),
        ("no key", others().signed()),
        ("no signature", format!("{message}.")),
        ("a payload that is no base64url", format!("{}.~.{signature}", encode(r#"{"alg":"HS256"}"#))),
        ("no algorithm", format!("{}.{payload}.{signature}", encode("{}"))),
        (
            "a header with a name twice",
            signed(r#"{"alg":"HS256","alg":"HS256"}"#, &Token::alice().claims_text()),
        ),
        ("too long", "a".repeat(17 * 1024)),
    ] {
        assert_refused(&orders.get_as("/me", token), what);
    }
    assert_eq!(orders.get_as("/me", &good).json()["subject"], "alice");
    assert_eq!(asked.take(), 0);
    for token in
        ["2YotnFZFEjr1zCsicMWpAA", "a.b", "a.b.c", "a.b.c.d", "..", "v2.local.c2VjcmV0", "W10.e30.AAAA"]
    {
        assert_eq!(orders.get_as("/me", token).json()["subject"], "opaque", "{token}");
        assert_eq!(asked.take(), 1, "{token}");
        orders.get_as("/me", token);
        assert_eq!(asked.take(), 1, "{token} was remembered");
    }
    // Opaque tokens are refused where nobody is there for them.
    let orders = Orders::start_with(|issuer| Authorizer::builder().bearer(both(issuer)).build().unwrap());
    assert_refused(&orders.get_as("/me", "2YotnFZFEjr1zCsicMWpAA"), "opaque");
}
