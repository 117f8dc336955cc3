//! H: denials, for every method and through every layer.

use actix_cors::Cors;
use actix_web::{
    App,
    dev::ServiceResponse,
    middleware::{Compress, ErrorHandlerResponse, ErrorHandlers, NormalizePath},
    web,
};
use auth_runtime::{require_auth, require_scope};
use auth_tests::{
    Issuer, Response, Server, Token,
    app::Orders,
    wire::{Connection, bearer, request},
};

use super::borrowed;

#[test]
fn h_03_valid_but_insufficient_credentials_are_403() {
    let orders = Orders::start();
    assert_eq!(orders.get_as("/admin", Token::alice().signed()).status(), 403);
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn h_04_a_hidden_resource_is_404() {
    let orders = Orders::start();
    assert_eq!(orders.get_as("/orders/2", Token::of("carol").signed()).status(), 404);
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn h_18_head_has_the_fields_of_get_and_no_body() {
    #[require_auth]
    async fn guarded() -> &'static str {
        "guarded"
    }
    #[require_scope("nobody:has")]
    async fn scoped() -> &'static str {
        "scoped"
    }
    #[require_scope("nobody:has", hide)]
    async fn hidden() -> &'static str {
        "hidden"
    }
    let authorizer = Issuer::default().authorizer();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone());
        config
            .service(web::resource("/guarded").route(web::get().to(guarded)).route(web::head().to(guarded)));
        config.service(web::resource("/scoped").route(web::get().to(scoped)).route(web::head().to(scoped)));
        config.service(web::resource("/hidden").route(web::get().to(hidden)).route(web::head().to(hidden)));
    });
    for (path, lines, status) in [
        ("/guarded", vec![], 401),
        ("/guarded", vec![bearer("bad")], 401),
        ("/guarded", vec![bearer("a b")], 400),
        ("/scoped", vec![bearer(Token::alice().signed())], 403),
        ("/hidden", vec![bearer(Token::alice().signed())], 404),
    ] {
        let lines = borrowed(&lines);
        let (get, head) = (server.get(path, &lines), server.send("HEAD", path, &lines));
        let bodyless = Response { body: Vec::new(), ..get.masked() };
        assert_eq!((head.status(), head.masked()), (status, bodyless), "{path}");
    }
}

#[test]
fn h_19_a_405_lists_what_is_allowed() {
    let orders = Orders::start();
    let response = orders.send("DELETE", "/upload", &[]);
    assert_eq!((response.status(), response.field("allow")), (405, Some("PUT")));
}

#[test]
fn h_20_preconditions_and_ranges_do_not_change_a_denial() {
    let orders = Orders::start();
    let token = bearer(Token::of("carol").signed());
    for line in [
        "if-none-match: *",
        "if-match: \"x\"",
        "range: bytes=0-0",
        "if-modified-since: Sat, 01 Jan 2000 00:00:00 GMT",
    ] {
        let hidden = orders.get("/orders/1", &[&token, line]);
        assert_eq!(hidden.masked(), orders.get("/orders/1", &[&token]).masked(), "{line}");
        assert_eq!(hidden.status(), 404, "{line}");
        assert_eq!(orders.get("/me", &[line]).masked(), orders.get("/me", &[]).masked(), "{line}");
    }
}

