//! Leaks that show for some requests only.

use actix_web::{App, HttpResponse, http::Method, web};
use auth_runtime::{TestServer, testing::assert_hidden};

use super::{absent, assert_says, hidden, leak, message, nobody, nothing};

#[test]
fn a_malformed_body_that_is_looked_at() {
    let message = leak(|asked| {
        if asked.hidden && asked.body == "{" { HttpResponse::BadRequest().body("nothing") } else { nothing() }
    });
    assert_says(&message, &["PATCH, a malformed body", "the status is `HTTP/1.1 400 Bad Request` against"]);
    assert!(!message.contains("as it is"), "{message}");
}

#[test]
fn a_huge_body_that_is_too_much() {
    let message = leak(|asked| {
        if asked.hidden && asked.body.len() > 3_000_000 {
            HttpResponse::PayloadTooLarge().body("nothing")
        } else {
            nothing()
        }
    });
    assert_says(&message, &["PATCH, a huge body", "the status is `HTTP/1.1 413 Payload Too Large` against"]);
    assert!(!message.contains("as it is"), "{message}");
}

#[test]
fn a_body_of_another_type() {
    let message = leak(|asked| {
        if asked.hidden && asked.field("content-type") == "text/plain" {
            HttpResponse::UnsupportedMediaType().body("nothing")
        } else {
            nothing()
        }
    });
    assert_says(&message, &["PATCH, a body of another type", "415 Unsupported Media Type"]);
}

#[test]
fn methods_of_a_resource() {
    let app = TestServer::start(|| {
        let get = || async { nothing() };
        App::new()
            .service(web::resource("/orders/1").route(web::patch().to(get)))
            .default_service(web::to(get))
    });
    let message = message(|| assert_hidden(&app, hidden(), absent(), nobody()));
    assert_says(
        &message,
        &["405 Method Not Allowed", "GET, as it is", "the field `allow` is `PATCH` against nothing"],
    );
    assert!(!message.contains("PATCH, "), "{message}");

    let message = leak(|asked| match *asked.request.method() {
        Method::OPTIONS if asked.hidden => {
            HttpResponse::NotFound().insert_header(("allow", "PATCH")).finish()
        }
        Method::OPTIONS => HttpResponse::NotFound().finish(),
        _ => nothing(),
    });
    assert_says(
        &message,
        &["the field `allow` is `PATCH` against nothing", "methods are those of a resource"],
    );
}

#[test]
fn a_preflight() {
    let message = leak(|asked| {
        if asked.hidden && asked.has("access-control-request-method") {
            HttpResponse::NotFound().insert_header(("access-control-allow-origin", "*")).body("nothing")
        } else {
            nothing()
        }
    });
    assert_says(
        &message,
        &[
            "OPTIONS, a preflight: the field `access-control-allow-origin` is `*` against nothing",
            "a policy for other origins",
        ],
    );
    assert!(message.contains("1 of "), "{message}");
}

#[test]
fn a_vary_with_an_encoding_only() {
    let message = leak(|asked| {
        if asked.hidden && asked.has("accept-encoding") {
            HttpResponse::NotFound().insert_header(("vary", "accept-encoding")).body("nothing")
        } else {
            nothing()
        }
    });
    assert_says(
        &message,
        &[
            "PATCH, `accept-encoding: gzip`",
            "the field `vary` is `accept-encoding` against nothing",
            "what an answer was chosen by",
        ],
    );
    assert!(!message.contains("as it is"), "{message}");
}

#[test]
fn conditions() {
    let message = leak(|asked| {
        if asked.hidden && asked.has("if-none-match") {
            HttpResponse::NotFound().insert_header(("etag", "\"1\"")).body("nothing")
        } else {
            nothing()
        }
    });
    assert_says(&message, &["PATCH, `if-none-match: *`", "the field `etag` is `\"1\"` against nothing"]);
    let message = leak(|asked| {
        if asked.hidden && asked.has("if-match") {
            HttpResponse::PreconditionFailed().body("nothing")
        } else {
            nothing()
        }
    });
    assert_says(&message, &["PATCH, `if-match: *`", "412 Precondition Failed"]);
}
