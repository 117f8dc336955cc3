//! N: hidden is not to be told from absent (RFC 9729 §6.4 as the model).

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{
    App, Either, HttpRequest, HttpResponse, delete,
    dev::Service as _,
    get,
    http::header::{ACCEPT_LANGUAGE, HeaderName},
    middleware::{Compress, DefaultHeaders},
    patch,
    test::TestRequest,
    web,
};
use auth_runtime::{
    Access, Action, Api, Authorizer, AuthorizerBuilder, Credential, Decision, Denial, Group, Lookup,
    NotFound, Parity, Principal, Requirement, Resource, Routes, TestServer, require_auth, require_scope,
};
use auth_tests::{
    Issuer, Response, Server, Token,
    app::NewOrder,
    log, report,
    wire::{Connection, bearer, request},
};

type Found = Either<&'static str, NotFound>;

fn order(id: &web::Path<u64>) -> Found {
    if **id == 1 { Either::Left("an order") } else { Either::Right(NotFound) }
}

#[require_scope("orders:read", hide)]
#[get("/orders/{id}")]
async fn show(id: web::Path<u64>) -> Found {
    order(&id)
}

#[require_scope("orders:write", hide(anonymous))]
#[delete("/orders/{id}")]
async fn cancel(id: web::Path<u64>) -> Found {
    order(&id)
}

#[require_scope("orders:write", hide)]
#[patch("/orders/{id}")]
async fn change(id: web::Path<u64>, _new: web::Json<NewOrder>) -> Found {
    order(&id)
}

#[require_auth]
#[get("/invoices/{id}")]
async fn invoice(id: web::Path<u64>) -> Found {
    order(&id)
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(cancel).service(change);
    routes.scope("/v1", |v1| {
        v1.service(invoice);
    });
}

fn builder() -> AuthorizerBuilder {
    Authorizer::builder().realm("orders").bearer(Issuer::default().jwt())
}

fn serve(authorizer: Authorizer) -> Server {
    let api = Api::new(authorizer, routes).unwrap();
    Server::start(move |config| api.routes()(config))
}

/// A page of the application's own, which looks at the request.
fn page(request: &HttpRequest) -> HttpResponse {
    let language = request.headers().get(ACCEPT_LANGUAGE).and_then(|language| language.to_str().ok());
    let text = if language == Some("de") { "<p>nichts</p>" } else { "<p>nothing</p>" };
    HttpResponse::NotFound()
        .content_type("text/html; charset=utf-8")
        .insert_header(("vary", "accept-language"))
        .insert_header(("cache-control", "no-store"))
        .body(text)
}

/// Every way to find nothing: hidden from one who lacks the scope, absent for one who has it, unmapped.
fn nothing(server: &Server, lines: &[&str]) -> Vec<(&'static str, Response)> {
    let (stranger, owner) = (bearer(Token::of("carol").signed()), bearer(Token::alice().signed()));
    let send = |method: &str, path: &str, who: &str| {
        let lines = [&[who], lines].concat();
        server.send(method, path, &lines).masked()
    };
    vec![
        ("unmapped", send("GET", "/nothing", &stranger)),
        ("unmapped within a scope", send("GET", "/v1/nothing", &stranger)),
        ("hidden", send("GET", "/orders/1", &stranger)),
        ("hidden and absent", send("GET", "/orders/999", &stranger)),
        ("hidden, with an id that is none", send("GET", "/orders/abc", &stranger)),
        ("hidden from a stranger to the method", send("DELETE", "/orders/1", &stranger)),
        ("hidden from nobody in particular", send("DELETE", "/orders/1", "x-nobody: 1")),
        ("absent", send("GET", "/orders/999", &owner)),
        ("absent within a scope", send("GET", "/v1/invoices/999", &owner)),
        ("a method that is not there", send("PUT", "/orders/1", &stranger)),
    ]
}

