//! Resources as arguments: loaded and authorized before the handler runs, and before its body is read.

use std::{io, time::Duration};

use actix_web::{FromRequest, HttpResponse, delete, get, patch, put, web};
use auth_runtime::{
    Access, Action, Api, Authorizer, AuthorizerBuilder, Decision, Denial, Denied, Lookup, Principal, Read,
    Requirement, Resource, Routes, public, require_auth, require_scope,
};
use auth_tests::{
    Issuer, Server, Token,
    app::{Calls, NewOrder},
    log,
    wire::{bearer, request},
};
use serde::Deserialize;
use tokio::time::sleep;

/// How often the store was asked.
#[derive(Default)]
struct Loads(Calls);

#[derive(Debug)]
struct Order {
    customer: &'static str,
    shipped: bool,
}

impl Resource for Order {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        lookup.data::<Loads>()?.0.count();
        sleep(Duration::from_millis(5)).await;
        let order = |customer, shipped| Ok(Some(Self { customer, shipped }));
        match lookup.id() {
            1 => order("alice", false),
            2 => order("bob", false),
            3 => order("alice", true),
            7 => Err(io::Error::other("the store is on fire"))?,
            8 => Err(Denial::Unavailable {
                retry_after: Duration::from_secs(9),
                cause: "a restart".to_owned(),
            }),
            // What only a caller could be at fault for would tell that there is something.
            9 => Err(Denial::Forbidden),
            10 => Err(Denial::Anonymous),
            _ => Ok(None),
        }
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        principal.subject() == Some(self.customer) || principal.has_role("auditor")
    }
}

enum Cancel {}

impl Action<Order> for Cancel {
    const REQUIREMENT: Requirement = Requirement::scope("orders:write");

    fn authorize(principal: &Principal, order: &Order) -> Decision {
        if order.shipped {
            return Decision::Deny(Denial::Refused("the order has shipped"));
        }
        (principal.subject() == Some(order.customer)).into()
    }
}

/// Nobody may, and nobody who may not is to know.
enum Vanish {}

impl Action<Order> for Vanish {
    fn authorize(_: &Principal, _: &Order) -> Decision {
        Decision::Deny(Denial::Invisible)
    }
}

#[require_scope("orders:read")]
#[get("/orders/{id}")]
async fn show(order: Access<Order>) -> String {
    order.customer.to_owned()
}

#[require_auth]
#[delete("/orders/{id}")]
async fn cancel(calls: web::Data<Calls>, order: Access<Order, Cancel>) -> String {
    calls.count();
    format!("cancelled for {}", order.into_inner().customer)
}

#[require_scope("orders:read", hide)]
#[patch("/orders/{id}")]
async fn change(order: Access<Order, Cancel>, new: web::Json<NewOrder>) -> String {
    format!("{} for {}", new.item, order.customer)
}

#[require_scope("orders:read", hide(anonymous))]
#[put("/orders/{id}")]
async fn replace(principal: Principal, order: Access<Order>, id: web::Path<u64>) -> String {
    format!("{:?} {id} {order:?}", principal.subject())
}

#[require_auth]
#[get("/vanish/{id}")]
async fn vanish(order: Access<Order, Vanish>) -> String {
    format!("{order:?}")
}

#[require_auth]
#[get("/try/{id}")]
async fn attempt(order: Result<Access<Order, Cancel>, Denied>) -> String {
    match order {
        Ok(order) => order.customer.to_owned(),
        Err(denied) => denied.denial().to_string(),
    }
}

#[require_auth]
async fn generic<A: Action<Order>>(order: Access<Order, A>) -> String {
    order.customer.to_owned()
}

// Where the compiler does not see an `Access`, something may be read before it, and the table does not show it.

#[put("/unseen/bare/{id}")]
async fn bare(order: Access<Order>, _: web::Json<NewOrder>) -> String {
    order.customer.to_owned()
}

#[require_auth]
#[put("/unseen/tuple/{id}")]
async fn tuple((_, order): (web::Json<NewOrder>, Access<Order>)) -> String {
    order.customer.to_owned()
}

#[require_auth]
#[put("/unseen/second/{id}")]
async fn second(order: Access<Order>, (_, again): (web::Json<NewOrder>, Access<Order>)) -> String {
    format!("{} {}", order.customer, again.customer)
}

#[public("to see what it does")]
#[put("/unseen/public/{id}")]
async fn open((order, _): (Access<Order>, web::Bytes)) -> String {
    order.customer.to_owned()
}

#[require_auth]
async fn parameter<T: FromRequest + 'static>(_: web::Json<NewOrder>, _: T) -> &'static str {
    "extracted"
}

