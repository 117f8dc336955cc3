//! Resources as arguments, which are loaded and authorized before the body is read and the handler runs.

mod hidden;
mod mistakes;
mod order;

use std::{io, time::Duration};

use actix_web::{FromRequest, HttpResponse, delete, get, patch, put, web};
use auth_runtime::{
    Access, Action, Api, Authorizer, Decision, Denial, Denied, Lookup, Principal, Requirement, Resource,
    Routes, public, require_auth, require_scope, settings::AuthorizerBuilder,
};
use auth_tests::{
    Issuer, Server, Token,
    app::{Calls, NewOrder},
    wire::bearer,
};
use serde::Deserialize;
use tokio::time::sleep;

/// Counts how often the store was asked.
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
            // A denial that blames the caller would tell that there is an order.
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

/// An action that is allowed to nobody and hidden from everybody.
enum Vanish {}

impl Action<Order> for Vanish {
    fn authorize(_: &Principal, _: &Order) -> Decision {
        Decision::Deny(Denial::Invisible)
    }
}

/// What everyone may do who sees the order.
enum Replace {}

impl Action<Order> for Replace {
    fn authorize(_: &Principal, _: &Order) -> Decision {
        Decision::Allow
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
async fn replace(principal: Principal, order: Access<Order, Replace>, id: web::Path<u64>) -> String {
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

// The following handlers take an `Access` that the compiler does not see. Something may be read before such an
// `Access`, and the access table does not show it.

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
async fn second(order: Access<Order, Replace>, (_, again): (web::Json<NewOrder>, Access<Order>)) -> String {
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

fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(cancel).service(change).service(replace).service(vanish).service(attempt);
    routes.service(dangerous).service(shelf).service(tuple).service(second).service(open);
    routes.route("/unseen/parameter/{id}", actix_web::http::Method::PUT, parameter::<Access<Order>>);
    mistakes::routes(routes);
    routes.route("/generic/{id}", actix_web::http::Method::GET, generic::<Cancel>);
}

struct Shops {
    server: Server,
    loads: Calls,
}

fn builder() -> AuthorizerBuilder {
    Issuer::default().authorizer_builder()
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

/// Returns Alice's credential with the scope `orders:read` alone.
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