fn assert_equal(server: &Server, lines: &[&str]) -> Response {
    let mut answers = nothing(server, lines);
    let (_, first) = answers.remove(0);
    for (what, answer) in answers {
        assert_eq!(answer, first, "{what}");
    }
    assert_eq!(first.status(), 404);
    first
}

#[test]
fn n_01_hidden_is_the_same_response_as_absent() {
    let first = assert_equal(&serve(builder().build().unwrap()), &[]);
    // Actix's own, to the byte.
    assert_eq!(first.fields, [("content-length".to_owned(), "0".to_owned())]);
    assert_eq!(first.body, b"");
}

#[test]
fn n_02_the_applications_own_not_found_answers_for_all() {
    let server = serve(builder().not_found(page).build().unwrap());
    assert_eq!(assert_equal(&server, &[]).text(), "<p>nothing</p>");
    assert_eq!(assert_equal(&server, &["accept-language: de"]).text(), "<p>nichts</p>");
    // Who may see it sees it.
    assert_eq!(server.get_as("/orders/1", Token::alice().signed()).text(), "an order");
}

#[test]
fn n_03_a_hidden_denial_has_no_challenge() {
    let authorizer = builder().challenge_scopes().resource_metadata("https://orders.example/metadata");
    let first = assert_equal(&serve(authorizer.not_found(page).build().unwrap()), &[]);
    assert_eq!(first.challenges(), [""; 0]);
    assert!(!format!("{first:?}").contains("orders:"), "{first:?}");
}

#[test]
fn n_04_every_field_is_equal_behind_middleware() {
    let api = Api::new(builder().not_found(page).build().unwrap(), routes).unwrap();
    let server = Server::run(move || {
        App::new()
            .wrap(DefaultHeaders::new().add(("x-version", "1")))
            .wrap(Compress::default())
            .wrap(Cors::default().allowed_origin("https://shop.example").supports_credentials())
            .configure(api.routes())
    });
    let preferences = ["origin: https://shop.example", "accept-encoding: gzip"];
    let first = assert_equal(&server, &preferences);
    assert_eq!(first.field("access-control-allow-origin"), Some("https://shop.example"));
    assert_eq!((first.field("x-version"), first.field("content-encoding")), (Some("1"), Some("gzip")));
}

#[test]
fn n_05_every_method_finds_nothing_alike() {
    for authorizer in [builder().build().unwrap(), builder().not_found(page).build().unwrap()] {
        let server = serve(authorizer);
        let stranger = bearer(Token::of("carol").signed());
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let hidden = server.send(method, "/orders/1", &[&stranger]).masked();
            let unmapped = server.send(method, "/nothing/1", &[&stranger]).masked();
            assert_eq!(hidden, unmapped, "{method}");
        }
    }
}

#[test]
fn n_06_every_preference_finds_nothing_alike() {
    let server = serve(builder().not_found(page).build().unwrap());
    for lines in [
        &["accept: text/html"] as &[&str],
        &["accept: application/json", "accept-language: de"],
        &["accept-encoding: gzip", "origin: https://shop.example"],
        &["if-none-match: *", "range: bytes=0-1"],
    ] {
        assert_equal(&server, lines);
    }
}

/// Orders that their customers see, and change if their credential lets them.
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
    let api = api.unwrap();
    let server = Server::start(move |config| api.routes()(config));
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
fn n_08_nobody_in_particular_gets_one_answer_whatever_the_id() {
    let server = serve(builder().not_found(page).build().unwrap());
    for (method, status) in [("GET", 401), ("PATCH", 401), ("DELETE", 404)] {
        let answers =
            ["1", "2", "999", "abc"].map(|id| server.send(method, &format!("/orders/{id}"), &[]).masked());
        assert_eq!(answers[0].status(), status, "{method}");
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{method}");
    }
}

