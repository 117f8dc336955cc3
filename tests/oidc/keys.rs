//! J: keys that are fetched, from a provider that may lie.

use std::{
    thread,
    time::{Duration, Instant},
};

use auth_runtime::{Algorithm, Authorizer, Jwt, JwtBuilder, RemoteKeys};
use auth_tests::{
    Answer, Fake, Issuer, Response, Token,
    app::Orders,
    issuer::{AUDIENCE, NOW, fixture},
    log, report,
    wire::{Connection, bearer, request},
};
use jsonwebtoken::{EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

use crate::eventually;

/// A key pair of the issuer.
struct Pair {
    id: &'static str,
    name: &'static str,
    algorithm: jsonwebtoken::Algorithm,
    private: EncodingKey,
}

impl Pair {
    fn of(id: &'static str, name: &'static str) -> Self {
        use jsonwebtoken::Algorithm::{ES256, ES384, EdDSA, PS256, RS256};

        let read = |name: &str| fixture(&format!("{name}.private.pem"));
        let ec = |name: &str| EncodingKey::from_ec_pem(read(name).as_bytes()).unwrap();
        let (algorithm, private) = match name {
            "ES256" => (ES256, ec("p256")),
            "ES384" => (ES384, ec("p384")),
            "EdDSA" => (EdDSA, EncodingKey::from_ed_pem(read("ed25519").as_bytes()).unwrap()),
            "PS256" => (PS256, EncodingKey::from_rsa_pem(read("rsa").as_bytes()).unwrap()),
            _ => (RS256, EncodingKey::from_rsa_pem(read("rsa").as_bytes()).unwrap()),
        };
        Self { id, name, algorithm, private }
    }

    /// As it is published.
    fn jwk(&self) -> Value {
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&self.private, self.algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk
    }

    fn sign(&self, fake: &Fake, token: Token) -> String {
        let token = token.claim("iss", fake.origin()).header("kid", self.id);
        token.signed_with(self.name, self.algorithm, &self.private)
    }
}

fn verifier(issuer: &Issuer, fake: &Fake) -> JwtBuilder<RemoteKeys> {
    Jwt::discover(fake.origin()).audience(AUDIENCE).leeway(Duration::ZERO).clock(issuer.clock())
}

/// The service with keys from `fake`, and its verifier.
fn orders(fake: &Fake, build: impl Fn(JwtBuilder<RemoteKeys>) -> JwtBuilder<RemoteKeys>) -> (Orders, Jwt) {
    let mut verifies = None;
    let orders = Orders::start_with(|issuer| {
        let jwt = build(verifier(issuer, fake)).build().unwrap();
        verifies = Some(jwt.clone());
        Authorizer::builder().realm("orders").bearer(jwt).build().unwrap()
    });
    (orders, verifies.unwrap())
}

fn assert_unavailable(response: &Response, what: &str) {
    assert_eq!(response.status(), 503, "{what}");
    assert!(response.field("retry-after").is_some(), "{what}");
    assert_eq!(response.challenges(), [""; 0], "{what}");
    assert!(!response.text().contains("invalid_token"), "{what}");
}

fn assert_refused(response: &Response, what: &str) {
    assert_eq!(response.status(), 401, "{what}");
    assert!(response.challenge().contains("error=\"invalid_token\""), "{what}");
}

/// Over a connection that is kept, while others have their own.
fn get_as(connection: &mut Connection, token: &str) -> Response {
    connection.exchange(request("GET", "/me", &[&bearer(token)], "").as_bytes())
}

const METADATA: &str = "/.well-known/openid-configuration";

#[test]
fn keys_are_discovered_and_every_algorithm_verifies() {
    let fake = Fake::start();
    let pairs = ["RS256", "PS256", "ES256", "ES384", "EdDSA"].map(|name| Pair::of(name, name));
    fake.publish(&pairs.each_ref().map(Pair::jwk));
    let (orders, jwt) = orders(&fake, |jwt| jwt);
    for pair in &pairs {
        let response = orders.get_as("/me", pair.sign(&fake, Token::alice()));
        assert_eq!(response.status(), 200, "{}", pair.name);
        assert_eq!(response.json()["issuer"], fake.origin());
    }
    assert_eq!(fake.asked("/jwks").len(), 1);
    assert_eq!(jwt.health().keys, ["RS256", "PS256", "ES256", "ES384", "EdDSA"]);
    assert_eq!((jwt.health().age, jwt.health().last_error), (Some(Duration::ZERO), None));
}

#[test]
fn metadata_are_looked_for_in_both_places() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    let issuer = format!("{}/realms/shop", fake.origin());
    let metadata = json!({ "issuer": issuer, "jwks_uri": format!("{}/jwks", fake.origin()) });
    fake.answer("/.well-known/oauth-authorization-server/realms/shop", Answer::json(&metadata));
    fake.answer("/jwks", Answer::json(&json!({ "keys": [pair.jwk()] })));
    let ready = |issuer: &str| {
        let jwt = Jwt::discover(issuer).audience(AUDIENCE).build().unwrap();
        actix_web::rt::System::new().block_on(async move { jwt.require_ready().await })
    };
    ready(&issuer).unwrap();
    assert_eq!(fake.asked("/realms/shop/.well-known/openid-configuration").len(), 1);
    // A slash at the end is no part of the path (OpenID Connect Discovery 1.0 §4.1), but of the name.
    let error = ready(&format!("{issuer}/")).unwrap_err();
    assert_eq!(error.setting(), "issuer");
    let both = format!("no keys came from `{issuer}/`: its metadata are those of `{issuer}`; compare");
    assert!(error.to_string().contains(&both), "{error}");
    let error = ready(&format!("{}/elsewhere", fake.origin())).unwrap_err();
    let places = format!(
        "neither at `{0}/elsewhere{METADATA}`: it answered 404; nor at \
         `{0}/.well-known/oauth-authorization-server/elsewhere`: it answered 404",
        fake.origin()
    );
    assert!(error.to_string().contains(&places), "{error}");
}

