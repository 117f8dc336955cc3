//! J: keys that come and go.

use std::{thread, time::Duration};

use auth_tests::{Answer, Fake, Token, invariants::assert_refused, report, wire::Connection};
use serde_json::json;

use super::{Pair, orders, published};
use crate::eventually;

#[test]
fn j_22_unknown_keys_cause_one_fetch_in_a_cool_down() {
    let (fake, pair) = published();
    let (orders, _) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    assert_eq!(fake.asked("/jwks").len(), 1);
    // The fetch is slow enough for the other requests to arrive while it is under way.
    let keys = json!({ "keys": [pair.jwk()] });
    fake.answer("/jwks", Answer::json(&keys).late(Duration::from_millis(200)));
    let good = pair.sign(&fake, Token::alice());
    thread::scope(|scope| {
        for worker in 0..8 {
            let (orders, fake, good) = (&orders, &fake, &good);
            scope.spawn(move || {
                let mut connection = Connection::open(orders);
                let key = Pair::of("unknown", "ES256");
                for number in 0..1250 {
                    let token = key.sign(fake, Token::alice());
                    // The signature is not looked at before a key is found.
                    let (_, rest) = token.split_once('.').unwrap();
                    let header = json!({ "alg": "ES256", "kid": format!("{worker}-{number}") }).to_string();
                    let forged = format!("{}.{rest}", auth_tests::issuer::encode(header));
                    assert_eq!(connection.get_as("/me", &forged).status(), 401);
                    if number % 100 == 0 {
                        assert_eq!(connection.get_as("/me", good).status(), 200);
                    }
                }
            });
        }
    });
    report(&format!("10000 requests with unknown keys: {} fetch of the keys", fake.asked("/jwks").len() - 1));
    assert_eq!(fake.asked("/jwks").len(), 2);
    // One more fetch is allowed after the cool-down, and finds the new key.
    orders.issuer.pass(9);
    let new = Pair::of("b", "EdDSA");
    fake.publish(&[new.jwk(), pair.jwk()]);
    assert_refused(&orders.get_as("/me", new.sign(&fake, Token::alice())), "within the cool-down");
    orders.issuer.pass(1);
    assert_eq!(orders.get_as("/me", new.sign(&fake, Token::alice())).status(), 200);
    assert_eq!(fake.asked("/jwks").len(), 3);
}

#[test]
fn tokens_of_absent_keys_do_not_use_up_the_cool_down() {
    let fake = Fake::start();
    let (old, new, third) = (Pair::of("a", "ES256"), Pair::of("b", "EdDSA"), Pair::of("c", "ES384"));
    fake.publish(&[old.jwk()]);
    let (orders, _) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", old.sign(&fake, Token::alice())).status(), 200);
    // The keys change from one moment to the next, and clients go on sending their old tokens.
    fake.publish(&[new.jwk()]);
    assert_eq!(orders.get_as("/me", new.sign(&fake, Token::alice())).status(), 200);
    orders.issuer.pass(10);
    assert_refused(&orders.get_as("/me", old.sign(&fake, Token::alice())), "a key that is gone");
    assert_refused(&orders.get_as("/me", third.sign(&fake, Token::alice())), "a key that is nowhere");
    orders.issuer.pass(10);
    assert_refused(&orders.get_as("/me", old.sign(&fake, Token::alice())), "a key that is gone");
    assert_refused(&orders.get_as("/me", third.sign(&fake, Token::alice())), "a key that was looked for");
    let before = fake.asked("/jwks").len();
    let fourth = Pair { id: "d", ..Pair::of("d", "EdDSA") };
    fake.publish(&[fourth.jwk()]);
    assert_eq!(orders.get_as("/me", fourth.sign(&fake, Token::alice())).status(), 200, "a key that is new");
    assert_eq!(fake.asked("/jwks").len(), before + 1);
    // A key that is gone may come back later.
    fake.publish(&[old.jwk()]);
    orders.issuer.pass(30);
    assert_eq!(orders.get_as("/me", old.sign(&fake, Token::alice())).status(), 200);
}

/// Waits for the keys to be fetched again. Each token is a new one, because a remembered token needs no keys.
fn until_fetched(mut are_fetched: impl FnMut(Token) -> bool) {
    let mut tokens = (0..10_000).map(|number| Token::of(&format!("somebody {number}")));
    eventually("the keys are fetched again", || are_fetched(tokens.next().unwrap()));
}

