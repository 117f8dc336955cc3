//! `assert_hidden`, which has to find each kind of leak.

mod answers;
mod connection;
mod owner;
mod requests;
mod timing;
mod varying;

use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_web::{App, Either, HttpRequest, HttpResponse, patch, test::TestRequest, web};
use auth_runtime::{
    Api, NotFound, TestIssuer, TestServer, require_scope,
    testing::{Owner, assert_hidden, without_owner},
};

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

/// Most of these applications answer everybody alike, so that nobody gets an order.
fn nobody() -> Owner {
    without_owner("everybody gets the same")
}

/// A request as a deliberately bad application sees it.
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

/// Starts an application that gives this answer to every request.
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

/// Returns the message with which the assertion fails.
fn message(assertion: impl FnOnce()) -> String {
    let failure = catch_unwind(AssertUnwindSafe(assertion)).expect_err("a leak is found");
    failure.downcast_ref::<String>().expect("a message").clone()
}

fn leak(answer: impl Fn(Asked) -> HttpResponse + Clone + Send + 'static) -> String {
    let app = answering(answer);
    let message = message(|| assert_hidden(&app, hidden(), absent(), nobody()));
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

/// Returns the answer `nothing` with these fields.
fn nothing_with<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> HttpResponse {
    let mut response = nothing();
    for (name, value) in fields {
        response.headers_mut().append(name.parse().unwrap(), value.parse().unwrap());
    }
    response
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
    let owner = || {
        let alice = issuer.token("alice").scope("orders:write");
        TestRequest::patch().uri("/orders/1").insert_header(alice.authorization()).set_json("tea")
    };
    assert_hidden(&app, request("/orders/1"), [request("/orders/998"), request("/orders/999")], owner());
    assert_hidden(&app, request("/orders/1"), request("/nothing"), owner());
}

#[actix_web::test]
async fn it_works_in_an_asynchronous_test() {
    let issuer = TestIssuer::new();
    let app = orders(&issuer);
    let token = issuer.token("carol");
    let request = |path| TestRequest::patch().uri(path).insert_header(token.authorization());
    assert_hidden(&app, request("/orders/1"), request("/nothing"), nobody());
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