#[test]
fn a_key_set_without_metadata_needs_the_issuers_name() {
    let fake = Fake::start();
    let pair = Pair::of("a", "EdDSA");
    fake.answer("/keys", Answer::json(&json!({ "keys": [pair.jwk()] })));
    let from = format!("{}/keys", fake.origin());
    let error = Jwt::jwks(&from).audience(AUDIENCE).build().unwrap_err();
    assert_eq!(error.setting(), "issuer");
    let orders = Orders::start_with(|issuer| {
        let jwt = Jwt::jwks(&from).issuer(fake.origin()).audience(AUDIENCE).clock(issuer.clock());
        Authorizer::builder().bearer(jwt.build().unwrap()).build().unwrap()
    });
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    let other = pair.sign(&fake, Token::alice()).replace('.', ".x");
    assert_eq!(orders.get_as("/me", other).status(), 401);
}

#[test]
fn addresses_are_private() {
    for bad in
        ["http://issuer.example", "issuer.example", "https://u:p@issuer.example", "https://issuer.example/?a"]
    {
        let error = Jwt::discover(bad).audience(AUDIENCE).build().unwrap_err();
        assert_eq!(error.setting(), "issuer", "{bad}");
        let error =
            Jwt::jwks("http://issuer.example/jwks").issuer(bad).audience(AUDIENCE).build().unwrap_err();
        assert_eq!(error.setting(), "jwks");
    }
    for bad in [
        "https://issuer.example\n",
        " https://issuer.example",
        "https://issuer.example/.well-known/openid-configuration",
    ] {
        let error = Jwt::discover(bad).audience(AUDIENCE).build().unwrap_err();
        assert_eq!(error.setting(), "issuer", "{bad}");
    }
    let build = |build: fn(JwtBuilder<RemoteKeys>) -> JwtBuilder<RemoteKeys>| {
        build(Jwt::discover("https://issuer.example").audience(AUDIENCE)).build().unwrap_err().setting()
    };
    assert_eq!(build(|jwt| jwt.issuer("https://other.example")), "issuer");
    assert_eq!(build(|jwt| jwt.audience("orders ")), "audience");
    assert_eq!(build(|jwt| jwt.audience_from("")), "audience_from");
    assert_eq!(build(|jwt| jwt.cool_down(Duration::ZERO)), "cool_down");
    assert_eq!(
        build(|jwt| jwt.refresh_between(Duration::from_secs(2), Duration::from_secs(1))),
        "refresh_between"
    );
    assert_eq!(build(|jwt| jwt.max_age(Duration::from_hours(1))), "max_age");
    assert_eq!(build(|jwt| jwt.rsa_algorithm(Algorithm::ES256)), "rsa_algorithm");
    assert_eq!(build(|jwt| jwt.timeout(Duration::ZERO)), "timeout");
    assert_eq!(build(|jwt| jwt.root_certificate("no certificate")), "root_certificate");
}

