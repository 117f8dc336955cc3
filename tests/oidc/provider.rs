//! A real provider, npm's `oidc-provider`, which `npm ci` in `openid-provider/` installs.

mod load;
mod process;

use std::{thread, time::Duration};

use actix_web::rt::System;
use auth_runtime::{
    Authorizer, Issuers, Jwt,
    authenticate::Authenticate,
    introspection::{Introspection, IntrospectionBuilder},
};
use auth_tests::{Token, app::Orders, invariants::assert_refused, wire::bearer};
use serde_json::json;

use self::{load::Load, process::Provider};
use crate::eventually;

const AUDIENCE: &str = "https://orders.example";
const OPAQUE: &str = "https://opaque.example";
const SECRET: &str = "s3cr:t/+%&=?";

fn orders(tokens: impl Authenticate) -> Orders {
    Orders::start_with(|_| Authorizer::builder().realm("orders").bearer(tokens).build().unwrap())
}

#[test]
fn access_tokens_of_every_algorithm_verify() {
    let Some(provider) = Provider::start("algorithms") else { return };
    let orders = orders(provider.jwt().rfc9068().build().unwrap());
    for algorithm in ["RS256", "PS256", "ES256", "ES384", "EdDSA"] {
        provider.control("sign", &json!({ "alg": algorithm }));
        let token = provider.token(AUDIENCE);
        let response = orders.get_as("/me", &token);
        assert_eq!(response.status(), 200, "{algorithm}");
        assert_eq!(response.json()["scopes"], json!(["orders:read", "orders:write"]));
        assert_eq!(response.json()["roles"], json!(["clerk"]));
        let created = orders.send_json("POST", "/orders", &[&bearer(&token)], r#"{"item":"tea"}"#);
        assert_eq!(created.status(), 201, "{algorithm}");
        assert_eq!(orders.get_as("/admin", &token).status(), 403, "{algorithm}");
        // The other token has a signature with its first letters reversed.
        let (message, signature) = token.rsplit_once('.').unwrap();
        let other =
            format!("{message}.{}{}", &signature[..20].chars().rev().collect::<String>(), &signature[20..]);
        assert_eq!(orders.get_as("/me", other).status(), 401, "{algorithm}");
    }
}

#[test]
fn rotation_under_load_refuses_no_valid_token() {
    let Some(provider) = Provider::start("rotation") else { return };
    provider.control("sign", &json!({ "alg": "ES256" }));
    let jwt = provider.jwt().build().unwrap();
    let orders = orders(jwt.clone());
    let load = Load::default();
    let mut current = provider.tokens(5);
    load.set(200, current.clone());
    load.run(&orders, |load| {
        for _ in 0..3 {
            // The first rotation overlaps: a key is announced, then used, and then the old key goes.
            let new = provider.control("publish", &json!({ "alg": "ES256" }))["kid"].clone();
            let is_known = || jwt.health().keys.iter().any(|key| new == **key);
            eventually("the new key is fetched before it is used", is_known);
            provider.control("activate", &json!({ "kid": new }));
            let next = provider.tokens(5);
            load.set(200, [current.clone(), next.clone()].concat());
            load.sample(200);
            let old = kid(&current[0]);
            load.set(200, next.clone());
            provider.control("drop", &json!({ "kid": old }));
            eventually("the keys are fetched again", || !jwt.health().keys.contains(&old));
            load.set(401, current);
            load.sample(401);
            current = next;
            // The second rotation replaces the key from one moment to the next.
            load.set(200, Vec::new());
            thread::sleep(Duration::from_secs(1));
            provider.control("rotate", &json!({ "alg": "ES256", "keep": false }));
            let next = provider.tokens(5);
            load.set(200, next.clone());
            load.sample(200);
            let old = kid(&current[0]);
            eventually("the keys are fetched again", || !jwt.health().keys.contains(&old));
            load.set(401, current);
            load.sample(401);
            current = next;
        }
    });
    load.judge("six rotations under load");
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[test]
fn an_outage_under_load_refuses_no_valid_token() {
    let Some(mut provider) = Provider::start("outage") else { return };
    provider.control("sign", &json!({ "alg": "EdDSA" }));
    let jwt = provider.jwt().build().unwrap();
    let orders = orders(jwt.clone());
    let load = Load::default();
    let known = provider.tokens(5);
    let unknown = {
        let (_, rest) = known[0].split_once('.').unwrap();
        let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "nobody's" }).to_string();
        format!("{}.{rest}", auth_tests::issuer::encode(header))
    };
    load.set(200, known.clone());
    load.run(&orders, |load| {
        load.sample(200);
        load.set(401, [unknown.clone()]);
        load.sample(401);
        for _ in 0..2 {
            load.set(401, Vec::new());
            provider.kill();
            eventually("the outage is noticed", || jwt.health().last_error.is_some());
            load.set(503, [unknown.clone()]);
            load.sample(503);
            load.sample(200);
            // A service that starts now knows no keys.
            let cold = self::orders(provider.jwt().build().unwrap());
            let response = cold.get_as("/me", &known[0]);
            assert_eq!(response.status(), 503);
            assert!(response.field("retry-after").is_some());
            load.set(503, Vec::new());
            provider.restart();
            eventually("the provider is noticed", || jwt.health().last_error.is_none());
            load.set(401, [unknown.clone()]);
            load.sample(401);
            eventually("the service that started meanwhile works", || {
                cold.get_as("/me", &known[0]).status() == 200
            });
        }
    });
    load.judge("two outages under load");
}

