//! SE: authenticators and settings of schemes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use actix_web::web;
use auth_runtime::{
    Authorizer, Credential, Denial, Principal, Scheme, authenticate::Authentication,
    settings::AuthorizerBuilder,
};
use auth_tests::{Server, wire::bearer};

use super::{all, people, routes, service};

#[test]
fn the_head_is_shown_and_the_body_is_not() {
    let shown = |credential: &Credential<'_>| {
        let head = credential.head();
        assert_eq!((head.method().as_str(), head.uri().path()), ("POST", "/me"));
        assert_eq!(head.headers().get("x-extra").unwrap(), "1");
        assert!(head.peer_addr().unwrap().ip().is_loopback());
        assert_eq!(head.app_data::<web::Data<u8>>().map(|data| *data.get_ref()), Some(7));
        assert!(head.conn_data::<u8>().is_none());
        let debug = format!("{head:?} {credential:?}");
        assert!(!debug.contains("alice"), "{debug}");
        people(credential)
    };
    let authorizer = Authorizer::builder().bearer(shown).build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(web::Data::new(7_u8));
        routes(config, &authorizer);
    });
    assert_eq!(server.send("POST", "/me", &[&bearer("alice"), "x-extra: 1"]).text(), "changed");
}

#[test]
fn an_async_closure_authenticates() {
    let slow = async |credential: &Credential<'_>| {
        tokio::task::yield_now().await;
        people(credential)
    };
    let service = service(Authorizer::builder().scheme(Scheme::new("Slow", slow).header("x-slow")));
    assert_eq!(service.get("/me", &["x-slow: alice"]).text(), "alice by Slow");
    assert_eq!(service.get("/me", &["x-slow: mallory"]).status(), 401);
    assert_eq!(service.get("/secret", &["x-slow: alice"]).status(), 404);
}

/// Starts a service, and returns how often its authenticator was asked, the clock, which a test may move, and the server.
fn counting(
    answer: impl Fn(&Credential<'_>) -> Authentication + Send + Sync + 'static,
) -> (Arc<AtomicUsize>, Arc<AtomicUsize>, Server) {
    let (asked, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(1_000_000)));
    let (counted, clock) = (Arc::clone(&asked), Arc::clone(&now));
    let authenticate = move |credential: &Credential<'_>| {
        counted.fetch_add(1, Ordering::SeqCst);
        answer(credential)
    };
    let builder = Authorizer::builder()
        .scheme(Scheme::new("Key", authenticate).header("x-key"))
        .clock(move || SystemTime::UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst) as u64));
    (asked, now, service(builder))
}

#[test]
fn an_answer_is_remembered_for_as_long_as_it_says() {
    let (asked, now, service) =
        counting(|key| Authentication::from(people(key)).remember_for(Duration::from_secs(30)));
    let get = |key: &str| service.get("/me", &[&format!("x-key: {key}")]).status();
    for _ in 0..3 {
        assert_eq!((get("alice"), get("bob"), get("mallory")), (200, 200, 401));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2 + 3, "each good one once, and what is refused each time");
    now.fetch_add(29, Ordering::SeqCst);
    assert_eq!((get("alice"), asked.load(Ordering::SeqCst)), (200, 5));
    now.fetch_add(1, Ordering::SeqCst);
    assert_eq!((get("alice"), asked.load(Ordering::SeqCst)), (200, 6));
}

#[test]
fn an_answer_without_that_is_asked_for_each_time() {
    let (asked, _, service) = counting(|key| people(key).into());
    for times in 1..4 {
        assert_eq!(service.get("/me", &["x-key: alice"]).status(), 200);
        assert_eq!(asked.load(Ordering::SeqCst), times);
    }
}

#[test]
fn an_answer_is_checked_by_what_stands_behind_it() {
    let check = async |principal: Principal| match principal.subject() {
        Some("bob") => Err(Denial::Forbidden),
        _ => Ok(principal.clone()),
    };
    let (asked, _, service) = counting(move |key| Authentication::from(people(key)).and_then(check));
    let status = |key: &str| service.get("/me", &[&format!("x-key: {key}")]).status();
    assert_eq!([status("alice"), status("bob"), status("mallory")], [200, 403, 401]);
    assert_eq!(status("alice"), 200);
    assert_eq!(asked.load(Ordering::SeqCst), 4, "nothing of it is remembered by itself");
}

#[test]
fn nothing_is_remembered_beyond_the_end_of_the_principal() {
    let ends = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_010);
    let (asked, now, service) = counting(move |key| {
        let principal = people(key).map(|_| Principal::builder().subject("alice").expires_at(ends).build());
        Authentication::from(principal).remember_for(Duration::from_secs(30))
    });
    for (passed, times) in [(0, 1), (9, 1), (1, 2), (0, 3)] {
        now.fetch_add(passed, Ordering::SeqCst);
        assert_eq!(service.get("/me", &["x-key: alice"]).status(), 200);
        assert_eq!(asked.load(Ordering::SeqCst), times);
    }
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let refused = |builder: AuthorizerBuilder| builder.build().unwrap_err().to_string();
    let key = || Scheme::new("ApiKey", people);
    for (builder, remedy) in [
        (Authorizer::builder().scheme(key().unadvertised()), "no scheme is advertised"),
        (Authorizer::builder().scheme(key().ambient()), "leave `.ambient()` out of `ApiKey`"),
        (Authorizer::builder().scheme(key().header("x key")), "has no legal name"),
        (Authorizer::builder().scheme(key().header("x-key").cookie("key")), "is read in two places"),
        (Authorizer::builder().scheme(key().header("Proxy-Authorization")), "is for proxies"),
        (Authorizer::builder().scheme(Scheme::new("bearer", people).cookie("token")), "choose another name"),
        (Authorizer::builder().scheme(key().header("Authorization")), "leave `.header(..)` out"),
        (Authorizer::builder().scheme(key().header("cookie")), "with `.cookie(..)`"),
        (Authorizer::builder().scheme(key().cookie("a b")), "the cookie of `ApiKey`"),
        (Authorizer::builder().scheme(key().dangerous_query("")), "the parameter of `ApiKey`"),
        (
            all().scheme(Scheme::new("Other", people).header("x-api-key")),
            "`ApiKey` and `Other` read the same field",
        ),
        (all().scheme(Scheme::new("Other", people).cookie("session")), "`Session` and `Other` read the same"),
        (all().scheme(key()), "`ApiKey` is accepted twice"),
    ] {
        let error = refused(builder);
        assert!(error.contains(remedy), "{error}");
    }
    let unadvertised = Authorizer::builder().bearer(people).scheme(key().unadvertised());
    assert!(unadvertised.build().is_ok());
}
