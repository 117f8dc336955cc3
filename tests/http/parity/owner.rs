//! The owner, who shows that there is something to hide.

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpResponse, http::Method, test::TestRequest};
use auth_runtime::{
    TestIssuer,
    testing::{assert_hidden, without_owner},
};

use super::{Asked, absent, answering, assert_says, hidden, message, nothing, orders};

fn owner() -> TestRequest {
    TestRequest::get().uri("/orders/1").insert_header(("authorization", "Bearer an-owner-with-a-token"))
}

/// Returns the message of the check where the owner gets this status.
fn refused(status: u16) -> String {
    let app = answering(move |asked| match asked.field("authorization") {
        "Bearer an-owner-with-a-token" => HttpResponse::build(status.try_into().unwrap()).finish(),
        _ => nothing(),
    });
    let message = message(|| assert_hidden(&app, hidden(), absent(), owner()));
    assert!(!message.contains("swordfish") && !message.contains("an-owner"), "{message}");
    message
}

#[test]
fn what_its_owner_does_not_get_may_not_be_there() {
    for (status, advice) in [
        (404, "the resource is absent, or was deleted by an earlier request"),
        (401, "the credential is refused"),
        (403, "the owner may not do so"),
        (405, "the path has no such method"),
        (302, "it is redirected"),
        (400, "the request is refused for another reason"),
        (503, "the application failed"),
    ] {
        let line = format!("the owner's `GET /orders/1` gets `HTTP/1.1 {status} ");
        assert_says(&refused(status), &[&line, "so that there may be nothing to hide", advice]);
    }
}

#[test]
fn a_misspelt_path_does_not_look_hidden() {
    let issuer = TestIssuer::new();
    let app = orders(&issuer);
    let request = |subject: &str, path: &str| {
        let token =
            issuer.token(subject).scope(if subject == "alice" { "orders:write" } else { "orders:read" });
        TestRequest::patch().uri(path).insert_header(token.authorization()).set_json("tea")
    };
    for misspelt in ["/orders/11", "/order/1"] {
        let (hidden, absent) = (request("carol", misspelt), request("carol", "/orders/999"));
        let message = message(|| assert_hidden(&app, hidden, absent, request("alice", misspelt)));
        let line = format!("the owner's `PATCH {misspelt}` gets `HTTP/1.1 404 Not Found` and no success");
        assert_says(&message, &[&line, "without_owner"]);
    }
}

#[test]
fn the_owner_asks_for_what_is_hidden() {
    let app = answering(|_| nothing());
    let message = message(|| assert_hidden(&app, hidden(), absent(), owner().uri("/orders/2")));
    assert_says(&message, &["the owner asks for `/orders/2`, and `/orders/1` is hidden"]);
}

/// An owner who deletes the order leaves nothing behind that could be hidden.
#[test]
fn the_owner_comes_last_and_once() {
    static DELETED: AtomicBool = AtomicBool::new(false);
    let answer = |asked: Asked| match *asked.request.method() {
        Method::DELETE if asked.field("authorization") == "Bearer an-owner-with-a-token" => {
            assert!(!DELETED.swap(true, Ordering::SeqCst), "the owner comes again");
            HttpResponse::NoContent().finish()
        }
        _ if DELETED.load(Ordering::SeqCst) => HttpResponse::InternalServerError().finish(),
        _ => nothing(),
    };
    assert_hidden(&answering(answer), hidden(), absent(), owner().method(Method::DELETE));
    assert!(DELETED.load(Ordering::SeqCst));
}

#[test]
fn nobody_needs_a_reason() {
    let app = answering(|_| nothing());
    assert_hidden(&app, hidden(), absent(), without_owner("everybody gets the same"));
    let message = message(|| assert_hidden(&app, hidden(), absent(), without_owner(" ")));
    assert_says(&message, &["`without_owner` has no reason; say why nobody gets what is hidden"]);
}

#[test]
fn what_is_hidden_is_not_compared_with_itself() {
    let app = answering(|_| nothing());
    for absent in [[hidden(), absent()], [absent(), hidden()]] {
        let message = message(|| assert_hidden(&app, hidden(), absent, without_owner("a test")));
        assert_says(&message, &["`PATCH /orders/1` is hidden and absent at once"]);
    }
}
