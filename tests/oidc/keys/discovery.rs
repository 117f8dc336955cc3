//! J: keys are found by the issuer's name.

use std::time::Duration;

use actix_web::rt::System;
use auth_runtime::{
    Authorizer, ConfigError, Jwt,
    jwt::{JwtBuilder, RemoteKeys},
};
use auth_tests::{
    Answer, Fake, Issuer, Token,
    app::Orders,
    invariants::assert_unavailable,
    issuer::{AUDIENCE, fixture},
};
use serde_json::json;

use super::{METADATA, Pair, orders, verifier};

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

fn ready(verifier: JwtBuilder<RemoteKeys>) -> Result<(), ConfigError> {
    let jwt = verifier.build().unwrap();
    System::new().block_on(async move { jwt.require_ready().await })
}

#[test]
fn metadata_are_looked_for_in_both_places() {
    let fake = Fake::start();
    let pair = Pair::of("a", "ES256");
    let issuer = format!("{}/realms/shop", fake.origin());
    let metadata = json!({ "issuer": issuer, "jwks_uri": format!("{}/jwks", fake.origin()) });
    fake.answer("/.well-known/oauth-authorization-server/realms/shop", Answer::json(&metadata));
    fake.answer("/jwks", Answer::json(&json!({ "keys": [pair.jwk()] })));
    let ready = |issuer: &str| ready(Jwt::discover(issuer).audience(AUDIENCE));
    ready(&issuer).unwrap();
    assert_eq!(fake.asked("/realms/shop/.well-known/openid-configuration").len(), 1);
    // A slash at the end belongs to the issuer's name, but not to the path (OpenID Connect Discovery 1.0 §4.1).
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
fn start_up_may_require_the_provider() {
    let fake = Fake::start();
    fake.set_down(true);
    let ready = || ready(verifier(&Issuer::default(), &fake));
    let error = ready().unwrap_err().to_string();
    let expected = format!("`issuer`: no keys came from `{}`: ", fake.origin());
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.ends_with("; look whether it is up and spelled so"), "{error}");
    fake.set_down(false);
    fake.publish(&[Pair::of("a", "ES256").jwk()]);
    ready().unwrap();
}
