//! I: nothing of an answer or a secret is shown or logged.

use std::time::Duration;

use auth_runtime::Authorizer;
use auth_tests::{Answer, Fake, Issuer, app::Orders, issuer::NOW, log};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{PATH, asking, post, with};

#[test]
fn i_09_nothing_of_an_answer_comes_out_or_is_logged() {
    log::keep();
    let secret = "the-client-secret-that-is-in-no-log";
    let token = "the-opaque-token-that-is-in-no-log";
    let private = ["carol-the-user", "carol@private.example", "carol-the-subject", "carol-says-the-issuer"];
    let marked = |name: &str, value: Value| {
        let mut answer = with(name, value);
        answer["username"] = json!(private[0]);
        answer["email"] = json!(private[1]);
        answer["sub"] = json!(private[2]);
        answer["error_description"] = json!(private[3]);
        answer
    };
    let html = format!("<p>{} {token} {secret}", private.join(" "));
    let fake = Fake::start();
    let orders_by = |basic: bool, timeout: Duration| {
        Orders::start_with(|issuer| {
            let tokens = asking(fake.origin() + PATH, issuer).timeout(timeout).remember_for(Duration::ZERO);
            let tokens = if basic {
                tokens.client_secret_basic("orders", secret)
            } else {
                tokens.client_secret_post("orders", secret)
            };
            Authorizer::builder().bearer(tokens.build().unwrap()).challenge_scopes().build().unwrap()
        })
    };
    let answers = [
        (401, Answer::json(&marked("active", json!(false)))),
        (401, Answer::json(&marked("aud", json!("other")))),
        (401, Answer::json(&marked("exp", json!(NOW)))),
        (401, Answer::json(&marked("token_type", json!(private[0])))),
        (403, Answer::json(&marked("scope", json!("orders:read")))),
        (503, Answer::json(&marked("active", json!(true))).with_status(500)),
        (503, Answer::json(&marked("active", json!(true))).with_status(401)),
        (503, Answer::text(html.clone())),
        (
            503,
            Answer::status(302).field("location", &format!("https://carol-says-the-issuer.example/{token}")),
        ),
    ];
    for basic in [true, false] {
        let orders = orders_by(basic, Duration::from_secs(5));
        for (status, answer) in &answers {
            fake.answer(PATH, answer.clone());
            let response = post(&orders, token);
            assert_eq!(response.status(), *status, "{answer:?}");
            let text = format!("{:?} {}", response.fields, response.text());
            for private in private.iter().chain([&secret, &token]) {
                assert!(!text.contains(private), "{private} in {text}");
            }
        }
        fake.set_down(true);
        assert_eq!(post(&orders, token).status(), 503);
        fake.set_down(false);
        fake.answer(PATH, Answer::text(html.clone()).late(Duration::from_mins(1)));
        assert_eq!(post(&orders_by(basic, Duration::from_millis(200)), token).status(), 503);
    }
    let encoded = STANDARD.encode(format!("orders:{secret}"));
    // The log has the lines of all crates, also of the one that speaks HTTP.
    let lines = log::lines();
    for expected in
        ["its issuer says that it is not active", "cannot be asked about a token: it answered 500"]
    {
        assert!(lines.contains(expected), "the log is not kept");
    }
    for private in private.iter().copied().chain([secret, token, &*encoded]) {
        let line = lines.lines().find(|line| line.contains(private));
        assert_eq!(line, None, "{private} in the log");
    }
}

#[test]
fn i_09_a_secret_is_not_shown_for_debugging() {
    for basic in [true, false] {
        let builder = asking("https://login.example/introspect", &Issuer::default());
        let builder = if basic {
            builder.client_secret_basic("orders", "a-secret-that-is-not-shown")
        } else {
            builder.client_secret_post("orders", "a-secret-that-is-not-shown")
        };
        assert!(!format!("{builder:?}").contains("a-secret"), "{builder:?}");
        let tokens = builder.build().unwrap();
        assert!(!format!("{tokens:?}").contains("a-secret"), "{tokens:?}");
        let authorizer = Authorizer::builder().bearer(tokens).build().unwrap();
        assert!(!format!("{authorizer:?}").contains("a-secret"), "{authorizer:?}");
    }
}
