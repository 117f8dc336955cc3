//! The gate, which authenticates before routing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{
    App, HttpResponse,
    dev::ServiceRequest,
    get,
    http::header::AUTHORIZATION,
    middleware::{Compress, ErrorHandlerResponse, ErrorHandlers, Logger, Next, NormalizePath, from_fn},
    web,
};
use auth_runtime::{
    Api, Authorizer, Credential, Principal, Refusal, Routes, authenticate::Authentication, public,
    require_scope,
};
use auth_tests::{
    Issuer, Response, Server, Token,
    wire::{bearer, request},
};
use tracing_actix_web::TracingLogger;

#[require_scope("orders:read", hide)]
#[get("/orders/{id}")]
async fn show(_id: web::Path<u64>, principal: Principal) -> String {
    principal.subject().unwrap_or_default().to_owned()
}

#[require_scope("orders:write")]
#[get("/reports")]
async fn report() -> &'static str {
    "figures"
}

#[public("it is the same for everybody")]
#[get("/open")]
async fn open() -> &'static str {
    "open"
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(report).service(open);
}

fn gated(authorizer: &Authorizer) -> Server {
    let (api, gate) = (Api::new(authorizer.clone(), routes).unwrap(), authorizer.gate());
    Server::run(move || App::new().wrap(gate.clone()).configure(api.routes()))
}

#[test]
fn a_bad_credential_is_the_same_answer_on_every_path() {
    let server = gated(&Issuer::default().authorizer());
    for (credential, status) in [
        (bearer(Token::expired().signed()), 401),
        ("authorization: Bearer abc".to_owned(), 401),
        ("authorization: Bearer a, Bearer b".to_owned(), 400),
    ] {
        let paths = ["/orders/1", "/orders/999", "/orders/abc", "/reports", "/open", "/nothing"];
        let answers = paths.map(|path| server.get(path, &[&credential]).masked());
        assert_eq!(answers[0].status(), status);
        for (path, answer) in paths.iter().zip(&answers) {
            assert_eq!(*answer, answers[0], "{path}");
        }
    }
    // A caller without a credential is let through to the routes.
    assert_eq!(server.get("/open", &[]).text(), "open");
    assert_eq!(server.get("/nothing", &[]).status(), 404);
    assert_eq!(server.get("/orders/1", &[]).status(), 401);
    assert_eq!(server.get("/orders/1", &["authorization: Basic YTpi"]).status(), 401);
    assert_eq!(server.get_as("/orders/1", Token::alice().signed()).text(), "alice");
}

#[test]
fn what_one_caller_is_denied_is_not_stored() {
    let server = gated(&Issuer::default().authorizer());
    let (carol, alice) = (bearer(Token::of("carol").signed()), bearer(Token::alice().signed()));
    for (path, who, status, stored) in [
        ("/orders/1", "x: y", 401, Some("no-store")),
        ("/reports", &*carol, 403, Some("no-store")),
        ("/orders/1", &*carol, 404, Some("no-store")),
        ("/nothing", &*carol, 404, Some("no-store")),
        ("/nothing", "x: y", 404, Some("no-store")),
        ("/orders/1", "authorization: Bearer abc", 401, Some("no-store")),
        ("/orders/1", &*alice, 200, None),
        ("/open", "x: y", 200, None),
    ] {
        let response = server.get(path, &[who]);
        assert_eq!((response.status(), response.field("cache-control")), (status, stored), "{path} {who}");
    }
    let [hidden, unmapped] = ["/orders/1", "/nothing"].map(|path| server.get(path, &[&carol]).masked());
    assert_eq!(hidden, unmapped);
}

#[test]
fn a_principal_is_proved_once() {
    for later in [false, true] {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let authenticate = move |credential: &Credential<'_>| -> Authentication {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = match credential.value() {
                "bad" => Err(Refusal::invalid("bad")),
                name => Ok(Principal::builder().subject(name).scope("orders:read").build()),
            };
            if !later {
                return answer.into();
            }
            Authentication::later(async move {
                actix_web::rt::time::sleep(Duration::from_millis(5)).await;
                answer
            })
        };
        let server = gated(&Authorizer::builder().bearer(authenticate).build().unwrap());
        assert_eq!(server.get_as("/orders/1", "alice").text(), "alice");
        assert_eq!(asked.swap(0, Ordering::SeqCst), 1, "the gate, the requirement and the argument");
        assert_eq!(server.get_as("/nothing", "bad").status(), 401);
        assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
    }
}

/// Collects the answers of authorization from an application with a gate and another middleware.
fn answers(server: &Server) -> Vec<Response> {
    let (carol, alice, expired) = (
        bearer(Token::of("carol").signed()),
        bearer(Token::alice().signed()),
        bearer(Token::expired().signed()),
    );
    [
        ("/orders/1", &alice),
        ("/orders/1", &carol),
        ("/nothing", &carol),
        ("/reports", &carol),
        ("/open", &expired),
    ]
    .map(|(path, who)| server.get(path, &[who, "origin: https://shop.example"]))
    .into()
}