#[test]
fn tls_certificates_are_checked() {
    let fake = Fake::start_with_tls();
    let pair = Pair::of("a", "ES256");
    fake.publish(&[pair.jwk()]);
    let token = pair.sign(&fake, Token::alice());
    let (stranger, jwt) = orders(&fake, |jwt| jwt);
    assert_unavailable(&stranger.get_as("/me", &token), "an authority that nobody knows");
    let error = jwt.health().last_error.unwrap();
    assert!(error.contains("certificate"), "{error}");
    assert_eq!(fake.asked(METADATA).len(), 0);
    let (known, _) = orders(&fake, |jwt| jwt.root_certificate(fixture("tls.authority.pem")));
    assert_eq!(known.get_as("/me", &token).status(), 200);
}

#[test]
fn https_leads_to_no_plain_http() {
    let (fake, open) = (Fake::start_with_tls(), Fake::start());
    let pair = Pair::of("a", "ES256");
    open.publish(&[pair.jwk()]);
    let metadata = json!({ "issuer": fake.origin(), "jwks_uri": format!("{}/jwks", open.origin()) });
    fake.answer(METADATA, Answer::json(&metadata));
    let (orders, jwt) = orders(&fake, |jwt| jwt.root_certificate(fixture("tls.authority.pem")));
    assert_unavailable(&orders.get_as("/me", pair.sign(&fake, Token::alice())), "plain http");
    assert!(jwt.health().last_error.unwrap().contains("not as private as the issuer"));
    assert_eq!(open.asked("/jwks").len(), 0);
}

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
    // It is down again: what is known works on, and nobody can tell about the unknown.
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

#[test]
fn j_21_what_a_lying_provider_sends_is_not_used() {
    let fake = Fake::start();
    let elsewhere = Fake::start();
    let pair = Pair::of("a", "ES256");
    elsewhere.publish(&[pair.jwk()]);
    fake.publish(&[pair.jwk()]);
    let (good_metadata, good_keys) = (
        json!({ "issuer": fake.origin(), "jwks_uri": format!("{}/jwks", fake.origin()) }),
        json!({ "keys": [pair.jwk()] }),
    );
    let metadata = |change: fn(&mut Value)| {
        let mut changed = good_metadata.clone();
        change(&mut changed);
        Answer::json(&changed)
    };
    let long = Duration::from_secs(3);
    let lies = [
        ("another issuer", METADATA, metadata(|m| m["issuer"] = json!("https://issuer.example"))),
        ("no issuer", METADATA, metadata(|m| m["issuer"] = json!(null))),
        ("no key set", METADATA, metadata(|m| m["jwks_uri"] = json!(null))),
        (
            "a key set elsewhere on plain http",
            METADATA,
            metadata(|m| m["jwks_uri"] = json!("http://a.example/jwks")),
        ),
        ("a file", METADATA, metadata(|m| m["jwks_uri"] = json!("file:///etc/passwd"))),
        ("HTML", METADATA, Answer::text("<html>log in</html>").field("content-type", "text/html")),
        (
            "a redirect elsewhere",
            METADATA,
            Answer::status(302).field("location", &(elsewhere.origin() + METADATA)),
        ),
        ("a redirect to itself", METADATA, Answer::status(302).field("location", METADATA)),
        ("a failure", METADATA, Answer::status(500)),
        ("silence", METADATA, Answer::json(&good_metadata).late(long)),
        ("a body that does not come", METADATA, Answer::json(&good_metadata).late_body(long)),
        ("keys in HTML", "/jwks", Answer::text("<html></html>")),
        (
            "keys that redirect",
            "/jwks",
            Answer::status(307).field("location", &(elsewhere.origin() + "/jwks")),
        ),
        ("keys with another status", "/jwks", Answer::json(&good_keys).with_status(203)),
        ("no keys", "/jwks", Answer::json(&json!({ "keys": [] }))),
        ("no array", "/jwks", Answer::json(&json!({ "keys": {} }))),
        ("a key alone", "/jwks", Answer::json(&pair.jwk())),
        ("a huge body", "/jwks", Answer::text(" ".repeat(300_000) + &good_keys.to_string())),
        ("an endless body", "/jwks", Answer::text(" ".repeat(10_000)).endless()),
        ("keys too late", "/jwks", Answer::json(&good_keys).late(long)),
        ("half a key set", "/jwks", Answer::text(r#"{"keys":["#)),
    ];
    for (what, path, answer) in lies {
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
    fake.answer("/new", Answer::json(&good_keys));
    fake.answer("/jwks", Answer::status(307).field("location", "/new"));
    let (orders, _) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
}

#[test]
fn j_22_unknown_keys_cause_one_fetch_in_a_cool_down() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    fake.publish(&[pair.jwk()]);
    let (orders, _) = orders(&fake, |jwt| jwt);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    assert_eq!(fake.asked("/jwks").len(), 1);
    // Slow enough for the others to arrive while it is under way.
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
                    assert_eq!(get_as(&mut connection, &forged).status(), 401);
                    if number % 100 == 0 {
                        assert_eq!(get_as(&mut connection, good).status(), 200);
                    }
                }
            });
        }
    });
    report(&format!("10000 requests with unknown keys: {} fetch of the keys", fake.asked("/jwks").len() - 1));
    assert_eq!(fake.asked("/jwks").len(), 2);
    // After the cool-down one more may be made, and it finds a key that is new.
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
    // From one moment to the next, and clients go on sending what they have.
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
    // Later it may have come back.
    fake.publish(&[old.jwk()]);
    orders.issuer.pass(30);
    assert_eq!(orders.get_as("/me", old.sign(&fake, Token::alice())).status(), 200);
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
    // The old key goes. Its token was remembered, and is refused as soon as the keys are fetched again.
    fake.publish(&[new.jwk()]);
    orders.issuer.pass(301);
    let mut subjects = 0..10_000;
    eventually("the keys are fetched again", || {
        // A token that is remembered needs no keys.
        let subject = format!("somebody {}", subjects.next().unwrap());
        assert_eq!(orders.get_as("/me", new.sign(&fake, Token::of(&subject))).status(), 200);
        jwt.health().keys == ["b"]
    });
    assert_refused(&orders.get_as("/me", &token), "a key that is gone");
    assert_refused(&orders.get_as("/me", old.sign(&fake, Token::bob())), "a key that is gone");
    // A key of the same name is another one.
    let renamed = Pair { id: "a", ..Pair::of("a", "ES384") };
    fake.publish(&[new.jwk(), renamed.jwk()]);
    orders.issuer.pass(30);
    assert_eq!(orders.get_as("/me", renamed.sign(&fake, Token::alice())).status(), 200);
    assert_refused(&orders.get_as("/me", &token), "the old key by the name of the new one");
}

