//! The registration by the expansion, held against actix-web's own: the same handlers with our attribute above and below
//! the route attribute.

mod handlers;

use actix_web::{
    App,
    dev::{Service as _, ServiceResponse},
    web::{self, ServiceConfig},
};
use auth_tests::{
    Issuer, Server, Token, log,
    wire::{Response, bearer},
};
use tracing::Instrument as _;

/// Registers the handlers at the root, in a scope, and in a scope without a prefix.
fn everywhere(config: &mut ServiceConfig, routes: fn(&mut ServiceConfig), local: fn(&mut ServiceConfig)) {
    config
        .service(web::scope("/outer").service(web::scope("/inner").configure(routes)).configure(local))
        .configure(routes)
        .service(web::scope("").configure(local));
}

/// Starts a server whose handlers were registered by the expansion, and one whose handlers were registered by actix-web.
fn servers() -> [Server; 2] {
    let forms = [
        (handlers::own::routes as fn(&mut ServiceConfig), handlers::own::local as fn(&mut ServiceConfig)),
        (handlers::reference::routes, handlers::reference::local),
    ];
    forms.map(|(routes, local)| {
        let authorizer = Issuer::default().authorizer();
        Server::start(move |config| everywhere(config.app_data(authorizer.clone()), routes, local))
    })
}

/// Asks both servers as Alice, and returns the one answer that both give.
fn ask([own, reference]: &[Server; 2], method: &str, path: &str, lines: &[&str]) -> Response {
    let alice = bearer(Token::alice().signed());
    let lines = [&[alice.as_str()], lines].concat();
    let answer = own.send(method, path, &lines);
    assert_eq!(answer.masked(), reference.send(method, path, &lines).masked(), "{method} {path}");
    answer
}

/// Asks for a page that is there, and returns its text.
fn text(servers: &[Server; 2], method: &str, path: &str, lines: &[&str]) -> String {
    let answer = ask(servers, method, path, lines);
    assert_eq!(answer.status(), 200, "{method} {path}");
    answer.text()
}

#[test]
fn every_answer_is_the_one_of_actix_web() {
    let [own, reference] = &servers();
    let tokens =
        [Token::alice(), Token::of("stranger"), Token::expired()].map(|token| bearer(token.signed()));
    let callers: [&[&str]; 4] = [&[], &[&tokens[0]], &[&tokens[1]], &[&tokens[2]]];
    let guarded = ["x-guard: open"];
    for path in handlers::PATHS {
        for prefix in ["", "/outer", "/outer/inner", "/outer/inner/", "/nowhere"] {
            for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE"] {
                for caller in callers {
                    let (path, lines) = (format!("{prefix}{path}"), [caller, &guarded].concat());
                    // A request has a path, so an empty one is asked for with a slash.
                    let path = if path.is_empty() { "/" } else { &*path };
                    let answers = [own, reference].map(|server| server.send(method, path, &lines).masked());
                    assert_eq!(answers[0], answers[1], "{method} {path} as {caller:?}");
                }
            }
        }
    }
}

#[test]
fn a_resource_is_named_by_its_handler_or_by_its_attribute() {
    let servers = servers();
    for (path, pattern, name) in [
        ("/named", "/named", "another-name"),
        ("/orders/7", "/orders/{id}", "show"),
        ("/outer/inner/orders/7", "/outer/inner/orders/{id}", "show"),
        ("/raw", "/raw", "r#type"),
        ("/slashless", "/slashless", "slashless"),
    ] {
        let text = text(&servers, "GET", path, &[]);
        assert!(text.starts_with(&format!("GET {pattern:?} {name:?} ")), "{path}: {text}");
    }
    let urls = text(&servers, "GET", "/named", &[]);
    for (url, is_there) in [
        ("http://orders.example/named", true),
        ("http://orders.example/orders/7", true),
        ("http://orders.example/raw", true),
        // The handler has another name than its resource.
        ("named: Err", true),
        ("type: Err", true),
        ("another-name: Err", false),
    ] {
        assert_eq!(urls.contains(url), is_there, "{url}: {urls}");
    }
}

