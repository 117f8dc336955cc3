//! J: with how many keys a token is tried.

use auth_runtime::{Jwt, Key, jwt::JwtBuilder};
use auth_tests::{Fake, Token, invariants::assert_refused, issuer::AUDIENCE, log};
use serde_json::Value;

use super::{Pair, orders};

/// Returns this many key pairs, all of one algorithm.
fn pairs(count: u8) -> Vec<Pair> {
    (0..count).map(|byte| Pair::ed25519(Box::leak(format!("key-{byte}").into_boxed_str()), byte)).collect()
}

fn without_id(pair: &Pair) -> Value {
    let mut jwk = pair.jwk();
    jwk.as_object_mut().unwrap().remove("kid");
    jwk
}

/// Signs a token that names no key.
fn sign(pair: &Pair, fake: &Fake) -> String {
    Token::alice().claim("iss", fake.origin()).signed_with(pair.name, pair.algorithm, &pair.private)
}

#[test]
fn j_20_a_token_without_kid_is_tried_with_four_keys() {
    let fake = Fake::start();
    let pairs = pairs(64);
    fake.publish(&pairs.iter().map(Pair::jwk).collect::<Vec<_>>());
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    // A token that names its key needs one trial, whichever key it is.
    for pair in &pairs {
        assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200, "{}", pair.id);
    }
    assert_eq!(jwt.health().keys.len(), 64);
    let is_accepted = |pair: &&Pair| orders.get_as("/me", sign(pair, &fake)).status() == 200;
    let accepted: Vec<_> = pairs.iter().filter(is_accepted).map(|pair| pair.id).collect();
    assert_eq!(accepted, ["key-0", "key-1", "key-2", "key-3"]);
    assert!(fake.asked("/jwks").len() <= 2, "{} fetches", fake.asked("/jwks").len());
}

#[test]
fn keys_without_an_id_are_four_at_most() {
    log::keep();
    let fake = Fake::start();
    let pairs = pairs(7);
    let named = &pairs[6];
    let mut keys: Vec<_> = pairs[..6].iter().map(without_id).collect();
    keys.push(named.jwk());
    fake.publish(&keys);
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    // The key that the token names is tried before those without an id.
    assert_eq!(orders.get_as("/me", named.sign(&fake, Token::alice())).status(), 200);
    assert_eq!(jwt.health().keys, ["EdDSA", "EdDSA", "EdDSA", "EdDSA", "key-6"]);
    for (position, pair) in pairs[..6].iter().enumerate() {
        let response = orders.get_as("/me", pair.sign(&fake, Token::alice()));
        if position < 4 {
            assert_eq!(response.status(), 200, "{position}");
        } else {
            assert_refused(&response, "a key that is left out");
        }
    }
    let text = "more than 4 keys of one algorithm have no id";
    let lines = log::lines();
    let said = lines.lines().filter(|line| line.contains(text) && line.contains(&fake.origin())).count();
    assert_eq!(said, 2);
    // Keys that the application gives are refused aloud.
    let configured = |count: usize| {
        let keys = pairs[..count].iter().map(|pair| Key::jwk(without_id(pair).to_string()));
        let jwt = Jwt::builder().issuer("https://issuer.example").audience(AUDIENCE);
        keys.fold(jwt, JwtBuilder::key).build()
    };
    assert!(configured(4).is_ok());
    assert!(configured(5).unwrap_err().to_string().contains(text));
}
