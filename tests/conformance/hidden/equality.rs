//! N: every way to find nothing is one answer.

use actix_cors::Cors;
use actix_web::{
    App, HttpRequest, HttpResponse,
    dev::Service as _,
    middleware::{Compress, DefaultHeaders},
    web,
};
use auth_runtime::{Api, settings::AuthorizerBuilder};
use auth_tests::{
    Response, Server, Token,
    wire::{bearer, request},
};

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

/// Serves with middleware that throws the answer of a denial away, and asks the denial for another one, and another.
fn serve_with_a_second_look(builder: AuthorizerBuilder) -> Server {
    let api = Api::new(builder.build().unwrap(), routes).unwrap();
    Server::run(move || {
        App::new().configure(api.routes()).wrap_fn(|request, service| {
            let answer = service.call(request);
            async {
                let answer = answer.await?;
                let Some(error) = answer.response().error() else { return Ok(answer) };
                drop(error.as_response_error().error_response());
                let again = error.as_response_error().error_response();
                assert_eq!(again.status(), error.as_response_error().status_code());
                Ok(answer.into_response(again))
            }
        })
    })
}

#[test]
fn a_denial_that_is_asked_again_answers_alike() {
    let silent = |_: &HttpRequest| HttpResponse::NotFound().reason("Nothing").finish();
    let builders: [&dyn Fn() -> AuthorizerBuilder; 3] =
        [&builder, &|| builder().not_found(page), &|| builder().not_found(silent)];
    let stranger = stranger();
    let lines = [&*stranger, "accept-language: de", "content-type: application/json"];
    for builder in builders {
        let (once, again) = (serve(builder()), serve_with_a_second_look(builder()));
        for method in ["GET", "HEAD", "PATCH", "DELETE"] {
            for body in ["", r#"{"item":"tea"}"#] {
                let send = |server: &Server, path| server.raw(request(method, path, &lines, body)).masked();
                let answer = send(&again, "/orders/1");
                assert_eq!(answer, send(&once, "/orders/1"), "{method} {body}");
                assert_eq!(answer, send(&again, "/nothing/1"), "{method} {body}");
            }
        }
    }
}

/// A stream cannot be read twice. What follows is the same answer without a body, and no panic.
#[test]
fn a_stream_is_answered_once() {
    let stream = |_: &HttpRequest| {
        let chunks = [Ok::<_, actix_web::Error>(web::Bytes::from("nothing"))];
        HttpResponse::NotFound().insert_header(("x-page", "1")).streaming(futures_util::stream::iter(chunks))
    };
    let once = serve(builder().not_found(stream)).get("/orders/1", &[&stranger()]);
    assert_eq!((once.text().as_str(), once.field("x-page")), ("nothing", Some("1")));
    let again = serve_with_a_second_look(builder().not_found(stream)).get("/orders/1", &[&stranger()]);
    assert_eq!((again.status(), again.text().as_str(), again.field("x-page")), (404, "", Some("1")));
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
