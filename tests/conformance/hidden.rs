//! N: hidden is not to be told from absent (RFC 9729 §6.4 as the model).

use actix_web::{Either, HttpRequest, HttpResponse, delete, get, http::header::ACCEPT_LANGUAGE, web};
use auth_runtime::{Api, Authorizer, AuthorizerBuilder, NotFound, Routes, require_auth, require_scope};
use auth_tests::{Issuer, Response, Server, Token, wire::bearer};

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

#[require_auth]
#[get("/invoices/{id}")]
async fn invoice(id: web::Path<u64>) -> Found {
    order(&id)
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(cancel);
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
