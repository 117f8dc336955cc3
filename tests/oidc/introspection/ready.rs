//! Whether the issuer answers, at start-up and later.

use std::time::Duration;

use actix_web::rt::System;
use auth_runtime::{
    Authorizer, ConfigError,
    introspection::{Introspection, IntrospectionBuilder},
};
use auth_tests::{Answer, Fake, Issuer, app::Orders};
use serde_json::{Value, json};

use super::{PATH, alice, asking, known, saying, with};

fn ready(tokens: IntrospectionBuilder) -> Result<(), ConfigError> {
    let tokens = tokens.build().unwrap();
    System::new().block_on(async move { tokens.require_ready().await })
}

fn ready_at(fake: &Fake) -> Result<(), ConfigError> {
    ready(asking(fake.origin() + PATH, &Issuer::default()))
}

#[test]
fn start_up_may_require_an_issuer_that_knows_the_client() {
    let fake = saying(&json!({ "active": false }));
    ready_at(&fake).unwrap();
    ready_at(&fake).unwrap();
    let tokens: Vec<_> = fake.asked(PATH).iter().map(|asked| asked.form()["token"].clone()).collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0].len(), 32);
    assert_ne!(tokens[0], tokens[1], "nobody can take the token beforehand");
    fake.answer(PATH, Answer::json(&json!({ "error": "unsupported_token_type" })).with_status(400));
    ready_at(&fake).unwrap();
}

#[test]
fn start_up_tells_a_wrong_secret_from_a_wrong_address() {
    let fake = Fake::start();
    let error = |code: &str| json!({ "error": code });
    let cases: [(&str, u16, Value, &str); 9] = [
        (
            "client_secret",
            401,
            error("invalid_client"),
            "does not accept the client `orders`: it answered 401; look at",
        ),
        (
            "client_secret",
            401,
            error("invalid_request"),
            "does not accept the client `orders`: it answered 401",
        ),
        (
            "client_secret",
            400,
            error("invalid_client"),
            "does not accept the client `orders`: it answered 400",
        ),
        ("client_secret", 403, Value::Null, "does not accept the client `orders`: it answered 403"),
        (
            "endpoint",
            400,
            error("invalid_request"),
            "answers `invalid_request` to a question about a made-up token",
        ),
        ("endpoint", 404, Value::Null, "cannot be asked about tokens: it answered 404"),
        ("endpoint", 200, alice(), "says that a made-up token is active, so it would let everybody in"),
        ("endpoint", 200, with("active", "false"), "does not answer whether a token is active"),
        ("endpoint", 200, json!([]), "cannot be asked about tokens: its answer is not one JSON object"),
    ];
    for (setting, status, body, text) in cases {
        fake.answer(PATH, Answer::json(&body).with_status(status));
        let error = ready_at(&fake).unwrap_err();
        assert_eq!(error.setting(), setting, "{status} {body}");
        assert!(error.to_string().contains(text), "{error}");
        assert!(!error.to_string().contains("s3cr"), "{error}");
    }
    fake.set_down(true);
    let discovered = known(Introspection::discover(fake.origin()), &Issuer::default());
    let error = ready(discovered).unwrap_err();
    assert_eq!(error.setting(), "issuer");
    assert!(error.to_string().ends_with("; look whether it is up and spelled so"), "{error}");
    fake.set_down(false);
    fake.answer(PATH, Answer::json(&json!({ "active": false })).late(Duration::from_mins(1)));
    let slow = asking(fake.origin() + PATH, &Issuer::default()).timeout(Duration::from_millis(200));
    assert_eq!(ready(slow).unwrap_err().setting(), "endpoint");
}

#[test]
fn the_health_is_that_of_the_last_question() {
    let fake = saying(&alice());
    let mut asks = None;
    let orders = Orders::start_with(|issuer| {
        let tokens = asking(fake.origin() + PATH, issuer).build().unwrap();
        asks = Some(tokens.clone());
        Authorizer::builder().bearer(tokens).build().unwrap()
    });
    let health = || {
        let health = asks.as_ref().unwrap().health();
        (health.age.map(|age| age.as_secs()), health.last_error)
    };
    assert_eq!(health(), (None, None));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    assert_eq!(health(), (Some(0), None));
    orders.issuer.pass(40);
    fake.answer(PATH, Answer::json(&json!({ "error": "invalid_client" })).with_status(401));
    assert_eq!(orders.get_as("/me", "opaque").status(), 503);
    let wrong = "it answered 401; look at client id, secret and address";
    assert_eq!(health(), (Some(40), Some(wrong.to_owned())));
    fake.set_down(true);
    assert_eq!(orders.get_as("/me", "opaque").status(), 503);
    assert_ne!(health().1.unwrap(), wrong);
    fake.set_down(false);
    fake.answer(PATH, Answer::text("<p>Log in"));
    assert_eq!(orders.get_as("/me", "opaque").status(), 503);
    assert_eq!(health(), (Some(40), Some("its answer is not one JSON object".to_owned())));
    // An issuer that refuses a token answers, and so does an issuer that cannot read one.
    for (status, body) in [(200, json!({ "active": false })), (400, json!({ "error": "invalid_request" }))] {
        fake.answer(PATH, Answer::json(&body).with_status(status));
        assert_eq!(orders.get_as("/me", "other").status(), 401);
        assert_eq!(health(), (Some(0), None));
    }
    let text = serde_json::to_value(asks.unwrap().health()).unwrap();
    assert_eq!(text["last_error"], Value::Null);
}
