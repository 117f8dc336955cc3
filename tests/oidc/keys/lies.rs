//! J: providers that are down, and providers that lie.

use std::{
    thread,
    time::{Duration, Instant},
};

use auth_runtime::{Algorithm, Authorizer, Jwt};
use auth_tests::{
    Answer, Fake, Token,
    app::Orders,
    invariants::{assert_refused, assert_unavailable},
    issuer::{AUDIENCE, NOW},
    log,
};
use serde_json::{Value, json};

use super::{METADATA, Pair, orders, published};
use crate::eventually;

#[test]
fn j_21_without_keys_the_server_is_at_fault() {
    let fake = Fake::start();
    fake.set_down(true);
    let pair = Pair::of("a", "ES256");
    fake.publish(&[pair.jwk()]);
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    let token = pair.sign(&fake, Token::alice());
    for _ in 0..3 {
        assert_unavailable(&orders.get_as("/me", &token), "nothing is known yet");
    }
    assert_eq!(orders.get("/me", &[]).status(), 401, "whoever has no token does not wait for keys");
    assert!(jwt.health().last_error.is_some());
    fake.set_down(false);
    orders.issuer.pass(10);
    assert_eq!(orders.get_as("/me", &token).status(), 200, "the provider is back");
    assert_eq!(jwt.health().last_error, None);
    // The provider is down again. Known keys verify on, and whether an unknown key is good cannot be told.
    fake.set_down(true);
    orders.issuer.pass(600);
    eventually("a refresh fails", || {
        let fresh = pair.sign(&fake, Token::alice().claim("exp", NOW + 10_000));
        assert_eq!(orders.get_as("/me", &fresh).status(), 200);
        jwt.health().last_error.is_some()
    });
    let unknown = Pair { id: "b", ..Pair::of("b", "ES256") };
    assert_unavailable(&orders.get_as("/me", unknown.sign(&fake, Token::alice())), "an unknown key");
    assert_refused(&orders.get_as("/me", Token::alice().header("kid", "a").signed()), "a forged algorithm");
}

