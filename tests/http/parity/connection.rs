//! Leaks in what becomes of a connection.

use std::time::Duration;

use actix_web::{App, HttpResponse, patch, rt::time::sleep, web};
use auth_runtime::{
    Api, Authorizer, Credential, Decision, Denial, Principal, Routes, TestServer,
    authenticate::Authentication, require_auth, testing::assert_hidden,
};
use futures_util::stream;

use super::{Asked, absent, answering, assert_says, change, hidden, leak, message, nobody, nothing};

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
    let message = message(|| assert_hidden(&app, hidden(), absent(), nobody()));
    assert_says(&message, &["PATCH, as it is", "the field `connection` is `close` against nothing"]);
}

/// actix-web has read a small body by the time of a late answer, and keeps the connection open.
#[test]
fn an_answer_that_comes_later() {
    let app = TestServer::start(|| {
        let later = || async {
            sleep(Duration::from_millis(3)).await;
            nothing()
        };
        App::new().route("/orders/1", web::to(later)).default_service(web::to(|| async { nothing() }))
    });
    let message = message(|| assert_hidden(&app, hidden(), absent(), nobody()));
    assert_says(&message, &["PATCH, as it is", "the field `connection` is nothing against `close`"]);
}

#[test]
fn chunks_are_put_together() {
    let answer = |asked: Asked| {
        let text = if asked.hidden { ["noth", "ing"] } else { ["n", "othing"] };
        let chunks = text.map(|text| Ok::<_, actix_web::Error>(web::Bytes::from(text)));
        HttpResponse::NotFound().streaming(stream::iter(chunks))
    };
    assert_hidden(&answering(answer), hidden(), absent(), nobody());
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

/// More of the body is read before a late answer than before an answer that comes at once.
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
    assert_hidden(&app, hidden(), unmapped(), nobody());
    // A rule is asked after the body was read.
    assert_hidden(&app, hidden().uri("/if-it-fits/1"), unmapped(), nobody());
}

#[require_auth(hide(anonymous), when = fits(item))]
#[patch("/if-it-fits/{id}")]
async fn change_if_it_fits(item: web::Bytes) -> web::Bytes {
    item
}

fn fits(_: &web::Bytes) -> Decision {
    Decision::Deny(Denial::Invisible)
}
