//! I: OAuth 2.0 Token Introspection (RFC 7662).

mod answer;
mod discovery;
mod enrichment;
mod failure;
mod flood;
mod memory;
mod question;
mod ready;
mod refusal;
mod secrecy;
mod settings;

use std::{thread, time::Duration};

use auth_runtime::{
    Authorizer,
    introspection::{Introspection, IntrospectionBuilder},
};
use auth_tests::{
    Answer, Fake, Issuer, Response,
    app::Orders,
    fake::Asked,
    invariants,
    issuer::{AUDIENCE, ISSUER, NOW},
    wire::bearer,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const PATH: &str = "/introspect";
const SECRET: &str = "s3cr:t/+%&=? ä";

/// Starts a verifier without leeway that asks `endpoint` and runs on the issuer's clock.
fn asking(endpoint: impl Into<String>, issuer: &Issuer) -> IntrospectionBuilder {
    known(Introspection::builder(endpoint).issuer(ISSUER), issuer)
}

fn known(builder: IntrospectionBuilder, issuer: &Issuer) -> IntrospectionBuilder {
    let builder = builder.audience(AUDIENCE).leeway(Duration::ZERO).clock(issuer.clock());
    builder.client_secret_basic("orders", SECRET)
}

fn orders_of(build: impl FnOnce(&Issuer) -> IntrospectionBuilder) -> Orders {
    Orders::start_with(|issuer| {
        let tokens: Introspection = build(issuer).build().unwrap();
        Authorizer::builder().bearer(tokens).build().unwrap()
    })
}

fn orders_with(fake: &Fake, build: impl FnOnce(IntrospectionBuilder) -> IntrospectionBuilder) -> Orders {
    orders_of(|issuer| build(asking(fake.origin() + PATH, issuer)))
}

fn orders(fake: &Fake) -> Orders {
    orders_with(fake, |tokens| tokens)
}

/// Returns the provider's answer about Alice's good token.
fn alice() -> Value {
    json!({
        "active": true, "token_type": "Bearer", "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "client_id": "web",
        "scope": "orders:read orders:write", "iat": NOW - 10, "exp": NOW + 600,
    })
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut answer = alice();
    answer[name] = value.into();
    answer
}

fn without(name: &str) -> Value {
    let mut answer = alice();
    answer.as_object_mut().unwrap().remove(name).unwrap();
    answer
}

/// Starts a provider that gives this answer about every token.
fn saying(answer: &Value) -> Fake {
    let fake = Fake::start();
    fake.answer(PATH, Answer::json(answer));
    fake
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Returns the user and the password of HTTP's Basic scheme, as they were sent.
fn basic(asked: &Asked) -> (String, String) {
    let field = asked.fields["authorization"].strip_prefix("Basic ").unwrap();
    let text = String::from_utf8(STANDARD.decode(field).unwrap()).unwrap();
    let (user, password) = text.split_once(':').unwrap();
    pair(user, password)
}

/// Decodes a text as a server does (RFC 6749, appendix B).
fn form_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={text}").as_bytes()).next().unwrap().1.into_owned()
}

fn post(orders: &Orders, token: &str) -> Response {
    orders.send_json("POST", "/orders", &[&bearer(token)], r#"{"item":"tea"}"#)
}

/// Asserts that the service is at fault, that nothing is said against the token, and that no handler ran.
#[track_caller]
fn assert_unavailable(orders: &Orders, response: &Response, what: &str) {
    invariants::assert_unavailable(response, what);
    let seconds: u64 = response.field("retry-after").expect(what).parse().expect(what);
    assert!((1..=60).contains(&seconds), "{what}: {seconds}");
    assert_eq!(orders.calls.take(), 0, "{what}");
}

fn parallel(count: usize, request: impl Fn(usize) + Sync) {
    let request = &request;
    thread::scope(|scope| {
        for number in 0..count {
            scope.spawn(move || request(number));
        }
    });
}