#[test]
fn a_rotation_that_leaves_no_usable_key_is_refused() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    fake.publish(&[pair.jwk()]);
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
    let (lines, origin) = (log::lines(), fake.origin());
    let left_out = |line: &&str| line.contains("a published key is left out") && line.contains(&origin);
    assert_eq!(lines.lines().filter(left_out).count(), 10);
    let forged = Pair::of("silent", "PS256");
    assert_refused(&orders.get_as("/me", forged.sign(&fake, Token::alice())), "an RSA key has one algorithm");
    let (orders, _) = self::orders(&fake, |jwt| jwt.rsa_algorithm(Algorithm::PS256));
    assert_eq!(orders.get_as("/me", forged.sign(&fake, Token::alice())).status(), 200);
}

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
        let token = pair.sign(&fake, Token::alice().claim("exp", NOW + 100_000));
        assert_eq!(orders.get_as("/me", &token).status(), 200);
        let before = fake.asked("/jwks").len();
        orders.issuer.pass(seconds - 1);
        for subject in ["bob", "carol"] {
            assert_eq!(
                orders
                    .get_as("/me", pair.sign(&fake, Token::of(subject).claim("exp", NOW + 100_000)))
                    .status(),
                200
            );
        }
        assert_eq!(fake.asked("/jwks").len(), before, "{field:?} after {} s", seconds - 1);
        assert_eq!(jwt.health().age, Some(Duration::from_secs(seconds - 1)));
        orders.issuer.pass(2);
        eventually("the keys are fetched again", || {
            assert_eq!(
                orders
                    .get_as("/me", pair.sign(&fake, Token::of("dave").claim("exp", NOW + 100_000)))
                    .status(),
                200
            );
            fake.asked("/jwks").len() == before + 1
        });
    }
}

