//! N: what the answers, their times, the limits and the log disclose.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{App, dev::Service as _, http::header::HeaderName, patch, test::TestRequest, web};
use auth_runtime::{
    Access, Action, Api, Authorizer, Credential, Decision, Denial, Lookup, Principal, Refusal, Requirement,
    Resource, Routes, TestServer, require_scope, testing::Parity,
};
use auth_tests::{Server, Token, app::NewOrder, log, report, wire::bearer};

use super::{builder, page, routes, serve, stranger};

/// An order, which its customer sees, and may change if the credential allows it.
struct Owned(&'static str);

impl Resource for Owned {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok(match lookup.id() {
            1 => Some(Self("alice")),
            2 => Some(Self("bob")),
            _ => None,
        })
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        principal.subject() == Some(self.0)
    }
}

enum Change {}

impl Action<Owned> for Change {
    const REQUIREMENT: Requirement = Requirement::scope("orders:write");

    fn authorize(_: &Principal, _: &Owned) -> Decision {
        Decision::Allow
    }
}

#[require_scope("orders:read", hide)]
#[patch("/owned/{id}")]
async fn change_owned(order: Access<Owned, Change>, _new: web::Json<NewOrder>) -> &'static str {
    order.0
}

#[test]
fn n_07_who_sees_it_and_may_not_act_is_told_so() {
    let authorizer = builder().challenge_scopes().not_found(page).build().unwrap();
    let api = Api::new(authorizer, |routes: &mut Routes<'_>| {
        routes.service(change_owned);
    });
    let server = Server::of(api.unwrap());
    let reader = bearer(Token::alice().claim("scope", "orders:read").signed());
    let send =
        |id: &str, who: &str| server.send_json("PATCH", &format!("/owned/{id}"), &[who], r#"{"item":"tea"}"#);
    let own = send("1", &reader);
    assert_eq!(own.status(), 403);
    assert!(own.challenge().contains(r#"error="insufficient_scope", scope="orders:read orders:write""#));
    for id in ["2", "999", "abc"] {
        assert_eq!(send(id, &reader).masked(), send("/nothing/1", &reader).masked(), "{id}");
    }
    assert_eq!(send("1", &bearer(Token::alice().signed())).text(), "alice");
}

#[test]
fn n_16_the_time_is_measured() {
    let api = Api::new(builder().not_found(page).build().unwrap(), routes).unwrap();
    let app = TestServer::start(move || App::new().configure(api.routes()));
    let stranger = format!("Bearer {}", Token::of("carol").signed());
    let get = |path| TestRequest::get().uri(path).insert_header(("authorization", &*stranger));
    for (what, absent) in [("absent", "/orders/999"), ("unmapped", "/nothing/1")] {
        let timing = Parity::new().timing(&app, get("/orders/1"), get(absent));
        // The figures are not judged, because the machine may be shared.
        assert_eq!(timing.rounds, 1000);
        report(&format!("N-16, hidden against {what}: {timing}"));
    }
}

#[test]
fn n_14_what_is_hidden_is_named_nowhere_else() {
    let authorizer = builder().challenge_scopes().resource_metadata("https://orders.example/metadata");
    let server = serve(authorizer);
    // The scopes of a hidden handler are in no challenge, and the access table is for the application alone.
    for (method, path) in
        [("GET", "/orders/1"), ("PATCH", "/orders/1"), ("DELETE", "/orders/1"), ("GET", "/v1/invoices/1")]
    {
        for who in ["x-nobody: 1".to_owned(), bearer(Token::expired().signed()), stranger()] {
            let response = server.send(method, path, &[&who]);
            let said = format!("{:?} {}", response.fields, response.text());
            assert!(!said.contains("orders:"), "{method} {path}: {said}");
        }
    }
}

#[test]
fn n_17_limits_count_both_alike() {
    // The middleware counts requests as every limit in front of the routes does.
    let left = Arc::new(AtomicUsize::new(40));
    let api = Api::new(builder().build().unwrap(), routes).unwrap();
    let server = Server::run(move || {
        let left = Arc::clone(&left);
        App::new().configure(api.routes()).wrap_fn(move |request, service| {
            let left = left.fetch_sub(1, Ordering::SeqCst);
            let answer = service.call(request);
            async move {
                let mut answer = answer.await?;
                answer.headers_mut().insert(HeaderName::from_static("x-ratelimit-remaining"), left.into());
                Ok(answer)
            }
        })
    });
    let stranger = stranger();
    let count = |path: &str| {
        let before = server.get("/v1/nothing", &[&stranger]);
        let after = server.get(path, &[&stranger]);
        let [before, after] = [before, after]
            .map(|response| response.field("x-ratelimit-remaining").unwrap().parse::<u32>().unwrap());
        before - after
    };
    assert_eq!([count("/orders/1"), count("/orders/999"), count("/nothing")], [1, 1, 1]);
}

#[test]
fn n_18_the_log_keeps_the_true_cause() {
    log::keep();
    let server = serve(builder().not_found(page));
    let response = server.get_as("/orders/1?case=n_18", Token::of("carol").signed());
    assert_eq!(response.status(), 404);
    let lines = log::lines();
    let denied = |line: &&str| line.contains("path=\"/orders/1\"") && line.contains("hidden=true");
    assert!(
        lines.lines().any(|line| denied(&line) && line.contains("the principal lacks scopes")),
        "{lines}"
    );
    assert!(!format!("{response:?}").contains("scope"));
}

#[test]
fn n_19_a_failure_of_the_server_is_never_a_404() {
    let fails =
        |_: &Credential<'_>| -> Result<Principal, Refusal> { Err(Refusal::unavailable("the store is down")) };
    let server = serve(Authorizer::builder().bearer(fails).not_found(page));
    for (method, id) in [("GET", "1"), ("GET", "999"), ("DELETE", "1"), ("DELETE", "999")] {
        let response = server.send(method, &format!("/orders/{id}"), &["authorization: Bearer abc"]);
        assert_eq!(response.status(), 503, "{method} {id}");
    }
}