#[test]
fn a_route_answers_its_methods_and_no_others() {
    let servers = servers();
    for (path, methods) in [
        ("/several", &["GET", "POST", "PURGE"][..]),
        ("/routes", &["GET"]),
        ("/routes/more", &["POST"]),
        ("/head", &["HEAD"]),
        ("/options", &["OPTIONS"]),
        ("/delete", &["DELETE"]),
    ] {
        for method in ["GET", "HEAD", "POST", "OPTIONS", "DELETE", "PUT", "PURGE"] {
            let status = if methods.contains(&method) { 200 } else { 404 };
            assert_eq!(ask(&servers, method, path, &[]).status(), status, "{method} {path}");
        }
    }
}

#[test]
fn guards_and_paths_are_looked_at() {
    let servers = servers();
    for (path, lines, status) in [
        ("/guarded", &["x-guard: open"][..], 200),
        ("/guarded", &[], 404),
        ("/guarded", &["x-guard: closed"], 404),
        ("/twice-guarded", &["x-guard: open", "x-other: open"], 200),
        ("/twice-guarded", &["x-guard: open"], 404),
        ("/twice-guarded", &["x-other: open"], 404),
        ("/slashless", &[], 200),
        ("/outer/inner/slashless", &[], 200),
        ("/outer/innerslashless", &[], 404),
        // An empty path is the scope's own, without a slash.
        ("/outer", &[], 200),
        ("/outer/", &[], 404),
        ("/dots.and+signs", &[], 200),
        ("/dotsXand+signs", &[], 404),
        ("/pair/1-2", &[], 200),
        ("/pair/1", &[], 404),
        ("/orders/x", &[], 404),
        ("/pattern/12", &[], 200),
        ("/pattern/x", &[], 404),
    ] {
        assert_eq!(ask(&servers, "GET", path, lines).status(), status, "{path} {lines:?}");
    }
}

#[test]
fn names_patterns_and_attributes_are_the_users() {
    let servers = servers();
    for (path, expected) in [
        ("/pair/1-2", "1 2"),
        ("/changed/5", "6"),
        ("/own-names/3", "3 GET"),
        ("/config", "config"),
        ("/linted", "linted"),
        ("/old", "old"),
        ("/created/4", "4"),
    ] {
        assert_eq!(text(&servers, "GET", path, &[]), expected, "{path}");
    }
    assert_eq!(ask(&servers, "GET", "/created/4", &[]).field("x-made"), Some("by hand"));
    assert_eq!(ask(&servers, "GET", "/wrapped", &[]).field("x-wrapped"), Some("1"));
}

#[test]
fn a_body_that_nobody_reads_leaves_the_connection_as_it_was() {
    let [own, reference] = &servers();
    let alice = bearer(Token::alice().signed());
    for lines in [&[alice.as_str()][..], &[]] {
        let answers =
            [own, reference].map(|server| server.send_json("POST", "/several", lines, "[1, 2]").masked());
        assert_eq!(answers[0], answers[1], "{lines:?}");
    }
}

#[test]
fn the_decision_is_made_inside_the_spans_of_middleware() {
    log::keep();
    let authorizer = Issuer::default().authorizer();
    let server = Server::run(move || {
        let app = App::new().app_data(authorizer.clone()).configure(handlers::own::routes);
        app.wrap_fn(|request, service| {
            let answering = service.call(request);
            async { answering.await.map(ServiceResponse::map_into_boxed_body) }
                .instrument(tracing::info_span!("asked_about_orders"))
        })
    });
    assert_eq!(server.get("/orders/7?in-a-span", &[]).status(), 401);
    let lines = log::lines();
    let decided = lines.lines().find(|line| line.contains("asked_about_orders") && line.contains("denied"));
    assert!(decided.is_some(), "the denial is logged outside the span:\n{lines}");
}
