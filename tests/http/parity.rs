//! Whether the assertion that what is hidden looks absent finds each kind of leak.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use actix_web::{
    App, Either, HttpRequest, HttpResponse, http::Method, patch, rt::time::sleep, test::TestRequest, web,
};
use auth_runtime::{
    Api, Authentication, Authorizer, Credential, Decision, Denial, NotFound, Parity, Principal, Routes,
    TestIssuer, TestServer, assert_hidden, require_auth, require_scope,
};
use futures_util::stream;

const SECRET: &str = "Bearer swordfish-and-more";

fn hidden() -> TestRequest {
    TestRequest::patch()
        .uri("/orders/1?key=swordfish")
        .insert_header(("authorization", SECRET))
        .set_json("tea")
}

fn absent() -> TestRequest {
    TestRequest::patch().uri("/orders/999").insert_header(("authorization", SECRET)).set_json("tea")
}

/// What a deliberately bad application knows of a request.
struct Asked {
    request: HttpRequest,
    hidden: bool,
    body: web::Bytes,
}

impl Asked {
    fn has(&self, name: &str) -> bool {
        self.request.headers().contains_key(name)
    }

    fn field(&self, name: &str) -> &str {
        self.request.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// An application that answers everything so.
fn answering(answer: impl Fn(Asked) -> HttpResponse + Clone + Send + 'static) -> TestServer {
    TestServer::start(move || {
        let answer = answer.clone();
        let answer = move |request: HttpRequest, body: web::Bytes| {
            let hidden = request.path() == "/orders/1";
            let response = answer(Asked { request, hidden, body });
            async { response }
        };
        let unlimited = web::PayloadConfig::new(usize::MAX);
        App::new().app_data(unlimited).default_service(web::to(answer))
    })
}

/// What the assertion says.
fn message(assertion: impl FnOnce()) -> String {
    let failure = catch_unwind(AssertUnwindSafe(assertion)).expect_err("a leak is found");
    failure.downcast_ref::<String>().expect("a message").clone()
}

fn leak(answer: impl Fn(Asked) -> HttpResponse + Clone + Send + 'static) -> String {
    let app = answering(answer);
    let message = message(|| assert_hidden(&app, hidden(), absent()));
    assert!(!message.contains("swordfish"), "{message}");
    message
}

#[track_caller]
fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is missing:\n{message}");
    }
}

fn nothing() -> HttpResponse {
    HttpResponse::NotFound().body("nothing")
}

#[require_scope("orders:write", hide)]
#[patch("/orders/{id}")]
async fn change(id: web::Path<u64>, _item: web::Json<String>) -> Either<&'static str, NotFound> {
    if *id == 1 { Either::Left("changed") } else { Either::Right(NotFound) }
}

fn orders(issuer: &TestIssuer) -> TestServer {
    let builder = issuer.authorizer_builder().unwrap().not_found(|_| nothing());
    let api = Api::new(builder.build().unwrap(), |routes| {
        routes.service(change);
    });
    let api = api.unwrap();
    TestServer::start(move || App::new().configure(api.routes()))
}

#[test]
fn what_is_hidden_well_passes() {
    let issuer = TestIssuer::new();
    let app = orders(&issuer);
    let token = issuer.token("carol").scope("orders:read");
    let request = |path| TestRequest::patch().uri(path).insert_header(token.authorization()).set_json("tea");
    assert_hidden(&app, request("/orders/1"), request("/orders/999"));
    assert_hidden(&app, request("/orders/1"), request("/nothing"));
}

#[actix_web::test]
async fn it_works_in_an_asynchronous_test() {
    let issuer = TestIssuer::new();
    let app = orders(&issuer);
    let token = issuer.token("carol");
    let request = |path| TestRequest::patch().uri(path).insert_header(token.authorization());
    assert_hidden(&app, request("/orders/1"), request("/nothing"));
}

