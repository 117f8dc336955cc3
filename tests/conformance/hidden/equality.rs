//! N: every way to find nothing is one answer.

use actix_cors::Cors;
use actix_web::{
    App, HttpResponse,
    middleware::{Compress, DefaultHeaders},
    web,
};
use auth_runtime::Api;
use auth_tests::{Response, Server, Token, wire::bearer};

use super::{builder, page, routes, serve, show, stranger};

/// Asks in every way that finds nothing: what is hidden from a caller, what is absent, and what is not mapped.
fn nothing(server: &Server, lines: &[&str]) -> Vec<(&'static str, Response)> {
    let (stranger, owner) = (stranger(), bearer(Token::alice().signed()));
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
    let first = assert_equal(&serve(builder()), &[]);
    // The answer is actix-web's own, and is not stored.
    let fields = [("cache-control", "no-store"), ("content-length", "0")];
    assert_eq!(first.fields, fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(first.body, b"");
}

#[test]
fn n_02_the_applications_own_not_found_answers_for_all() {
    let server = serve(builder().not_found(page));
    assert_eq!(assert_equal(&server, &[]).text(), "<p>nothing</p>");
    assert_eq!(assert_equal(&server, &["accept-language: de"]).text(), "<p>nichts</p>");
    // A caller who may see the order sees it.
    assert_eq!(server.get_as("/orders/1", Token::alice().signed()).text(), "an order");
}

#[test]
fn n_03_a_hidden_denial_has_no_challenge() {
    let authorizer = builder().challenge_scopes().resource_metadata("https://orders.example/metadata");
    let first = assert_equal(&serve(authorizer.not_found(page)), &[]);
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
    for builder in [builder(), builder().not_found(page)] {
        let server = serve(builder);
        let stranger = stranger();
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let hidden = server.send(method, "/orders/1", &[&stranger]).masked();
            let unmapped = server.send(method, "/nothing/1", &[&stranger]).masked();
            assert_eq!(hidden, unmapped, "{method}");
        }
    }
}

#[test]
fn n_06_every_preference_finds_nothing_alike() {
    let server = serve(builder().not_found(page));
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
fn n_12_conditions_and_ranges_reveal_nothing() {
    let server = serve(builder());
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
fn what_is_not_found_is_404_whatever_the_application_answers() {
    let server = serve(builder().not_found(|_| HttpResponse::Ok().body("index")));
    assert_eq!(assert_equal(&server, &[]).text(), "index");
}
