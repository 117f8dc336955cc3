//! J: an issuer that publishes no keys.

use actix_web::rt::System;
use auth_tests::{Answer, Fake, Issuer, Token, invariants::assert_refused, log};
use serde_json::json;

use super::{Pair, orders, published, verifier};
use crate::eventually;

#[test]
fn an_empty_key_set_withdraws_all_keys_at_once() {
    log::keep();
    let (fake, pair) = published();
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    let token = pair.sign(&fake, Token::alice());
    assert_eq!(orders.get_as("/me", &token).status(), 200);
    fake.publish(&[]);
    // Any fetch will do. Here an unknown key causes it.
    assert_refused(
        &orders.get_as("/me", Pair::of("b", "EdDSA").sign(&fake, Token::alice())),
        "an unknown key",
    );
    assert_eq!((jwt.health().keys, jwt.health().last_error), (vec![], None));
    assert_refused(&orders.get_as("/me", &token), "a remembered token");
    assert_refused(&orders.get_as("/me", pair.sign(&fake, Token::bob())), "a new token");
    let lines = log::lines();
    let text = "the issuer has withdrawn all keys";
    assert!(lines.lines().any(|line| line.contains(text) && line.contains(&fake.origin())));
    // The key set is fetched again after a cool-down, without a token.
    fake.publish(&[pair.jwk()]);
    orders.issuer.pass(11);
    eventually("the keys are fetched again", || {
        assert_ne!(orders.get("/me", &[]).status(), 200);
        jwt.health().keys == ["a"]
    });
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::bob())).status(), 200);
}

#[test]
fn an_issuer_without_keys_lets_nobody_in() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    fake.publish(&[]);
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    assert_refused(&orders.get_as("/me", pair.sign(&fake, Token::alice())), "no keys");
    assert_eq!((jwt.health().keys, jwt.health().last_error), (vec![], None));
    let cold = verifier(&Issuer::default(), &fake).build().unwrap();
    let error = System::new().block_on(async move { cold.require_ready().await }).unwrap_err();
    assert!(error.to_string().contains("its key set is empty"), "{error}");
    fake.publish(&[pair.jwk()]);
    orders.issuer.pass(30);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
}

#[test]
fn what_is_no_key_set_withdraws_nothing() {
    for body in
        ["", "{}", "[]", "null", r#"{"keys":null}"#, r#"{"keys":{}}"#, r#"{"keys":[null]}"#, r#"{"keys":["#]
    {
        let (fake, pair) = published();
        let (orders, jwt) = orders(&fake, |jwt| jwt);
        let token = pair.sign(&fake, Token::alice());
        assert_eq!(orders.get_as("/me", &token).status(), 200);
        fake.answer("/jwks", Answer::text(body));
        let unknown = Pair::of("b", "EdDSA").sign(&fake, Token::alice());
        assert_eq!(orders.get_as("/me", unknown).status(), 503, "{body}");
        assert!(jwt.health().last_error.is_some(), "{body}");
        assert_eq!(orders.get_as("/me", &token).status(), 200, "{body}");
        assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::bob())).status(), 200, "{body}");
    }
    // A member more does not make it something else.
    let (fake, pair) = published();
    let (orders, _) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    fake.answer("/jwks", Answer::json(&json!({ "keys": [], "updated": 1 })));
    assert_refused(
        &orders.get_as("/me", Pair::of("b", "EdDSA").sign(&fake, Token::alice())),
        "an unknown key",
    );
    assert_refused(&orders.get_as("/me", pair.sign(&fake, Token::bob())), "a withdrawn key");
}
