//! I: errors of the endpoint that are about the token, and not about this service.

use auth_tests::{Answer, Fake, Token, invariants::assert_refused, log};
use serde_json::{Value, json};

use super::{PATH, alice, assert_unavailable, orders_with, saying};

const NAME: &str = "https://refusals.example";

fn lines() -> Vec<String> {
    log::lines().lines().filter(|line| line.contains(NAME)).map(str::to_owned).collect()
}

fn error(code: impl Into<Value>) -> Value {
    json!({ "error": code.into(), "error_description": "Structured JWT Tokens cannot be introspected" })
}

#[test]
fn i_05_an_error_about_the_token_is_no_outage() {
    log::keep();
    let fake = saying(&alice());
    let orders = orders_with(&fake, |tokens| tokens.issuer(NAME));
    for (status, code) in [
        (400, "unsupported_token_type"),
        (401, "unsupported_token_type"),
        (400, "invalid_token"),
        (401, "invalid_token"),
        (400, "invalid_request"),
    ] {
        fake.answer(PATH, Answer::json(&error(code)).with_status(status));
        for token in ["opaque", &Token::alice().signed()] {
            assert_refused(&orders.get_as("/me", token), &format!("{status} {code}"));
        }
    }
    assert_eq!(orders.calls.take(), 0);
    // No line of the log blames this service.
    assert_eq!(lines(), [""; 0]);
}

#[test]
fn i_05_an_error_about_the_client_is_the_services_fault() {
    log::keep();
    let fake = Fake::start();
    let orders = orders_with(&fake, |tokens| tokens.issuer("https://clients.example"));
    for (status, body) in [
        (401, error("invalid_client")),
        (400, error("invalid_client")),
        (400, error("unauthorized_client")),
        // Some servers answer a wrong secret with this code.
        (401, error("invalid_request")),
        (401, error("Invalid_Token")),
        (401, error(json!(["invalid_token"]))),
        (401, error(Value::Null)),
        (401, json!("invalid_token")),
        (401, json!({ "active": false })),
        (403, error("invalid_token")),
        (404, error("unsupported_token_type")),
        (500, error("unsupported_token_type")),
        (503, error("invalid_request")),
    ] {
        let what = format!("{status} {body}");
        fake.answer(PATH, Answer::json(&body).with_status(status));
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), &what);
    }
    let twice = r#"{"error":"invalid_token","error":"invalid_client"}"#;
    for answer in [
        Answer::status(401),
        Answer::text("invalid_token"),
        Answer::text(twice),
        Answer::text(error("invalid_token").to_string() + &" ".repeat(300_000)),
    ] {
        fake.answer(PATH, answer.with_status(401));
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "no error code");
    }
    let says_where =
        "`https://clients.example` cannot be asked about a token: it answered 401; look at client id, secret";
    assert!(log::lines().contains(says_where));
}
