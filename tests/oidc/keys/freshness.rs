//! J: how long keys are good, and who waits for new ones.

use std::time::{Duration, Instant};

use auth_tests::{Answer, Fake, Token, invariants::assert_unavailable, issuer::NOW};
use serde_json::json;

use super::{Pair, orders, published};
use crate::eventually;

#[test]
fn keys_are_fetched_again_when_they_are_no_longer_fresh() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    let cases = [
        (None, 300),
        (Some(("cache-control", "max-age=120")), 120),
        (Some(("cache-control", "max-age=1")), 60),
        (Some(("cache-control", "no-store")), 60),
        (Some(("cache-control", "max-age=99999999")), 3600),
        (Some(("cache-control", "max-age=99999999999999999999999")), 300),
    ];
    for (field, seconds) in cases {
        fake.publish(&[pair.jwk()]);
        let mut answer = Answer::json(&json!({ "keys": [pair.jwk()] }));
        if let Some((name, value)) = field {
            answer = answer.field(name, value);
        }
        fake.answer("/jwks", answer);
        let (orders, jwt) = orders(&fake, |jwt| jwt);
        let status =
            |token: Token| orders.get_as("/me", pair.sign(&fake, token.claim("exp", NOW + 100_000))).status();
        assert_eq!(status(Token::alice()), 200);
        let before = fake.asked("/jwks").len();
        orders.issuer.pass(seconds - 1);
        for subject in ["bob", "carol"] {
            assert_eq!(status(Token::of(subject)), 200);
        }
        assert_eq!(fake.asked("/jwks").len(), before, "{field:?} after {} s", seconds - 1);
        assert_eq!(jwt.health().age, Some(Duration::from_secs(seconds - 1)));
        orders.issuer.pass(2);
        eventually("the keys are fetched again", || {
            assert_eq!(status(Token::of("dave")), 200);
            fake.asked("/jwks").len() == before + 1
        });
    }
}

#[test]
fn readers_do_not_wait_for_a_refresh() {
    let (fake, pair) = published();
    let (orders, _) = orders(&fake, |jwt| jwt.timeout(Duration::from_secs(20)));
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    let slow = Duration::from_secs(3);
    fake.answer("/jwks", Answer::json(&json!({ "keys": [pair.jwk()] })).late(slow));
    orders.issuer.pass(301);
    let begin = Instant::now();
    for subject in ["bob", "carol", "dave"] {
        assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::of(subject))).status(), 200);
    }
    assert!(begin.elapsed() < slow, "a reader waited");
}

#[test]
fn keys_that_are_too_old_are_no_longer_trusted() {
    let (fake, pair) = published();
    let (orders, jwt) = orders(&fake, |jwt| jwt.max_age(Duration::from_hours(2)));
    let token = |subject| pair.sign(&fake, Token::of(subject).claim("exp", NOW + 100_000));
    assert_eq!(orders.get_as("/me", token("alice")).status(), 200);
    fake.set_down(true);
    orders.issuer.pass(7200);
    for subject in ["alice", "bob"] {
        assert_eq!(orders.get_as("/me", token(subject)).status(), 200, "{subject}");
    }
    assert_eq!(jwt.health().keys, ["a"]);
    orders.issuer.pass(1);
    assert_eq!(jwt.health().keys, [""; 0]);
    for subject in ["alice", "carol"] {
        assert_unavailable(&orders.get_as("/me", token(subject)), subject);
    }
    fake.set_down(false);
    orders.issuer.pass(10);
    assert_eq!(orders.get_as("/me", token("alice")).status(), 200);
}

#[test]
fn nobody_waits_longer_than_one_request_may_take() {
    let (fake, pair) = published();
    let (orders, _) = orders(&fake, |jwt| jwt.timeout(Duration::from_secs(2)));
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    let keys = json!({ "keys": [pair.jwk()] });
    fake.answer("/jwks", Answer::json(&keys).late(Duration::from_millis(1500)));
    // A refresh is under way when the unknown key comes. The request would wait for that refresh and for another one.
    orders.issuer.pass(301);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::bob())).status(), 200);
    let begin = Instant::now();
    let response = orders.get_as("/me", Pair::of("b", "ES256").sign(&fake, Token::alice()));
    assert_unavailable(&response, "too long");
    assert!(begin.elapsed() < Duration::from_millis(2900), "{:?}", begin.elapsed());
}
