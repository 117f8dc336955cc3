//! The parts that the examples share, above all a service: orders, and who may do what with them. The examples `orders`
//! and `oidc` serve it; they differ in whose tokens they accept.
#![forbid(unsafe_code)]

pub mod issuer;

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    sync::{Mutex, PoisonError},
};

use actix_web::{
    App, Either, HttpResponse, HttpServer, Responder,
    body::MessageBody,
    delete,
    dev::{ServiceRequest, ServiceResponse},
    get,
    middleware::{Next, from_fn},
    post, web,
};
use auth_runtime::{
    Api, Denied, NotFound, Principal, Roles, Routes, Scopes, public, require, require_auth, require_role,
    require_scope,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::Level;
use tracing_subscriber::{filter::Targets, prelude::*};

#[derive(Scopes)]
enum Scope {
    /// Shows orders.
    #[wire("orders:read")]
    OrdersRead,
    /// Makes and cancels orders.
    #[wire("orders:write")]
    OrdersWrite,
}

#[derive(Roles)]
enum Role {
    /// Runs the shop.
    #[wire("admin")]
    Admin,
    /// Checks the books of the shop.
    #[wire("auditor")]
    Auditor,
}

#[derive(Clone, Serialize)]
struct Order {
    id: u64,
    item: String,
    quantity: u32,
}

#[derive(Deserialize)]
struct NewOrder {
    item: String,
    quantity: std::num::NonZeroU32,
}

/// All orders, by id.
struct Orders(Mutex<BTreeMap<u64, Order>>);

impl Orders {
    fn new() -> Self {
        let first = Order { id: 1, item: "tea".to_owned(), quantity: 2 };
        Self(Mutex::new(BTreeMap::from([(first.id, first)])))
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<u64, Order>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[public("the load balancer polls it")]
#[get("/health")]
async fn health() -> impl Responder {
    "ok"
}

#[require_auth]
#[get("/me")]
async fn me(principal: Principal) -> impl Responder {
    let scopes: Vec<_> = principal.scopes().collect();
    HttpResponse::Ok().json(json!({ "subject": principal.subject(), "scopes": scopes }))
}

#[require_scope(Scope::OrdersRead)]
#[get("/orders")]
async fn list(orders: web::Data<Orders>) -> impl Responder {
    web::Json(orders.with(|orders| orders.values().cloned().collect::<Vec<_>>()))
}

#[require_scope(Scope::OrdersWrite)]
#[post("/orders")]
async fn create(orders: web::Data<Orders>, new: web::Json<NewOrder>) -> impl Responder {
    let NewOrder { item, quantity } = new.into_inner();
    let order = orders.with(|orders| {
        let id = orders.last_key_value().map_or(1, |(last, _)| last.saturating_add(1));
        let order = Order { id, item, quantity: quantity.get() };
        orders.insert(id, order.clone());
        order
    });
    HttpResponse::Created().json(order)
}

#[require_scope(Scope::OrdersRead)]
#[get("/orders/{id}")]
async fn show(orders: web::Data<Orders>, id: web::Path<u64>) -> Either<web::Json<Order>, NotFound> {
    match orders.with(|orders| orders.get(&id).cloned()) {
        Some(order) => Either::Left(web::Json(order)),
        None => Either::Right(NotFound),
    }
}

#[require_scope(Scope::OrdersWrite, hide)]
#[delete("/orders/{id}")]
async fn cancel(orders: web::Data<Orders>, id: web::Path<u64>) -> Either<HttpResponse, NotFound> {
    match orders.with(|orders| orders.remove(&id)) {
        Some(_) => Either::Left(HttpResponse::NoContent().finish()),
        None => Either::Right(NotFound),
    }
}

#[require_role(Role::Admin)]
#[get("/admin/report")]
async fn report(orders: web::Data<Orders>) -> impl Responder {
    HttpResponse::Ok().json(json!({ "orders": orders.with(|orders| orders.len()) }))
}

#[require(any(role(Role::Admin), all(role(Role::Auditor), scope(Scope::OrdersRead))), hide(anonymous))]
#[get("/audit")]
async fn audit() -> impl Responder {
    "nothing to complain about"
}

/// Registers the routes, which state who may call them.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(health).service(me).service(list).service(create).service(show);
    routes.service(cancel).service(report).service(audit);
}

/// Prints what the example logs.
pub fn print_log() {
    // The runtime's own events are shown only from warnings upwards, because the example already logs every answer.
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), Level::INFO);
    let lines = tracing_subscriber::fmt::layer().with_target(false);
    tracing_subscriber::registry()
        .with(lines.with_filter(own.with_target("auth_runtime", Level::WARN)))
        .init();
}

/// Returns the port in `PORT`, or 8080.
///
/// # Errors
/// Fails if `PORT` is not a port.
pub fn port() -> Result<u16, Box<dyn Error>> {
    match env::var("PORT") {
        Ok(port) => {
            Ok(port.parse().map_err(|_| format!("`PORT` is `{port}`; give a number from 0 to 65535"))?)
        }
        Err(_) => Ok(8080),
    }
}

/// Logs one line for each answer, with the true reason of a denial, which the caller does not learn.
///
/// # Errors
/// Fails if the service behind it fails.
pub async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let response = next.call(request).await?;
    let status = response.status().as_u16();
    let denied = response.response().error().and_then(|error| error.as_error::<Denied>());
    let (hidden, reason) = (denied.map(Denied::is_hidden), denied.map(|denied| denied.denial().to_string()));
    tracing::info!(%method, path, status, hidden, denied = reason.map(tracing::field::display));
    Ok(response)
}

/// Serves on 127.0.0.1:8080, or on the port in `PORT`. `announce` gets the address.
///
/// # Errors
/// Fails if `PORT` is not a port, or if the port is taken.
pub async fn serve(
    api: Api<impl Fn(&mut Routes<'_>) + Clone + Send + 'static>,
    announce: impl Fn(&str) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    print_log();
    let port = port()?;
    let orders = web::Data::new(Orders::new());
    let server = HttpServer::new(move || {
        App::new().app_data(orders.clone()).wrap(from_fn(log)).configure(api.routes())
    })
    .workers(2)
    .bind(("127.0.0.1", port))?;
    for address in server.addrs() {
        announce(&format!("http://{address}"))?;
    }
    Ok(server.run().await?)
}