#[test]
fn another_status_for_one_method() {
    let message = leak(|asked| match *asked.request.method() {
        Method::DELETE if asked.hidden => HttpResponse::Forbidden().body("nothing"),
        _ => nothing(),
    });
    assert_says(
        &message,
        &[
            "`/orders/1`, which is hidden, can be told from `/orders/999`, which is absent",
            "DELETE, as it is",
            "the status is `HTTP/1.1 403 Forbidden` against `HTTP/1.1 404 Not Found`",
            "another stage answered",
        ],
    );
    assert!(!message.contains("PATCH"), "{message}");
}

#[test]
fn another_body() {
    let message =
        leak(|asked| if asked.hidden { HttpResponse::NotFound().body("not for you") } else { nothing() });
    assert_says(
        &message,
        &[
            "PATCH, as it is",
            "the field `content-length` is `11` against `7`",
            "the length gives away another body",
            "the body of 11 bytes against 7 differs from byte 3 on: `not for you` against `nothing`",
            "each body says who wrote it",
        ],
    );
}

#[test]
fn another_byte_in_a_body_of_the_same_length() {
    let message =
        leak(|asked| HttpResponse::NotFound().body(if asked.hidden { "Nothing" } else { "nothing" }));
    assert_says(
        &message,
        &["the body of 7 bytes against 7 differs from byte 0 on: `Nothing` against `nothing`"],
    );
    assert!(!message.contains("content-length"), "{message}");
}

#[test]
fn an_extra_field() {
    let message = leak(|asked| {
        let mut response = nothing();
        if asked.hidden {
            response.headers_mut().insert("x-owner".parse().unwrap(), "alice".parse().unwrap());
        }
        response
    });
    assert_says(
        &message,
        &["the field `x-owner` is `alice` against nothing", "whoever adds it tells them apart"],
    );
}

#[test]
fn a_field_without_a_value() {
    let message = leak(|asked| {
        let mut response = nothing();
        if asked.hidden {
            response.headers_mut().insert("x-owner".parse().unwrap(), "".parse().unwrap());
        }
        response
    });
    assert_says(&message, &["the field `x-owner` is `` against nothing"]);
}

#[test]
fn fields_of_another_value() {
    let message = leak(|asked| {
        let value = if asked.hidden { "1" } else { "2" };
        let mut response = nothing();
        for name in ["cache-control", "set-cookie", "x-ratelimit-remaining", "www-authenticate", "etag"] {
            response.headers_mut().insert(name.parse().unwrap(), value.parse().unwrap());
        }
        response
    });
    assert_says(
        &message,
        &[
            "the field `cache-control` is `1` against `2`",
            "how long an answer may be kept",
            "the field `set-cookie` is `1` against `2`",
            "whoever sets a cookie",
            "the field `x-ratelimit-remaining` is `1` against `2`",
            "a limit that counts only one of them",
            "the field `www-authenticate` is `1` against `2`",
            "only what is there asks for a credential",
        ],
    );
}

#[test]
fn a_field_that_is_there_twice() {
    let message = leak(|asked| {
        let mut response = nothing();
        for _ in 0..=u8::from(asked.hidden) {
            response.headers_mut().append("x-served-by".parse().unwrap(), "a".parse().unwrap());
        }
        response
    });
    assert_says(&message, &["the field `x-served-by` is `a` and `a` against `a`"]);
}

#[test]
fn values_of_one_field_in_another_order() {
    let message = leak(|asked| {
        let mut response = nothing();
        let values = if asked.hidden { ["a", "b"] } else { ["b", "a"] };
        for value in values {
            response.headers_mut().append("x-served-by".parse().unwrap(), value.parse().unwrap());
        }
        response
    });
    assert_says(&message, &["the field `x-served-by` is `a` and `b` against `b` and `a`"]);
}

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
fn a_connection_that_is_closed() {
    let closed = || HttpResponse::NotFound().force_close().body("nothing");
    let message = leak(move |asked| if asked.hidden { closed() } else { nothing() });
    assert_says(
        &message,
        &[
            "the field `connection` is `close` against nothing",
            "what follows on the connection is `a connection that was closed",
            "the connection shows how much was read",
        ],
    );
}