#[test]
fn a_key_that_is_gone_verifies_nothing_more() {
    let fake = Fake::start();
    let (old, new) = (Pair::of("a", "ES256"), Pair::of("b", "EdDSA"));
    fake.publish(&[old.jwk()]);
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    let token = old.sign(&fake, Token::alice());
    assert_eq!(orders.get_as("/me", &token).status(), 200);
    fake.publish(&[old.jwk(), new.jwk()]);
    assert_eq!(orders.get_as("/me", new.sign(&fake, Token::alice())).status(), 200);
    assert_eq!(orders.get_as("/me", &token).status(), 200, "the old key is still there");
    // The old key goes. Its token is remembered, and is refused as soon as the keys are fetched again.
    fake.publish(&[new.jwk()]);
    orders.issuer.pass(301);
    until_fetched(|token| {
        assert_eq!(orders.get_as("/me", new.sign(&fake, token)).status(), 200);
        jwt.health().keys == ["b"]
    });
    assert_refused(&orders.get_as("/me", &token), "a key that is gone");
    assert_refused(&orders.get_as("/me", old.sign(&fake, Token::bob())), "a key that is gone");
    // Another key may have the same name.
    let renamed = Pair { id: "a", ..Pair::of("a", "ES384") };
    fake.publish(&[new.jwk(), renamed.jwk()]);
    orders.issuer.pass(30);
    assert_eq!(orders.get_as("/me", renamed.sign(&fake, Token::alice())).status(), 200);
    assert_refused(&orders.get_as("/me", &token), "the old key by the name of the new one");
}

#[test]
fn a_rotation_that_leaves_no_usable_key_is_refused() {
    let (fake, pair) = published();
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    fake.publish(&[json!({ "kty": "EC", "crv": "P-521", "kid": "b", "x": "AA", "y": "AA" })]);
    orders.issuer.pass(301);
    eventually("a refresh fails", || {
        assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::bob())).status(), 200);
        jwt.health().last_error.is_some()
    });
    assert_eq!(jwt.health().last_error.unwrap(), "its key set has no usable key");
    assert_eq!(jwt.health().keys, ["a"]);
}

#[test]
fn a_key_set_without_names_rotates_too() {
    let fake = Fake::start();
    let (old, new) = (Pair::of("", "RS256"), Pair::of("", "RS256"));
    let nameless = |pair: &Pair| {
        let mut jwk = pair.jwk();
        jwk.as_object_mut().unwrap().remove("kid");
        jwk
    };
    // The first key set has the public key of a stranger, and verifies nothing.
    let mut stranger = nameless(&old);
    let modulus = stranger["n"].as_str().unwrap().to_owned();
    let (begin, end) = modulus.split_at(100);
    stranger["n"] = json!(format!("{begin}AAAA{}", &end[4..]));
    fake.publish(&[stranger]);
    let (orders, _) = orders(&fake, |jwt| jwt);
    let token = Token::alice().claim("iss", fake.origin()).signed_with("RS256", new.algorithm, &new.private);
    assert_refused(&orders.get_as("/me", &token), "signed by nobody");
    fake.publish(&[nameless(&new)]);
    orders.issuer.pass(10);
    assert_eq!(orders.get_as("/me", &token).status(), 200);
}

#[test]
fn a_key_that_verifies_nothing_replaces_none() {
    let (fake, pair) = published();
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    let zero = "A".repeat(43);
    let off_the_curve = json!({ "kty": "EC", "crv": "P-256", "kid": "b", "x": zero, "y": zero });
    let mut huge = Pair::of("c", "RS256").jwk();
    huge["e"] = json!("_________w");
    fake.publish(&[off_the_curve, huge]);
    orders.issuer.pass(301);
    eventually("a refresh fails", || {
        assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::bob())).status(), 200);
        jwt.health().last_error.is_some()
    });
    assert_eq!(jwt.health().keys, ["a"]);
}

#[test]
fn a_key_that_comes_back_is_found_again() {
    let fake = Fake::start();
    let (steady, flapping) = (Pair::of("a", "ES256"), Pair::of("b", "EdDSA"));
    fake.publish(&[steady.jwk(), flapping.jwk()]);
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    let token = |pair: &Pair, subject: &str| pair.sign(&fake, Token::of(subject));
    assert_eq!(orders.get_as("/me", token(&flapping, "alice")).status(), 200);
    fake.publish(&[steady.jwk()]);
    orders.issuer.pass(301);
    until_fetched(|token| {
        assert_eq!(orders.get_as("/me", steady.sign(&fake, token)).status(), 200);
        jwt.health().keys == ["a"]
    });
    fake.publish(&[steady.jwk(), flapping.jwk()]);
    assert_refused(&orders.get_as("/me", token(&flapping, "bob")), "a key that is gone");
    orders.issuer.pass(30);
    assert_eq!(orders.get_as("/me", token(&flapping, "bob")).status(), 200);
}