#[require_auth]
#[get("/dangerous/{id}")]
async fn dangerous(principal: Principal, request: actix_web::HttpRequest) -> HttpResponse {
    let lookup = Lookup::dangerous_without_authorization(2, principal, request);
    HttpResponse::Ok().body(Order::load(lookup).await.unwrap().unwrap().customer)
}

// ── two levels ──────────────────────────────────────────────────────────────────────────────────────────────────────

struct Shop;

#[derive(Deserialize)]
struct ShopId {
    shop: String,
}

impl Resource for Shop {
    type Id = ShopId;

    async fn load(lookup: Lookup<ShopId>) -> Result<Option<Self>, Denial> {
        Ok((lookup.id().shop == "a b/c").then_some(Self))
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        principal.subject() == Some("alice")
    }
}

struct Shelf(u8);

impl Resource for Shelf {
    type Id = (String, u8);

    async fn load(lookup: Lookup<(String, u8)>) -> Result<Option<Self>, Denial> {
        Ok(Some(Self(lookup.id().1)))
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        self.0 < 5
    }
}

#[require_auth]
#[get("/shops/{shop}/shelves/{shelf}")]
async fn shelf(_shop: Access<Shop>, shelf: Access<Shelf>) -> String {
    shelf.0.to_string()
}

// ── the tests ───────────────────────────────────────────────────────────────────────────────────────────────────────

fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(cancel).service(change).service(replace).service(vanish).service(attempt);
    routes.service(dangerous).service(shelf).service(tuple).service(second).service(open);
    routes.route("/unseen/parameter/{id}", actix_web::http::Method::PUT, parameter::<Access<Order>>);
    routes.route("/generic/{id}", actix_web::http::Method::GET, generic::<Cancel>);
}

struct Shops {
    server: Server,
    loads: Calls,
}

fn builder() -> AuthorizerBuilder {
    Authorizer::builder().realm("orders").bearer(Issuer::default().jwt())
}

fn start_with(authorizer: Authorizer) -> Shops {
    let (calls, loads) = (Calls::default(), Calls::default());
    let (counted, loaded) = (calls.clone(), loads.clone());
    let api = Api::new(authorizer, routes).unwrap();
    let server = Server::start(move |config| {
        config.app_data(web::Data::new(counted.clone())).app_data(web::Data::new(Loads(loaded.clone())));
        config.service(bare);
        api.routes()(config);
    });
    Shops { server: server.watching(calls), loads }
}

fn start() -> Shops {
    start_with(builder().build().unwrap())
}

fn alice() -> String {
    bearer(Token::alice().signed())
}

/// Holds `orders:read` alone.
fn reader() -> String {
    bearer(Token::alice().claim("scope", "orders:read").signed())
}

fn stranger() -> String {
    bearer(Token::of("carol").claim("scope", "orders:read orders:write").signed())
}

