//! I: nothing of an answer or a secret is shown or logged.

use std::time::Duration;

use auth_runtime::{Authorizer, introspection::IntrospectionBuilder};
use auth_tests::{Answer, Fake, Issuer, app::Orders, issuer::NOW, log};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{PATH, asking, post, with};

const CLIENT_SECRET: &str = "the-client-secret-that-is-in-no-log";
const TOKEN: &str = "the-opaque-token-that-is-in-no-log";
const PRIVATE: [&str; 4] =
    ["carol-the-user", "carol@private.example", "carol-the-subject", "carol-says-the-issuer"];

/// Returns an answer with this member, and with private texts in others.
fn marked(name: &str, value: impl Into<Value>) -> Value {
    let mut answer = with(name, value);
    for (name, text) in ["username", "email", "sub", "error_description"].into_iter().zip(PRIVATE) {
        answer[name] = json!(text);
    }
    answer
}

fn html() -> String {
    format!("<p>{} {TOKEN} {CLIENT_SECRET}", PRIVATE.join(" "))
}

/// Returns answers of the provider with private texts, and the status that the service answers with.
fn telling() -> Vec<(u16, Answer)> {
    let elsewhere = format!("https://carol-says-the-issuer.example/{TOKEN}");
    vec![
        (401, Answer::json(&marked("active", false))),
        (401, Answer::json(&marked("aud", "other"))),
        (401, Answer::json(&marked("exp", NOW))),
        (401, Answer::json(&marked("token_type", PRIVATE[0]))),
        (403, Answer::json(&marked("scope", "orders:read"))),
        (503, Answer::json(&marked("active", true)).with_status(500)),
        (503, Answer::json(&marked("active", true)).with_status(401)),
        (503, Answer::text(html())),
        (503, Answer::status(302).field("location", &elsewhere)),
    ]
}

fn authenticated(tokens: IntrospectionBuilder, basic: bool, secret: &str) -> IntrospectionBuilder {
    if basic {
        tokens.client_secret_basic("orders", secret)
    } else {
        tokens.client_secret_post("orders", secret)
    }
}

#[test]
fn i_09_nothing_of_an_answer_comes_out_or_is_logged() {
    log::keep();
    let fake = Fake::start();
    for basic in [true, false] {
        let orders_within = |timeout: Duration| {
            Orders::start_with(|issuer| {
                let tokens =
                    asking(fake.origin() + PATH, issuer).timeout(timeout).remember_for(Duration::ZERO);
                let tokens = authenticated(tokens, basic, CLIENT_SECRET).build().unwrap();
                Authorizer::builder().bearer(tokens).challenge_scopes().build().unwrap()
            })
        };
        let orders = orders_within(Duration::from_secs(5));
        for (status, answer) in telling() {
            fake.answer(PATH, answer.clone());
            let response = post(&orders, TOKEN);
            assert_eq!(response.status(), status, "{answer:?}");
            let text = format!("{:?} {}", response.fields, response.text());
            for private in PRIVATE.iter().chain([&CLIENT_SECRET, &TOKEN]) {
                assert!(!text.contains(private), "{private} in {text}");
            }
        }
        fake.set_down(true);
        assert_eq!(post(&orders, TOKEN).status(), 503);
        fake.set_down(false);
        fake.answer(PATH, Answer::text(html()).late(Duration::from_mins(1)));
        assert_eq!(post(&orders_within(Duration::from_millis(200)), TOKEN).status(), 503);
    }
    assert_nothing_is_logged();
}

/// Asserts that the log is kept, and that no crate writes anything private to it, nor the one that speaks HTTP.
fn assert_nothing_is_logged() {
    let lines = log::lines();
    for expected in
        ["its issuer says that it is not active", "cannot be asked about a token: it answered 500"]
    {
        assert!(lines.contains(expected), "the log is not kept");
    }
    let encoded = STANDARD.encode(format!("orders:{CLIENT_SECRET}"));
    for private in PRIVATE.into_iter().chain([CLIENT_SECRET, TOKEN, &*encoded]) {
        let line = lines.lines().find(|line| line.contains(private));
        assert_eq!(line, None, "{private} in the log");
    }
}

#[test]
fn i_09_a_secret_is_not_shown_for_debugging() {
    for basic in [true, false] {
        let builder = asking("https://login.example/introspect", &Issuer::default());
        let builder = authenticated(builder, basic, "a-secret-that-is-not-shown");
        assert!(!format!("{builder:?}").contains("a-secret"), "{builder:?}");
        let tokens = builder.build().unwrap();
        assert!(!format!("{tokens:?}").contains("a-secret"), "{tokens:?}");
        let authorizer = Authorizer::builder().bearer(tokens).build().unwrap();
        assert!(!format!("{authorizer:?}").contains("a-secret"), "{authorizer:?}");
    }
}