#[test]
fn a_body_that_is_read_of_one_only() {
    let app = TestServer::start(|| {
        let read = |_: web::Bytes| async { nothing() };
        App::new()
            .app_data(web::PayloadConfig::new(usize::MAX))
            .route("/orders/999", web::to(read))
            .default_service(web::to(|| async { nothing() }))
    });
    let message = message(|| assert_hidden(&app, hidden(), absent()));
    assert_says(&message, &["PATCH, as it is", "the field `connection` is `close` against nothing"]);
}

/// By the time of a late answer actix-web has read a small body, and goes on with the connection.
#[test]
fn an_answer_that_comes_later() {
    let app = TestServer::start(|| {
        let later = || async {
            sleep(Duration::from_millis(3)).await;
            nothing()
        };
        App::new().route("/orders/1", web::to(later)).default_service(web::to(|| async { nothing() }))
    });
    let message = message(|| assert_hidden(&app, hidden(), absent()));
    assert_says(&message, &["PATCH, as it is", "the field `connection` is nothing against `close`"]);
}

#[test]
fn methods_of_a_resource() {
    let app = TestServer::start(|| {
        let get = || async { nothing() };
        App::new()
            .service(web::resource("/orders/1").route(web::patch().to(get)))
            .default_service(web::to(get))
    });
    let message = message(|| assert_hidden(&app, hidden(), absent()));
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

#[test]
fn what_is_not_404_is_worth_nothing() {
    for (status, advice) in [
        (401, "the credential is refused"),
        (403, "`hide`"),
        (200, "its principal may see it"),
        (503, "failed"),
    ] {
        let message = leak(move |_| HttpResponse::build(status.try_into().unwrap()).finish());
        let line = format!("the hidden `PATCH /orders/1` gets `HTTP/1.1 {status} ");
        assert_says(&message, &[&line, "not 404, so that comparing is worth nothing", advice]);
    }
    let message = leak(|asked| if asked.hidden { nothing() } else { HttpResponse::Ok().finish() });
    assert_says(
        &message,
        &["the absent `PATCH /orders/999` gets `HTTP/1.1 200 OK`", "take a path that is not"],
    );
}

#[test]
fn an_answer_that_is_another_one_each_time_is_ignored() {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let answer = |_| {
        let id = NUMBER.fetch_add(1, Ordering::Relaxed).to_string();
        HttpResponse::NotFound().insert_header(("x-request-id", id)).body("nothing")
    };
    assert_says(&leak(answer), &["the field `x-request-id` is", "let `Parity` ignore it"]);
    Parity::new().ignore("X-Request-Id").assert_hidden(&answering(answer), hidden(), absent());
}

#[test]
fn many_kinds_of_leak_are_not_all_listed() {
    let message = leak(|asked| {
        let mut response = nothing();
        for number in 0..if asked.hidden { 13 } else { 0 } {
            let name = format!("x-{number:02}");
            response.headers_mut().insert(name.parse().unwrap(), "1".parse().unwrap());
        }
        response
    });
    assert_says(&message, &["`x-00`", "`x-09`", "and 3 more kinds of difference"]);
    assert!(!message.contains("`x-10`"), "{message}");
}

#[test]
fn nothing_of_a_credential_is_shown() {
    let message = leak(|asked| {
        if asked.hidden {
            let credential = asked.field("authorization").to_owned();
            let text = format!("for {credential}");
            HttpResponse::NotFound().insert_header(("x-seen", credential)).body(text)
        } else {
            nothing()
        }
    });
    assert_says(&message, &["the field `x-seen` is `…` against nothing", "`for …` against `nothing`"]);
}

#[test]
fn chunks_are_put_together() {
    let answer = |asked: Asked| {
        let text = if asked.hidden { ["noth", "ing"] } else { ["n", "othing"] };
        let chunks = text.map(|text| Ok::<_, actix_web::Error>(web::Bytes::from(text)));
        HttpResponse::NotFound().streaming(stream::iter(chunks))
    };
    assert_hidden(&answering(answer), hidden(), absent());
    let message = leak(|asked| {
        let text = if asked.hidden { "nothing" } else { "nobody" };
        let chunks = [Ok::<_, actix_web::Error>(web::Bytes::from(text))];
        HttpResponse::NotFound().streaming(stream::iter(chunks))
    });
    assert_says(
        &message,
        &["the body of 7 bytes against 6 differs from byte 2 on: `nothing` against `nobody`"],
    );
}

#[test]
fn an_answer_that_ends_early() {
    let message = leak(|asked| {
        let end = if asked.hidden && asked.has("range") { Err("broken") } else { Ok("ing") };
        let chunks = [Ok("noth"), end]
            .map(|text| text.map(web::Bytes::from).map_err(actix_web::error::ErrorInternalServerError));
        HttpResponse::NotFound().streaming(stream::iter(chunks))
    });
    assert_says(
        &message,
        &["PATCH, `range: bytes=0-0`", "a connection that was closed before the answer was complete"],
    );
}

fn slow(hidden: Duration) -> TestServer {
    TestServer::start(move || {
        let answer = move |request: HttpRequest| async move {
            if request.path() == "/orders/1" && !hidden.is_zero() {
                sleep(hidden).await;
            }
            nothing()
        };
        App::new().default_service(web::to(answer))
    })
}

/// An answer that comes late finds more of the body read than one that comes at once.
#[test]
fn a_late_denial_treats_the_connection_alike() {
    let nobody_in_particular = |_: &Credential<'_>| {
        Authentication::later(async {
            sleep(Duration::from_millis(3)).await;
            Ok(Principal::builder().build())
        })
    };
    let authorizer = Authorizer::builder().bearer(nobody_in_particular).build().unwrap();
    let api = Api::new(authorizer, |routes: &mut Routes<'_>| {
        routes.service(change).service(change_if_it_fits);
    });
    let api = api.unwrap();
    let unlimited = web::PayloadConfig::new(usize::MAX);
    let app = TestServer::start(move || App::new().app_data(unlimited.clone()).configure(api.routes()));
    let unmapped = || absent().uri("/nothing");
    assert_hidden(&app, hidden(), unmapped());
    // A rule is asked when the body was read.
    assert_hidden(&app, hidden().uri("/if-it-fits/1"), unmapped());
}

#[require_auth(hide(anonymous), when = fits(item))]
#[patch("/if-it-fits/{id}")]
async fn change_if_it_fits(item: web::Bytes) -> web::Bytes {
    item
}

fn fits(_: &web::Bytes) -> Decision {
    Decision::Deny(Denial::Invisible)
}

#[test]
fn time_is_measured() {
    let timing = Parity::new().rounds(100).timing(&slow(Duration::from_millis(2)), hidden(), absent());
    assert!(timing.effect > 0.9, "{timing}");
    assert!(timing.hidden > Duration::from_millis(1) && timing.rounds == 100, "{timing}");
    assert_says(&timing.to_string(), &["hidden ", ", absent ", "(medians of 100), effect +", "(large)"]);

    let timing = Parity::new().rounds(200).timing(&slow(Duration::ZERO), hidden(), absent());
    assert!((-1.0..=1.0).contains(&timing.effect), "{timing}");
    auth_tests::report(&format!("equal paths: {timing}"));
}

#[test]
fn time_is_measured_of_what_is_hidden_only() {
    let app = answering(|_| HttpResponse::Ok().finish());
    let message = message(|| {
        Parity::new().timing(&app, hidden(), absent());
    });
    assert_says(&message, &["worth nothing"]);
}