#[test]
fn readers_do_not_wait_for_a_refresh() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    fake.publish(&[pair.jwk()]);
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
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    fake.publish(&[pair.jwk()]);
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
fn a_key_set_without_names_rotates_too() {
    let fake = Fake::start();
    let (old, new) = (Pair::of("", "RS256"), Pair::of("", "RS256"));
    let nameless = |pair: &Pair| {
        let mut jwk = pair.jwk();
        jwk.as_object_mut().unwrap().remove("kid");
        jwk
    };
    // The public key of a stranger, so that the first set verifies nothing.
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
fn start_up_may_require_the_provider() {
    let fake = Fake::start();
    fake.set_down(true);
    let ready = || {
        let jwt = verifier(&Issuer::default(), &fake).build().unwrap();
        actix_web::rt::System::new().block_on(async move { jwt.require_ready().await })
    };
    let error = ready().unwrap_err().to_string();
    let expected = format!("`issuer`: no keys came from `{}`: ", fake.origin());
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.ends_with("; look whether it is up and spelled so"), "{error}");
    fake.set_down(false);
    fake.publish(&[Pair::of("a", "ES256").jwk()]);
    ready().unwrap();
}

#[test]
fn a_key_that_verifies_nothing_replaces_none() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    fake.publish(&[pair.jwk()]);
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
fn a_fetch_that_breaks_off_is_a_failure_and_no_reason_to_hurry() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    fake.publish(&[pair.jwk()]);
    let orders = Orders::start_with(|issuer| {
        let time = issuer.clock();
        // It panics where the fetch looks at it: in the thread of the fetches, once that has an answer.
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
    // The first one, and one that was asked for.
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
    let lines = || {
        let (lines, origin) = (log::lines(), fake.origin());
        lines
            .lines()
            .filter(|line| line.contains("a published key is left out") && line.contains(&origin))
            .count()
    };
    assert_eq!(lines(), 63);
    orders.issuer.pass(301);
    eventually("the keys are fetched again", || {
        assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::bob())).status(), 200);
        jwt.health().age < Some(Duration::from_secs(301))
    });
    assert_eq!(lines(), 63);
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
    let mut subjects = 0..10_000;
    eventually("the keys are fetched again", || {
        let subject = format!("somebody {}", subjects.next().unwrap());
        assert_eq!(orders.get_as("/me", token(&steady, &subject)).status(), 200);
        jwt.health().keys == ["a"]
    });
    fake.publish(&[steady.jwk(), flapping.jwk()]);
    assert_refused(&orders.get_as("/me", token(&flapping, "bob")), "a key that is gone");
    orders.issuer.pass(30);
    assert_eq!(orders.get_as("/me", token(&flapping, "bob")).status(), 200);
}

#[test]
fn nobody_waits_longer_than_one_request_may_take() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    fake.publish(&[pair.jwk()]);
    let (orders, _) = orders(&fake, |jwt| jwt.timeout(Duration::from_secs(2)));
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::alice())).status(), 200);
    let keys = json!({ "keys": [pair.jwk()] });
    fake.answer("/jwks", Answer::json(&keys).late(Duration::from_millis(1500)));
    // A refresh is under way when the unknown key comes, which would wait for that and for another one.
    orders.issuer.pass(301);
    assert_eq!(orders.get_as("/me", pair.sign(&fake, Token::bob())).status(), 200);
    let begin = Instant::now();
    let response = orders.get_as("/me", Pair::of("b", "ES256").sign(&fake, Token::alice()));
    assert_unavailable(&response, "too long");
    assert!(begin.elapsed() < Duration::from_millis(2900), "{:?}", begin.elapsed());
}

#[test]
fn the_audience_may_stand_elsewhere() {
    let fake = Fake::start();
    let pair = Pair::of("a", "RS256");
    fake.publish(&[pair.jwk()]);
    let (orders, _) = orders(&fake, |jwt| jwt.audience_from("client_id").audience("web"));
    let token = || Token::alice().claim("token_use", "access");
    let refused = [
        ("another client", token().without("aud").claim("client_id", "other")),
        ("no client", token().without("client_id")),
        ("no audience at all", token().without("client_id").without("aud")),
        ("an audience elsewhere", token().claim("aud", "https://other.example")),
        ("an ID token", token().without("aud").claim("token_use", "id")),
    ];
    for (what, token) in refused {
        assert_refused(&orders.get_as("/me", pair.sign(&fake, token)), what);
    }
    for accepted in [token().without("aud"), token()] {
        assert_eq!(orders.get_as("/me", pair.sign(&fake, accepted)).status(), 200);
    }
}
