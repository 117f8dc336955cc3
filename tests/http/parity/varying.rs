//! What is another one in each answer anyway, and what is ignored.

use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::{App, HttpResponse, middleware::Compress, web};
use auth_runtime::{
    TestServer,
    testing::{Parity, assert_hidden},
};
use serde_json::json;

use super::{Asked, absent, answering, assert_says, hidden, leak, message, nobody, nothing, nothing_with};

/// Returns another number with each call.
fn number() -> u64 {
    static NUMBER: AtomicU64 = AtomicU64::new(95);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// Answers with a problem that has a correlation id, and another length with each power of ten.
fn problem(title: &str) -> HttpResponse {
    let id = number();
    let body = format!(r#"{{"type": "about:blank", "title": "{title}", "trace": "req/{id}+=", "at": {id}}}"#);
    HttpResponse::NotFound()
        .insert_header(("x-request-id", format!("req-{id}")))
        .insert_header(("set-cookie", format!("visit={id}; Path=/")))
        .body(body)
}

#[test]
fn what_varies_between_absent_things_tells_nothing() {
    assert_hidden(&answering(|_| problem("not found")), hidden(), absent(), nobody());
}

#[test]
fn a_leak_beside_what_varies_is_found() {
    let message = leak(|asked| problem(if asked.hidden { "not yours" } else { "not found" }));
    assert_says(&message, &["PATCH, as it is", "the body of ", "each body says who wrote it"]);
    assert!(!message.contains("x-request-id") && !message.contains("set-cookie"), "{message}");
    let message = leak(|asked| {
        let mut response = problem("not found");
        let path = if asked.hidden { "visit=1; Path=/orders" } else { "visit=2; Path=/" };
        response.headers_mut().insert("set-cookie".parse().unwrap(), path.parse().unwrap());
        response
    });
    assert_says(&message, &["the field `set-cookie` is `visit=1; Path=/orders` against `visit=2; Path=/`"]);
    assert!(!message.contains("the body"), "{message}");
}

/// An encrypted value is another one each time, and excuses nothing but itself.
#[test]
fn a_cookie_is_compared_by_its_name_and_its_attributes() {
    let setting = |cookie: String| HttpResponse::NotFound().insert_header(("set-cookie", cookie)).finish();
    let visit = || {
        static VISIT: AtomicU64 = AtomicU64::new(0);
        format!("visit={}+a/b==; Path=/; HttpOnly", VISIT.fetch_add(1, Ordering::Relaxed))
    };
    assert_hidden(&answering(move |_| setting(visit())), hidden(), absent(), nobody());
    for leaked in ["seen=1+a/b==; Path=/; HttpOnly", "visit=1+a/b==; Path=/", "visit=; Path=/; HttpOnly"] {
        let message = leak(move |asked| setting(if asked.hidden { leaked.to_owned() } else { visit() }));
        assert_says(&message, &[&format!("the field `set-cookie` is `{leaked}` against `visit=")]);
    }
}

/// Whether a value is there is no part that varies.
#[test]
fn a_leak_in_the_form_of_what_varies_is_found() {
    let message = leak(|asked| {
        let extra = if asked.hidden { ", \"owner\": 1" } else { "" };
        HttpResponse::NotFound().body(format!("{{\"id\": {}{extra}}}", number()))
    });
    assert_says(&message, &["the body of "]);
}

/// A counter that runs for one of them only varies as well.
#[test]
fn a_limit_is_always_compared() {
    let message = leak(|asked| {
        let left = if asked.hidden { "1000".to_owned() } else { (5000 - number()).to_string() };
        nothing_with([("x-ratelimit-remaining", &*left)])
    });
    assert_says(&message, &["the field `x-ratelimit-remaining` is `1000` against"]);
}

#[test]
fn an_encoded_body_may_vary_too() {
    let app = TestServer::start(|| {
        let unlimited = web::PayloadConfig::new(usize::MAX);
        let answer = |_: web::Bytes| async { problem("not found") };
        App::new().app_data(unlimited).wrap(Compress::default()).default_service(web::to(answer))
    });
    assert_hidden(&app, hidden(), absent(), nobody());
}

/// Answers with the path that was asked for.
fn echo(asked: &Asked) -> HttpResponse {
    let path = asked.request.path();
    HttpResponse::NotFound()
        .insert_header(("x-path", path))
        .json(json!({ "instance": path, "title": "none" }))
}

#[test]
fn what_repeats_the_path_shows_with_two_absent_things() {
    let app = answering(|asked| echo(&asked));
    let message = message(|| assert_hidden(&app, hidden(), absent(), nobody()));
    assert_says(&message, &["the field `x-path` is `/orders/1` against `/orders/999`", "two absent things"]);
    assert_hidden(&app, hidden(), [absent(), absent().uri("/orders/98765")], nobody());
}

#[test]
fn both_absent_things_are_absent() {
    let app = answering(|asked| match asked.request.path() {
        "/orders/2" => HttpResponse::Ok().finish(),
        _ => nothing(),
    });
    let message = message(|| assert_hidden(&app, hidden(), [absent(), absent().uri("/orders/2")], nobody()));
    assert_says(
        &message,
        &["the absent `PATCH /orders/2` gets `HTTP/1.1 200 OK`", "take a path that is not"],
    );
}

#[test]
fn fields_and_json_pointers_are_ignored() {
    let app = answering(|asked| echo(&asked));
    let parity = Parity::new().ignore("X-Path");
    let message = message(|| parity.assert_hidden(&app, hidden(), absent(), nobody()));
    assert_says(&message, &["the body of "]);
    assert!(!message.contains("x-path"), "{message}");
    parity.ignore("/instance").assert_hidden(&app, hidden(), absent(), nobody());
}

#[test]
fn a_pointer_ignores_one_value_and_nothing_else() {
    let app = answering(|asked| {
        let (id, title) = if asked.hidden { (1, "yours") } else { (2, "none") };
        HttpResponse::NotFound().json(json!({ "a/b": [{ "id": id }], "title": title }))
    });
    let parity = Parity::new().ignore("/a~1b/0/id");
    let message = message(|| parity.assert_hidden(&app, hidden(), absent(), nobody()));
    assert_says(&message, &[r#"id":null}],"title":"yours"}` against `"#]);
    parity.ignore("/title").assert_hidden(&app, hidden(), absent(), nobody());

    // Whether there is a value at all is compared, and so is a body that is no JSON.
    let parity = Parity::new().ignore("/id");
    let app = answering(|asked| {
        HttpResponse::NotFound().json(if asked.hidden { json!({ "id": 1 }) } else { json!({}) })
    });
    assert_says(&leak_of(&parity, &app), &["the body of "]);
    let app = answering(|asked| HttpResponse::NotFound().body(if asked.hidden { "{\"id\"" } else { "{}" }));
    assert_says(&leak_of(&parity, &app), &["the body of "]);
}

fn leak_of(parity: &Parity, app: &TestServer) -> String {
    message(|| parity.assert_hidden(app, hidden(), absent(), nobody()))
}
