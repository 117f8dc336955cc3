//! Leaks in the time that an answer takes, which is measured.

use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, rt::time::sleep, web};
use auth_runtime::{TestServer, testing::Parity};

use super::{absent, answering, assert_says, hidden, message, nothing};

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

#[test]
fn time_is_measured() {
    let timing = Parity::new().rounds(100).timing(&slow(Duration::from_millis(20)), hidden(), absent());
    assert!(timing.effect > 0.5, "{timing}");
    assert!(timing.hidden >= Duration::from_millis(20) && timing.rounds == 100, "{timing}");
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
