//! J: keys that are replaced without another id.

use std::{thread, time::Duration};

use auth_tests::{Answer, Fake, Token, invariants::assert_refused, log, report, wire::Connection};
use serde_json::json;

use super::{Pair, orders};

/// Starts a provider with one key, and returns another key with the same id.
fn published() -> (Fake, Pair, Pair) {
    let (fake, old, new) = (Fake::start(), Pair::ed25519("a", 1), Pair::ed25519("a", 2));
    fake.publish(&[old.jwk()]);
    (fake, old, new)
}

#[test]
fn j_22_a_new_key_under_an_old_id_is_noticed_at_once() {
    log::keep();
    let (fake, old, new) = published();
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    let token = old.sign(&fake, Token::alice());
    assert_eq!(orders.get_as("/me", &token).status(), 200);
    // The provider starts anew without the keys that it had.
    fake.publish(&[new.jwk()]);
    assert_eq!(orders.get_as("/me", &token).status(), 200, "nothing tells of the new key yet");
    assert_eq!(orders.get_as("/me", new.sign(&fake, Token::alice())).status(), 200);
    assert_eq!(fake.asked("/jwks").len(), 2);
    // The old key's tokens are refused from now on, also where they are remembered.
    assert_refused(&orders.get_as("/me", &token), "the old key, remembered");
    assert_refused(&orders.get_as("/me", old.sign(&fake, Token::bob())), "the old key");
    assert_eq!(jwt.health().keys, ["a"]);
    let lines = log::lines();
    let text = "the issuer has replaced keys without giving them other ids";
    assert!(lines.lines().any(|line| line.contains(text) && line.contains(&fake.origin())));
}

#[test]
fn j_22_forged_tokens_under_a_known_id_cause_one_fetch_in_a_cool_down() {
    let (fake, pair, forger) = published();
    let (orders, _) = orders(&fake, |jwt| jwt);
    let good = pair.sign(&fake, Token::alice());
    assert_eq!(orders.get_as("/me", &good).status(), 200);
    let forge = |count: usize| {
        let before = fake.asked("/jwks").len();
        thread::scope(|scope| {
            for worker in 0..4 {
                let (orders, fake, forger, good) = (&orders, &fake, &forger, &good);
                scope.spawn(move || {
                    let mut connection = Connection::open(orders);
                    for number in 0..count {
                        let token = forger.sign(fake, Token::of(&format!("{worker}-{number}")));
                        assert_refused(&connection.get_as("/me", token), "a forged token");
                    }
                    assert_eq!(connection.get_as("/me", good).status(), 200);
                });
            }
        });
        fake.asked("/jwks").len() - before
    };
    let fetches = forge(250);
    report(&format!("1000 forged tokens under a known id: {fetches} fetch of the keys"));
    assert_eq!(fetches, 1);
    // The key was found unchanged, and causes no fetch for three cool-downs.
    for (seconds, fetches) in [(9, 0), (1, 0), (19, 0), (1, 1), (29, 0), (1, 1)] {
        orders.issuer.pass(seconds);
        assert_eq!(forge(10), fetches, "after {seconds} s more");
    }
    // Forged tokens delay a new key under the old id by that much, and a key with another id by nothing.
    orders.issuer.pass(10);
    let other = Pair::ed25519("b", 3);
    fake.publish(&[forger.jwk(), other.jwk()]);
    assert_refused(&orders.get_as("/me", forger.sign(&fake, Token::alice())), "the old key is known");
    assert_eq!(orders.get_as("/me", other.sign(&fake, Token::alice())).status(), 200);
    assert_eq!(orders.get_as("/me", forger.sign(&fake, Token::alice())).status(), 200);
}

#[test]
fn a_forged_token_is_refused_also_while_the_provider_is_away() {
    let (fake, pair, forger) = published();
    let (orders, jwt) = orders(&fake, |jwt| jwt.timeout(Duration::from_millis(300)));
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    fake.set_down(true);
    assert_refused(&orders.get_as("/me", forger.sign(&fake, Token::alice())), "down");
    assert!(jwt.health().last_error.is_some(), "the keys were asked for");
    fake.set_down(false);
    orders.issuer.pass(40);
    fake.answer("/jwks", Answer::json(&json!({ "keys": [pair.jwk()] })).late(Duration::from_mins(1)));
    assert_refused(&orders.get_as("/me", forger.sign(&fake, Token::alice())), "too late");
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::bob())).status(), 200);
}