#[test]
fn n_09_a_bad_token_is_the_same_401_whatever_the_id() {
    let server = serve(builder().not_found(page).build().unwrap());
    let expired = bearer(Token::expired().signed());
    let answers =
        ["1", "2", "999", "abc"].map(|id| server.get(&format!("/orders/{id}"), &[&expired]).masked());
    assert_eq!(answers[0].status(), 401);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[test]
fn n_10_no_earlier_stage_answers_differently() {
    let server = serve(builder().not_found(page).build().unwrap());
    let stranger = bearer(Token::bob().signed());
    let huge = format!(r#"{{"item":"{}"}}"#, "x".repeat(3_000_000));
    for (what, body) in [("none", ""), ("good", r#"{"item":"tea"}"#), ("malformed", "{"), ("huge", &huge)] {
        for content_type in ["content-type: application/json", "content-type: text/plain"] {
            let send =
                |path: &str| server.raw(request("PATCH", path, &[&stranger, content_type], body)).masked();
            let unmapped = send("/nothing/1");
            for id in ["1", "999", "abc"] {
                assert_eq!(send(&format!("/orders/{id}")), unmapped, "{what} body, {content_type}, id {id}");
            }
        }
    }
}

#[test]
fn n_11_a_missing_scope_hides_whatever_the_id() {
    let server = serve(builder().challenge_scopes().build().unwrap());
    let reader = bearer(Token::bob().signed());
    let send = |path: &str| server.send_json("PATCH", path, &[&reader], r#"{"item":"tea"}"#).masked();
    let unmapped = send("/nothing/1");
    for id in ["1", "2", "999"] {
        assert_eq!(send(&format!("/orders/{id}")), unmapped, "{id}");
    }
}

#[test]
fn n_12_conditions_and_ranges_reveal_nothing() {
    let server = serve(builder().build().unwrap());
    for line in [
        "if-match: *",
        "if-none-match: *",
        "if-modified-since: Fri, 20 Nov 2026 10:00:00 GMT",
        "range: bytes=0-0",
    ] {
        assert_equal(&server, &[line]);
    }
}

#[test]
fn n_13_an_unsupported_method_is_the_same_whatever_the_id() {
    let server = serve(builder().build().unwrap());
    let stranger = bearer(Token::of("carol").signed());
    let answers = ["1", "2", "999", "abc"]
        .map(|id| server.send("PUT", &format!("/orders/{id}"), &[&stranger]).masked());
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(answers[0].field("allow"), None);
}

#[test]
fn n_16_the_time_is_measured() {
    let api = Api::new(builder().not_found(page).build().unwrap(), routes).unwrap();
    let app = TestServer::start(move || App::new().configure(api.routes()));
    let stranger = format!("Bearer {}", Token::of("carol").signed());
    let get = |path| TestRequest::get().uri(path).insert_header(("authorization", &*stranger));
    for (what, absent) in [("absent", "/orders/999"), ("unmapped", "/nothing/1")] {
        let timing = Parity::new().timing(&app, get("/orders/1"), get(absent));
        // Nothing more: on a shared machine the figures are no verdict.
        assert_eq!(timing.rounds, 1000);
        report(&format!("N-16, hidden against {what}: {timing}"));
    }
}

#[test]
fn n_14_what_is_hidden_is_named_nowhere_else() {
    let authorizer = builder().challenge_scopes().resource_metadata("https://orders.example/metadata");
    let server = serve(authorizer.build().unwrap());
    // The scopes of a hidden handler are in no challenge, and the access table is for the application alone.
    for (method, path) in
        [("GET", "/orders/1"), ("PATCH", "/orders/1"), ("DELETE", "/orders/1"), ("GET", "/v1/invoices/1")]
    {
        for who in
            ["x-nobody: 1".to_owned(), bearer(Token::expired().signed()), bearer(Token::of("carol").signed())]
        {
            let response = server.send(method, path, &[&who]);
            let said = format!("{:?} {}", response.fields, response.text());
            assert!(!said.contains("orders:"), "{method} {path}: {said}");
        }
    }
}

#[test]
fn n_17_limits_count_both_alike() {
    // As every limit that stands in front of the routes does.
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
    let stranger = bearer(Token::of("carol").signed());
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
    let server = serve(builder().not_found(page).build().unwrap());
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
    let fails = |_: &Credential<'_>| -> Result<Principal, Denial> {
        Err(Denial::Unavailable {
            retry_after: Duration::from_secs(1),
            cause: "the store is down".to_owned(),
        })
    };
    let server = serve(Authorizer::builder().bearer(fails).not_found(page).build().unwrap());
    for (method, id) in [("GET", "1"), ("GET", "999"), ("DELETE", "1"), ("DELETE", "999")] {
        let response = server.send(method, &format!("/orders/{id}"), &["authorization: Bearer abc"]);
        assert_eq!(response.status(), 503, "{method} {id}");
    }
}

#[test]
fn n_20_the_connection_is_treated_alike() {
    let server = serve(builder().not_found(page).build().unwrap());
    let stranger = bearer(Token::of("carol").signed());
    let json = "content-type: application/json";
    for size in [0, 100, 3_000_000] {
        let body = "x".repeat(size);
        let [hidden, unmapped] = ["/orders/1", "/nothing/1"].map(|path| {
            let mut connection = Connection::open(&server);
            let first = connection.exchange(request("PATCH", path, &[&stranger, json], &body).as_bytes());
            // Whether the connection is good for another request.
            let sent = connection.send(request("GET", "/nothing", &[], "").as_bytes());
            let second = sent.ok().and_then(|()| connection.receive(false)).map(|response| response.masked());
            (first.masked(), second)
        });
        assert_eq!(hidden, unmapped, "{size} bytes");
    }
}

#[test]
fn an_inner_authorizer_has_a_not_found_of_its_own() {
    let (outer, inner) = (builder().build().unwrap(), builder().not_found(page).build().unwrap());
    let server = Server::start(move |config| {
        let scope =
            web::scope("/inner").app_data(inner.clone()).default_service(inner.not_found()).service(show);
        config.app_data(outer.clone()).service(scope).service(show).default_service(outer.not_found());
    });
    let stranger = Token::of("carol").signed();
    for (hidden, unmapped) in [("/orders/1", "/nothing"), ("/inner/orders/1", "/inner/nothing")] {
        let [hidden, unmapped] = [hidden, unmapped].map(|path| server.get_as(path, &stranger).masked());
        assert_eq!(hidden, unmapped);
    }
    assert_eq!(server.get_as("/inner/orders/1", &stranger).text(), "<p>nothing</p>");
    assert_eq!(server.get_as("/orders/1", &stranger).text(), "");
}

#[test]
fn a_group_with_an_authorizer_has_one_not_found_within() {
    let inner = builder().not_found(page).build().unwrap();
    let api = Api::new(builder().build().unwrap(), move |routes: &mut Routes<'_>| {
        let group = Group::new("/inner").app_data(inner.clone());
        routes.group(group, |group| {
            group.service(show);
        });
        routes.service(show);
    });
    let api = api.unwrap();
    let server = Server::start(move |config| api.routes()(config));
    let stranger = Token::of("carol").signed();
    for (hidden, unmapped, text) in
        [("/orders/1", "/nothing", ""), ("/inner/orders/1", "/inner/nothing", "<p>nothing</p>")]
    {
        let [hidden, unmapped] = [hidden, unmapped].map(|path| server.get_as(path, &stranger).masked());
        assert_eq!(hidden, unmapped);
        assert_eq!(hidden.text(), text);
    }
}

#[test]
fn what_is_not_found_is_404_whatever_the_application_answers() {
    let server = serve(builder().not_found(|_| HttpResponse::Ok().body("index")).build().unwrap());
    assert_eq!(assert_equal(&server, &[]).text(), "index");
}