#[test]
fn whoever_may_gets_the_resource() {
    let Shops { server, .. } = start();
    for (method, path, answer) in [
        ("GET", "/orders/1", "alice"),
        ("DELETE", "/orders/1", "cancelled for alice"),
        ("PUT", "/orders/1", r#"Some("alice") 1 Access(Order { customer: "alice", shipped: false })"#),
        ("GET", "/generic/1", "alice"),
        ("GET", "/try/1", "alice"),
        ("GET", "/try/2", "the principal is not to know of the resource"),
        ("GET", "/try/7", "the decision failed: the store is on fire"),
        ("GET", "/try/9", "the principal is not to know of the resource"),
        ("GET", "/dangerous/1", "bob"),
    ] {
        let response = server.send(method, path, &[&alice()]);
        assert_eq!((response.status(), response.text().as_str()), (200, answer), "{method} {path}");
    }
    let changed = server.send_json("PATCH", "/orders/1", &[&alice()], r#"{"item":"tea"}"#);
    assert_eq!(changed.text(), "tea for alice");
}

#[test]
fn absent_and_invisible_are_the_same_answer() {
    let Shops { server, .. } = start_with(
        builder()
            .challenge_scopes()
            .not_found(|_| HttpResponse::NotFound().body("nothing here"))
            .build()
            .unwrap(),
    );
    for who in [alice(), reader(), stranger()] {
        for method in ["GET", "DELETE", "PATCH", "PUT"] {
            let send = |path: &str| server.send(method, path, &[&who]).masked();
            let nothing = send("/nothing");
            assert_eq!((nothing.status(), nothing.text().as_str()), (404, "nothing here"));
            for id in ["2", "9", "10", "999", "abc", "-1", "18446744073709551616", "%31x"] {
                assert_eq!(send(&format!("/orders/{id}")), nothing, "{method} {id}");
            }
        }
        for path in ["/vanish/1", "/vanish/999", "/generic/2", "/generic/abc"] {
            assert_eq!(
                server.get(path, &[&who]).masked(),
                server.get("/nothing", &[&who]).masked(),
                "{path}"
            );
        }
    }
}

#[test]
fn who_sees_it_and_may_not_gets_an_honest_answer() {
    let Shops { server, .. } = start_with(builder().challenge_scopes().build().unwrap());
    // The handler hides what it requires, and not from those who see the resource.
    for method in ["DELETE", "PATCH"] {
        let shipped = server.send(method, "/orders/3", &[&alice()]);
        assert_eq!((shipped.status(), shipped.challenges().len()), (403, 0), "{method}");
        assert!(!shipped.text().contains("shipped"), "the reason is for the log");
        let scope = server.send(method, "/orders/1", &[&reader()]);
        assert_eq!(scope.json()["error"], "insufficient_scope", "{method}");
        assert_eq!(scope.status(), 403, "{method}");
    }
    // All scopes of the operation, those of the handler first.
    let challenge = |method: &str| server.send(method, "/orders/1", &[&reader()]).challenge().to_owned();
    assert!(challenge("DELETE").contains(r#"scope="orders:write""#), "{}", challenge("DELETE"));
    assert!(challenge("PATCH").contains(r#"scope="orders:read orders:write""#), "{}", challenge("PATCH"));
    let auditor = bearer(
        Token::of("eve")
            .claim("roles", ["auditor"].as_slice())
            .claim("scope", "orders:read orders:write")
            .signed(),
    );
    let other = server.send("DELETE", "/orders/2", &[&auditor]);
    assert_eq!((other.status(), other.json().get("error")), (403, None));
}

#[test]
fn a_failure_of_the_store_is_never_a_404() {
    let Shops { server, .. } = start();
    log::keep();
    for who in [alice(), stranger()] {
        for method in ["GET", "DELETE", "PATCH", "PUT"] {
            let failed = server.send(method, "/orders/7", &[&who, "x-expect: 500"]);
            assert_eq!(failed.status(), 500, "{method}");
            assert!(!failed.text().contains("fire"));
            let down = server.send(method, "/orders/8", &[&who]);
            assert_eq!((down.status(), down.field("retry-after")), (503, Some("9")), "{method}");
        }
    }
    assert!(log::lines().lines().any(|line| line.contains("ERROR") && line.contains("the store is on fire")));
}

#[test]
fn nothing_is_loaded_before_the_caller_is_authorized() {
    let Shops { server, loads } = start();
    let expired = bearer(Token::expired().signed());
    let without_scope = bearer(Token::alice().claim("scope", "").signed());
    for method in ["GET", "DELETE", "PATCH", "PUT"] {
        let status = if method == "PUT" { 404 } else { 401 };
        assert_eq!(server.send(method, "/orders/1", &[]).status(), status, "{method}");
        assert_eq!(server.send(method, "/orders/1", &[&expired]).status(), status, "{method}");
        assert_eq!(
            server.send(method, "/orders/1", &["authorization: Bearer"]).status(),
            if method == "PUT" { 404 } else { 400 }
        );
    }
    for (method, status) in [("GET", 403), ("PATCH", 404), ("PUT", 404)] {
        assert_eq!(server.send(method, "/orders/1", &[&without_scope]).status(), status, "{method}");
    }
    assert_eq!(loads.take(), 0);
    // Found out without the store: there is no such id.
    assert_eq!(server.get("/orders/abc", &[&alice()]).status(), 404);
    assert_eq!(loads.take(), 0);
    server.get("/orders/1", &[&alice()]);
    assert_eq!(loads.take(), 1);
}

#[test]
fn the_body_is_read_last() {
    let Shops { server, .. } = start();
    let huge = format!(r#"{{"item":"{}"}}"#, "x".repeat(3_000_000));
    for (body, told) in [("", 400), ("{", 400), (huge.as_str(), 413)] {
        let send = |path: &str, who: &str| {
            let lines = [who, "content-type: application/json"];
            server.raw(request("PATCH", path, &lines, body)).status()
        };
        assert_eq!(send("/orders/2", &alice()), 404);
        assert_eq!(send("/orders/999", &alice()), 404);
        assert_eq!(send("/orders/3", &alice()), 403);
        assert_eq!(send("/orders/1", &reader()), 403);
        assert_eq!(send("/orders/1", &alice()), told);
    }
}

#[test]
fn a_resource_that_the_compiler_does_not_see_is_refused() {
    log::keep();
    let Shops { server, loads } = start();
    for what in ["bare", "tuple", "second", "public", "parameter"] {
        for id in [1, 2, 999] {
            let body = r#"{"item":"tea"}"#;
            let send = |who: &str| {
                server.send_json("PUT", &format!("/unseen/{what}/{id}"), &[who, "x-expect: 500"], body)
            };
            let status = if what == "second" && id != 1 { 404 } else { 500 };
            assert_eq!(send(&alice()).status(), status, "{what} {id}");
            assert_eq!(send("x-nobody: 1").status(), 401, "{what} {id}");
        }
    }
    // One, of the argument that is seen.
    assert_eq!(loads.take(), 3);
    assert!(log::lines().contains("an `Access` stands inside another extractor"));
}

#[test]
fn a_path_with_other_parameters_is_an_error_that_says_so() {
    let authorizer = builder().build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).route("/orders", web::get().to(generic::<Read>));
    });
    assert_eq!(server.get("/orders", &[&alice(), "x-expect: 500"]).status(), 500);
    // Nor does a part of another name.
    let authorizer = builder().build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).route("/{other}/{shelf}", web::get().to(shelf_of));
    });
    assert_eq!(server.get("/a/3", &[&alice(), "x-expect: 500"]).status(), 500);
}

#[require_auth]
async fn shelf_of(_shop: Access<Shop>) -> &'static str {
    "a shop"
}