#[test]
fn a_slow_provider_delays_nobody_who_is_known() {
    let Some(provider) = Provider::start("slow") else { return };
    let jwt = provider.jwt().timeout(Duration::from_millis(500)).build().unwrap();
    let orders = orders(jwt.clone());
    let known = provider.token(AUDIENCE);
    assert_eq!(orders.get_as("/me", &known).status(), 200);
    for path in ["/.well-known/openid-configuration", "/jwks"] {
        provider.control("delay", &json!({ "path": path, "milliseconds": 2000 }));
        eventually("a fetch fails", || jwt.health().last_error.is_some());
        assert!(jwt.health().last_error.unwrap().contains("timed out"));
        assert_eq!(orders.get_as("/me", &known).status(), 200);
        let cold = self::orders(provider.jwt().timeout(Duration::from_millis(300)).build().unwrap());
        assert_eq!(cold.get_as("/me", &known).status(), 503);
        provider.control("delay", &json!({ "path": path, "milliseconds": 0 }));
        eventually("a fetch succeeds", || jwt.health().last_error.is_none());
    }
}

#[test]
fn opaque_tokens_are_introspected_and_revoked() {
    let Some(provider) = Provider::start("opaque") else { return };
    let orders = |client: fn(IntrospectionBuilder) -> IntrospectionBuilder| {
        Orders::start_with(|_| {
            let introspection = Introspection::discover(provider.issuer()).audience(OPAQUE);
            let introspection = client(introspection).remember_for(Duration::ZERO).build().unwrap();
            let issuers = Issuers::new([provider.jwt().build().unwrap()]).unwrap().opaque(introspection);
            Authorizer::builder().bearer(issuers).build().unwrap()
        })
    };
    for client in
        [(|asks| asks.client_secret_basic("orders", SECRET)) as fn(IntrospectionBuilder) -> _, |asks| {
            asks.client_secret_post("orders-post", SECRET)
        }]
    {
        let orders = orders(client);
        let (token, other) = (provider.token(OPAQUE), provider.token(OPAQUE));
        let response = orders.get_as("/me", &token);
        assert_eq!(response.status(), 200);
        assert_eq!(response.json()["scopes"], json!(["orders:read", "orders:write"]));
        assert_eq!(orders.get_as("/me", provider.token(AUDIENCE)).status(), 200, "a JWT beside them");
        assert_eq!(provider.form("/token/revocation", &[("token", &token)]).status(), 200);
        for refused in [&*token, "no-token-at-all"] {
            let response = orders.get_as("/me", refused);
            assert_eq!(response.status(), 401);
            assert!(response.challenge().contains("error=\"invalid_token\""));
        }
        assert_eq!(orders.get_as("/me", &other).status(), 200);
    }
    let strangers = orders(|asks| asks.client_secret_basic("orders", "another secret"));
    let response = strangers.get_as("/me", provider.token(OPAQUE));
    assert_eq!((response.status(), response.challenges().len()), (503, 0));
}

#[test]
fn a_token_that_expires_is_refused_also_where_it_is_remembered() {
    let Some(provider) = Provider::start("expiry") else { return };
    let orders = orders(provider.jwt().leeway(Duration::ZERO).build().unwrap());
    provider.control("ttl", &json!({ "seconds": 2 }));
    let token = provider.token(AUDIENCE);
    assert_eq!(orders.get_as("/me", &token).status(), 200);
    eventually("the token expires", || orders.get_as("/me", &token).status() == 401);
}

#[test]
fn a_wrong_secret_is_told_from_a_token_that_the_provider_does_not_answer_about() {
    let Some(provider) = Provider::start("introspection") else { return };
    let asking = |secret: &str| {
        let tokens = Introspection::discover(provider.issuer()).audience(OPAQUE);
        tokens.client_secret_basic("orders", secret).build().unwrap()
    };
    let ready = |tokens: Introspection| System::new().block_on(async move { tokens.require_ready().await });
    ready(asking(SECRET)).unwrap();
    let error = ready(asking("another secret")).unwrap_err();
    assert_eq!(error.setting(), "client_secret", "{error}");
    let tokens = asking(SECRET);
    let orders = orders(tokens.clone());
    // The provider answers 400 `unsupported_token_type` about everything that looks like a JSON Web Token.
    for token in [provider.token(AUDIENCE), Token::alice().signed()] {
        assert_refused(&orders.get_as("/me", token), "a JSON Web Token");
        assert_eq!(tokens.health().last_error, None);
    }
    assert_eq!(orders.get_as("/me", provider.token(OPAQUE)).status(), 200);
}

#[test]
fn new_keys_under_the_old_ids_are_noticed_at_once() {
    let Some(provider) = Provider::start("rekey") else { return };
    // Nothing but a token tells of the new keys, because the regular fetch is minutes away.
    let jwt = Jwt::discover(provider.issuer()).audience(AUDIENCE).build().unwrap();
    let orders = orders(jwt.clone());
    let (remembered, old) = (provider.token(AUDIENCE), provider.token(AUDIENCE));
    assert_eq!(orders.get_as("/me", &remembered).status(), 200);
    let before = jwt.health().keys;
    provider.control("rekey", &json!({}));
    let new = provider.token(AUDIENCE);
    assert_eq!(kid(&new), kid(&old));
    assert_eq!(orders.get_as("/me", &new).status(), 200);
    assert_eq!(jwt.health().keys, before);
    for token in [&remembered, &old] {
        assert_refused(&orders.get_as("/me", token), "an old key");
    }
}