/// Returns answers that have to be refused, each with the path that they are for. `elsewhere` is another origin.
fn lies(metadata: &Value, keys: &Value, elsewhere: &str) -> Vec<(&'static str, &'static str, Answer)> {
    let with = |change: fn(&mut Value)| {
        let mut changed = metadata.clone();
        change(&mut changed);
        Answer::json(&changed)
    };
    let late = Duration::from_secs(3);
    vec![
        ("another issuer", METADATA, with(|m| m["issuer"] = json!("https://issuer.example"))),
        ("no issuer", METADATA, with(|m| m["issuer"] = json!(null))),
        ("no key set", METADATA, with(|m| m["jwks_uri"] = json!(null))),
        (
            "a key set elsewhere on plain http",
            METADATA,
            with(|m| m["jwks_uri"] = json!("http://a.example/jwks")),
        ),
        ("a file", METADATA, with(|m| m["jwks_uri"] = json!("file:///etc/passwd"))),
        ("HTML", METADATA, Answer::text("<html>log in</html>").field("content-type", "text/html")),
        (
            "a redirect elsewhere",
            METADATA,
            Answer::status(302).field("location", &(elsewhere.to_owned() + METADATA)),
        ),
        ("a redirect to itself", METADATA, Answer::status(302).field("location", METADATA)),
        ("a failure", METADATA, Answer::status(500)),
        ("silence", METADATA, Answer::json(metadata).late(late)),
        ("a body that does not come", METADATA, Answer::json(metadata).late_body(late)),
        ("keys in HTML", "/jwks", Answer::text("<html></html>")),
        (
            "keys that redirect",
            "/jwks",
            Answer::status(307).field("location", &(elsewhere.to_owned() + "/jwks")),
        ),
        ("keys with another status", "/jwks", Answer::json(keys).with_status(203)),
        ("no array", "/jwks", Answer::json(&json!({ "keys": {} }))),
        ("a key alone", "/jwks", Answer::json(&keys["keys"][0])),
        ("a huge body", "/jwks", Answer::text(" ".repeat(300_000) + &keys.to_string())),
        ("an endless body", "/jwks", Answer::text(" ".repeat(10_000)).endless()),
        ("keys too late", "/jwks", Answer::json(keys).late(late)),
        ("half a key set", "/jwks", Answer::text(r#"{"keys":["#)),
    ]
}

#[test]
fn j_21_what_a_lying_provider_sends_is_not_used() {
    let ((fake, pair), (elsewhere, _)) = (published(), published());
    let metadata = json!({ "issuer": fake.origin(), "jwks_uri": format!("{}/jwks", fake.origin()) });
    let keys = json!({ "keys": [pair.jwk()] });
    for (what, path, answer) in lies(&metadata, &keys, &elsewhere.origin()) {
        fake.publish(&[pair.jwk()]);
        fake.answer(path, answer);
        let (orders, jwt) = orders(&fake, |jwt| jwt.timeout(Duration::from_millis(300)));
        let begin = Instant::now();
        assert_unavailable(&orders.get_as("/me", pair.sign(&fake, Token::alice())), what);
        assert!(begin.elapsed() < Duration::from_secs(2), "{what}");
        assert_eq!(jwt.health().keys, [""; 0], "{what}");
    }
    assert_eq!(elsewhere.asked("/jwks").len() + elsewhere.asked(METADATA).len(), 0);
    // A redirect within the origin is followed.
    fake.publish(&[pair.jwk()]);
    fake.answer("/new", Answer::json(&keys));
    fake.answer("/jwks", Answer::status(307).field("location", "/new"));
    let (orders, _) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
}

/// Counts the keys of `fake` that the log says were left out.
fn left_out(fake: &Fake) -> usize {
    let (lines, origin) = (log::lines(), fake.origin());
    let is_left_out = |line: &&str| line.contains("a published key is left out") && line.contains(&origin);
    lines.lines().filter(is_left_out).count()
}

#[test]
fn a_bad_key_is_left_out_and_the_others_stay() {
    log::keep();
    let fake = Fake::start();
    let (pair, rsa) = (Pair::of("good", "ES256"), Pair::of("silent", "RS256"));
    let with = |change: fn(&mut Value)| {
        let mut jwk = Pair::of("bad", "EdDSA").jwk();
        change(&mut jwk);
        jwk
    };
    let mut silent = rsa.jwk();
    silent.as_object_mut().unwrap().remove("alg");
    fake.publish(&[
        with(|jwk| jwk["kty"] = json!("DNA")),
        with(|jwk| jwk["alg"] = json!("ES512")),
        with(|jwk| jwk["use"] = json!("enc")),
        with(|jwk| jwk["key_ops"] = json!(["sign"])),
        with(|jwk| jwk["x"] = json!("not a point")),
        with(|jwk| jwk["d"] = json!("AAAA")),
        json!({ "kty": "oct", "kid": "bad", "alg": "HS256", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0" }),
        json!("no key"),
        json!(null),
        pair.jwk(),
        pair.jwk(),
        silent,
    ]);
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    for pair in [&pair, &rsa] {
        assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200, "{}", pair.id);
    }
    assert_eq!(jwt.health().keys, ["good", "silent"]);
    assert_eq!(left_out(&fake), 10);
    let forged = Pair::of("silent", "PS256");
    assert_refused(&orders.get_as("/me", forged.sign(&fake, Token::alice())), "an RSA key has one algorithm");
    let (orders, _) = self::orders(&fake, |jwt| jwt.rsa_algorithm(Algorithm::PS256));
    assert_eq!(orders.get_as("/me", forged.sign(&fake, Token::alice())).status(), 200);
}

#[test]
fn a_fetch_that_breaks_off_is_a_failure_and_no_reason_to_hurry() {
    let (fake, pair) = published();
    let orders = Orders::start_with(|issuer| {
        let time = issuer.clock();
        // The clock panics in the thread that fetches keys, once the provider has answered.
        let asked = fake.clone();
        let clock = move || {
            let in_fetch =
                thread::current().name() == Some("auth-runtime") && !asked.asked("/jwks").is_empty();
            assert!(!in_fetch, "a clock that panics");
            time()
        };
        let jwt = Jwt::discover(fake.origin()).audience(AUDIENCE).clock(clock).build().unwrap();
        Authorizer::builder().bearer(jwt).build().unwrap()
    });
    for _ in 0..20 {
        assert_unavailable(&orders.get_as("/me", pair.sign(&fake, Token::alice())), "the fetch broke off");
    }
    // There is one fetch at the start, and one that a request asked for.
    assert!(fake.asked("/jwks").len() <= 2, "{} fetches", fake.asked("/jwks").len());
}

#[test]
fn a_long_key_set_is_cut_and_said_once() {
    log::keep();
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    let mut keys = vec![json!(1); 50_000];
    keys.insert(0, pair.jwk());
    fake.publish(&keys);
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    assert_eq!(left_out(&fake), 63);
    orders.issuer.pass(301);
    eventually("the keys are fetched again", || {
        assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::bob())).status(), 200);
        jwt.health().age < Some(Duration::from_secs(301))
    });
    assert_eq!(left_out(&fake), 63);
}