#[test]
fn what_is_logged_stays_on_its_line() {
    let denial = Denial::from(io::Error::other("no\nINFO allowed"));
    assert_eq!(denial.to_string(), r"the decision failed: no\nINFO allowed");
}

#[test]
fn every_level_hides() {
    let Shops { server, .. } = start();
    let get = |path: &str, who: &str| server.get(path, &[who]).masked();
    assert_eq!(get("/shops/a%20b%2Fc/shelves/3", &alice()).text(), "3");
    let nothing = get("/nothing", &alice());
    for (path, who) in [
        ("/shops/a%20b%2Fc/shelves/3", stranger()),
        ("/shops/other/shelves/3", alice()),
        ("/shops/a%20b%2Fc/shelves/7", alice()),
        ("/shops/a%20b%2Fc/shelves/x", alice()),
        ("/shops/%FF/shelves/1", alice()),
    ] {
        assert_eq!(get(path, &who), nothing, "{path}");
    }
}

#[test]
fn the_log_tells_absent_from_invisible() {
    log::keep();
    let Shops { server, .. } = start();
    server.get("/orders/2?case=invisible", &[&alice()]);
    server.send("DELETE", "/orders/3?case=shipped", &[&alice()]);
    let lines = log::lines();
    let logged = |what: &[&str]| lines.lines().any(|line| what.iter().all(|what| line.contains(what)));
    assert!(logged(&["denied by a rule", "hidden=true", "the principal is not to know"]), "{lines}");
    assert!(logged(&["denied by a rule", "hidden=false", "the order has shipped"]), "{lines}");
}

#[test]
fn a_store_that_was_forgotten_is_500_and_says_so() {
    log::keep();
    let authorizer = builder().build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).service(show);
    });
    assert_eq!(server.get("/orders/1", &[&alice(), "x-expect: 500"]).status(), 500);
    let lines = log::lines();
    assert!(
        lines.contains(
            "no `web::Data<http::resources::Loads>` in the app; add it with `.app_data(web::Data::new(..))`"
        ),
        "{lines}"
    );
}

#[test]
fn the_access_table_shows_what_is_accessed() {
    let api = Api::new(builder().build().unwrap(), routes).unwrap();
    let access = |method: &str, path: &str| {
        let mut rows = api.endpoints().iter();
        let row = rows.find(|row| row.path == path && row.methods == [method]).unwrap();
        let requirement = serde_json::to_value(row).unwrap()["requirement"].as_str().unwrap().to_owned();
        (requirement, row.resources.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let cancels = r#"Cancel(Order) with scope("orders:write")"#.to_owned();
    assert_eq!(
        access("GET", "/orders/{id}"),
        (r#"scope("orders:read")"#.to_owned(), vec!["Read(Order)".to_owned()])
    );
    assert_eq!(access("DELETE", "/orders/{id}"), ("authenticated".to_owned(), vec![cancels.clone()]));
    assert_eq!(access("GET", "/generic/{id}").1, [cancels]);
    assert_eq!(access("GET", "/shops/{shop}/shelves/{shelf}").1, ["Read(Shop)", "Read(Shelf)"]);
    let text = api.endpoints().to_string();
    assert!(text.contains(r#"  Cancel(Order) with scope("orders:write")  "#), "{text}");
    assert!(text.contains(r#"  scope("orders:read"); Read(Order)  "#), "{text}");
}