#[test]
fn h_21_expect_continue_is_answered_without_the_body() {
    let orders = Orders::start();
    let mut connection = Connection::open(&orders);
    let head = request("PUT", "/upload", &["expect: 100-continue", "content-length: 1000000"], "");
    connection.send(head.as_bytes()).unwrap();
    let first = connection.receive(false).unwrap();
    // actix-web sends `100 Continue` before it asks a handler. The denial does not wait for the body.
    let last = if first.status() == 100 { connection.receive(false).unwrap() } else { first };
    assert_eq!(last.status(), 401);
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn h_22_a_denial_has_a_body_that_explains() {
    let orders = Orders::start();
    for response in
        [orders.get("/me", &[]), orders.get_as("/me", "bad"), orders.get_as("/admin", Token::bob().signed())]
    {
        assert!(response.json()["detail"].as_str().unwrap().len() > 10, "{response:?}");
    }
    // A hidden denial has the not-found body of the application, which is actix-web's empty one here.
    assert_eq!(orders.get_as("/orders/1", Token::of("carol").signed()).text(), "");
}

#[test]
fn h_23_denials_are_not_negotiated_and_vary_by_nothing() {
    let orders = Orders::start();
    for response in [orders.get("/me", &["accept: text/html"]), orders.get("/audit", &["accept: text/html"])]
    {
        assert_eq!(response.field("vary"), None);
    }
}

#[test]
fn h_26_authorization_comes_before_everything_else() {
    let orders = Orders::start();
    let bob = bearer(Token::bob().signed());
    assert_eq!(orders.send_json("POST", "/orders", &[], "{broken").status(), 401);
    assert_eq!(orders.send_json("POST", "/orders", &[&bob], "{broken").status(), 403);
    assert_eq!(orders.send_json("PATCH", "/orders/abc", &[], "{broken").status(), 401);
    assert_eq!(orders.send_json("PATCH", "/orders/abc", &[&bob], "{broken").status(), 404);
    assert_eq!(orders.calls.take(), 0);
    // A caller who is allowed in is told what is wrong with the body.
    assert_eq!(
        orders.send_json("POST", "/orders", &[&bearer(Token::alice().signed())], "{broken").status(),
        400
    );
}

#[test]
fn h_27_a_preflight_is_not_asked_for_credentials() {
    #[require_scope("orders:read", hide)]
    async fn any_method() -> &'static str {
        "an order"
    }
    let authorizer = Issuer::default().authorizer();
    let server = Server::run(move || {
        App::new()
            .app_data(authorizer.clone())
            .service(web::resource("/orders/{id}").to(any_method))
            .service(web::resource("/guarded").to(any_method))
            // The middleware for CORS is the outermost, as the documentation advises.
            .wrap(Cors::permissive())
    });
    let lines = [
        "origin: https://app.example",
        "access-control-request-method: PATCH",
        "access-control-request-headers: authorization",
    ];
    let hidden = server.send("OPTIONS", "/orders/1", &lines);
    assert_eq!(hidden.status(), 200);
    assert!(hidden.field("access-control-allow-methods").unwrap().contains("PATCH"));
    let sorted = |response: Response| {
        let mut response = response.masked();
        // actix-cors lists methods in no particular order.
        for (_, value) in &mut response.fields {
            let mut words: Vec<_> = value.split(", ").map(str::to_owned).collect();
            words.sort();
            *value = words.join(", ");
        }
        response
    };
    assert_eq!(sorted(hidden), sorted(server.send("OPTIONS", "/nowhere", &lines)));
    // A denial carries what the browser needs to show it to the application.
    let denied = server.get("/guarded", &lines[..1]);
    assert_eq!(
        (denied.status(), denied.field("access-control-allow-origin")),
        (401, Some("https://app.example"))
    );
}

#[test]
fn h_28_a_denial_is_written_once() {
    // The answers pass through layers that rewrite them.
    let authorizer = Issuer::default().authorizer();
    let server = Server::run(move || {
        let touch = ErrorHandlers::new().default_handler_client(|mut response: ServiceResponse<_>| {
            response.headers_mut().insert("x-seen".parse().unwrap(), "1".parse().unwrap());
            Ok(ErrorHandlerResponse::Response(response.map_into_left_body()))
        });
        App::new()
            .app_data(authorizer.clone())
            .configure(auth_tests::app::routes)
            .wrap(touch)
            .wrap(Compress::default())
            .wrap(NormalizePath::trim())
    });
    for (path, lines, status, challenges) in [
        ("/me", vec![], 401, 1),
        ("/me/", vec![bearer("bad")], 401, 1),
        ("/admin", vec![bearer(Token::alice().signed())], 403, 0),
        ("/orders/1", vec![bearer(Token::of("carol").signed())], 404, 0),
    ] {
        let mut lines = borrowed(&lines);
        lines.push("accept-encoding: gzip");
        let response = server.get(path, &lines);
        assert_eq!((response.status(), response.challenges().len()), (status, challenges), "{path}");
        assert_eq!(response.field("x-seen"), Some("1"), "{path}");
    }
}