#[test]
fn it_works_with_the_middleware_of_others() {
    let authorizer = Issuer::default().authorizer();
    let gate = authorizer.gate();
    let api = || Api::new(authorizer.clone(), routes).unwrap();
    let statuses = |server: &Server| answers(server).iter().map(Response::status).collect::<Vec<_>>();
    let expected = [200, 404, 404, 403, 401];

    let (routes, inner) = (api(), gate.clone());
    let server = Server::run(move || {
        App::new().wrap(inner.clone()).wrap(Logger::default()).configure(routes.routes())
    });
    assert_eq!(statuses(&server), expected, "Logger");

    let (routes, inner) = (api(), gate.clone());
    let server = Server::run(move || {
        App::new().wrap(inner.clone()).wrap(Compress::default()).configure(routes.routes())
    });
    assert_eq!(statuses(&server), expected, "Compress");

    let (routes, inner) = (api(), gate.clone());
    let server = Server::run(move || {
        App::new().wrap(inner.clone()).wrap(NormalizePath::trim()).configure(routes.routes())
    });
    assert_eq!(statuses(&server), expected, "NormalizePath");
    let slashed = server.get_as("//orders/1/", Token::alice().signed());
    assert_eq!((slashed.status(), slashed.text()), (200, "alice".to_owned()));

    let (routes, inner) = (api(), gate.clone());
    let server = Server::run(move || {
        App::new().wrap(inner.clone()).wrap(TracingLogger::default()).configure(routes.routes())
    });
    assert_eq!(statuses(&server), expected, "TracingLogger");

    let (routes, inner) = (api(), gate.clone());
    let server = Server::run(move || {
        let pages = ErrorHandlers::new().default_handler_client(|mut response| {
            response.headers_mut().insert(
                actix_web::http::header::HeaderName::from_static("x-page"),
                actix_web::http::header::HeaderValue::from_static("1"),
            );
            Ok(ErrorHandlerResponse::Response(response.map_into_left_body()))
        });
        App::new().wrap(inner.clone()).wrap(pages).configure(routes.routes())
    });
    assert_eq!(statuses(&server), expected, "ErrorHandlers");
    assert!(answers(&server).iter().skip(1).all(|answer| answer.field("x-page") == Some("1")));
    assert_eq!(answers(&server)[4].challenges().len(), 1);
}

#[test]
fn cors_stands_outside_it() {
    let (authorizer, origin) = (Issuer::default().authorizer(), "origin: https://shop.example");
    let (api, gate) = (Api::new(authorizer.clone(), routes).unwrap(), authorizer.gate());
    let server = Server::run(move || {
        let cors = Cors::default()
            .allowed_origin("https://shop.example")
            .allowed_methods(["GET"])
            .allowed_header("authorization");
        App::new().wrap(gate.clone()).wrap(cors).configure(api.routes())
    });
    for answer in answers(&server) {
        assert_eq!(answer.field("access-control-allow-origin"), Some("https://shop.example"), "{answer:?}");
    }
    let preflight = request(
        "OPTIONS",
        "/orders/1",
        &[origin, "access-control-request-method: GET", "access-control-request-headers: authorization"],
        "",
    );
    assert_eq!(server.raw(preflight).status(), 200);
}

#[test]
fn without_its_authorizer_in_the_application_it_denies_all_the_same() {
    let gate = Issuer::default().authorizer().gate();
    let server =
        Server::run(move || App::new().wrap(gate.clone()).default_service(web::to(HttpResponse::Ok)));
    assert_eq!(server.get_as("/", "abc").status(), 401);
    assert_eq!(server.get("/", &[]).status(), 200);
}

#[test]
fn a_credential_that_a_middleware_replaces_counts() {
    let (authorizer, [alice, carol]) = (
        Issuer::default().authorizer(),
        ["alice", "carol"].map(|name| Token::of(name).claim("scope", "orders:read").signed()),
    );
    let (api, gate) = (Api::new(authorizer.clone(), routes).unwrap(), authorizer.gate());
    let replaced = format!("Bearer {carol}");
    let server = Server::run(move || {
        let replaced = replaced.clone();
        let inner = from_fn(move |mut request: ServiceRequest, next: Next<_>| {
            match request.query_string() {
                "strip" => drop(request.headers_mut().remove(AUTHORIZATION)),
                "replace" => drop(request.headers_mut().insert(AUTHORIZATION, replaced.parse().unwrap())),
                "double" => request.headers_mut().append(AUTHORIZATION, replaced.parse().unwrap()),
                _ => {}
            }
            next.call(request)
        });
        App::new().wrap(inner).wrap(gate.clone()).configure(api.routes())
    });
    let answer = |query: &str| server.get_as(&format!("/orders/1?{query}"), &alice);
    assert_eq!(answer("keep").text(), "alice");
    assert_eq!(answer("replace").text(), "carol");
    assert_eq!(answer("strip").status(), 401);
    assert_eq!(answer("double").status(), 400);
}
