//! A small order service: every answer that authorization can give, with real tokens.
//!
//! `cargo run --bin orders` serves on 127.0.0.1:8080 (`PORT` overrides it) and prints a `curl` line for every identity
//! and route. `cargo run --bin orders -- token alice` prints a token that a running instance accepts, and
//! `cargo run --bin orders -- endpoints` who may reach what.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a terminal")]

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    process::ExitCode,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::{
    App, HttpResponse, HttpServer, Responder,
    body::MessageBody,
    delete,
    dev::{ServiceRequest, ServiceResponse},
    get,
    middleware::{Next, from_fn},
    post, web,
};
use auth_runtime::{
    Algorithm, Api, Authorizer, ConfigError, Denied, Jwt, Key, Principal, Roles, Routes, Scopes, public,
    require, require_auth, require_role, require_scope,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::Level;
use tracing_subscriber::{filter::Targets, prelude::*};

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://orders.example";
/// Whoever reads this can sign tokens for the example. A real service holds its issuer's public key instead.
const SECRET: &[u8] = b"the example's secret, known to everybody";

// ── the service ─────────────────────────────────────────────────────────────────────────────────────────────────────

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
    /// Looks over its shoulder.
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
async fn show(orders: web::Data<Orders>, id: web::Path<u64>) -> impl Responder {
    match orders.with(|orders| orders.get(&id).cloned()) {
        Some(order) => HttpResponse::Ok().json(order),
        None => HttpResponse::NotFound().finish(),
    }
}

#[require_scope(Scope::OrdersWrite, hide)]
#[delete("/orders/{id}")]
async fn cancel(orders: web::Data<Orders>, id: web::Path<u64>) -> impl Responder {
    match orders.with(|orders| orders.remove(&id)) {
        Some(_) => HttpResponse::NoContent().finish(),
        None => HttpResponse::NotFound().finish(),
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

fn routes(routes: &mut Routes<'_>) {
    routes.service(health).service(me).service(list).service(create).service(show);
    routes.service(cancel).service(report).service(audit);
}

fn authorizer() -> Result<Authorizer, ConfigError> {
    let jwt = Jwt::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .key(Key::secret(Algorithm::HS256, SECRET))
        .build()?;
    Authorizer::builder().realm("orders").bearer(jwt).build()
}

/// One line for each answer, with the true reason of a denial: the caller is not told it.
async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let response = next.call(request).await?;
    let status = response.status().as_u16();
    let denied = response.response().error().and_then(|error| error.as_error::<Denied>());
    tracing::info!(%method, path, status, denied = denied.map(tracing::field::display));
    Ok(response)
}

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => serve().await,
        ["endpoints"] => print_endpoints(),
        ["token", name] => print_token(name),
        _ => Err("usage: orders [endpoints | token NAME]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    // The runtime's own events would say the same once more.
    let own = Targets::new().with_target(env!("CARGO_BIN_NAME"), Level::INFO);
    let lines = tracing_subscriber::fmt::layer().with_target(false);
    tracing_subscriber::registry().with(lines.with_filter(own)).init();
    let port: u16 = match env::var("PORT") {
        Ok(port) => port.parse().map_err(|_| format!("`PORT` is `{port}`; give a number from 0 to 65535"))?,
        Err(_) => 8080,
    };
    let api = Api::new(authorizer()?, routes)?;
    let orders = web::Data::new(Orders::new());
    let server = HttpServer::new(move || {
        App::new().app_data(orders.clone()).wrap(from_fn(log)).configure(api.routes())
    })
    .workers(2)
    .bind(("127.0.0.1", port))?;
    for address in server.addrs() {
        print_requests(&format!("http://{address}"))?;
    }
    Ok(server.run().await?)
}

fn print_endpoints() -> Result<(), Box<dyn Error>> {
    print!("{}", Api::new(authorizer()?, routes)?.endpoints());
    Ok(())
}

// ── the identities ──────────────────────────────────────────────────────────────────────────────────────────────────

const NAMES: [&str; 5] = ["alice", "bob", "admin", "auditor", "expired"];

/// The part of the issuer, which is elsewhere in real life.
fn token(name: &str) -> Result<String, Box<dyn Error>> {
    const HOUR: Duration = Duration::from_hours(1);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let (subject, scope, roles): (_, _, &[&str]) = match name {
        "alice" | "expired" => ("alice", "orders:read orders:write", &[]),
        "bob" => ("bob", "orders:read", &[]),
        "admin" => ("admin", "", &["admin"]),
        "auditor" => ("auditor", "orders:read", &["auditor"]),
        _ => return Err(format!("`{name}` is nobody here; there are {}", NAMES.join(", ")).into()),
    };
    let expires = if name == "expired" { now.saturating_sub(HOUR) } else { now + 24 * HOUR };
    let claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "scope": scope, "roles": roles,
        "iat": now.as_secs(), "exp": expires.as_secs(),
    });
    let header = jsonwebtoken::Header { typ: Some("at+jwt".to_owned()), ..jsonwebtoken::Header::default() };
    Ok(jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(SECRET))?)
}

fn print_token(name: &str) -> Result<(), Box<dyn Error>> {
    println!("{}", token(name)?);
    Ok(())
}

fn print_requests(base: &str) -> Result<(), Box<dyn Error>> {
    const REQUESTS: [(&str, &str); 8] = [
        ("GET", "/health"),
        ("GET", "/me"),
        ("GET", "/orders"),
        ("POST", "/orders"),
        ("GET", "/orders/1"),
        ("DELETE", "/orders/1"),
        ("GET", "/admin/report"),
        ("GET", "/audit"),
    ];
    const BODY: &str = r#" -H 'Content-Type: application/json' -d '{"item":"milk","quantity":1}'"#;
    for name in ["anonymous"].iter().chain(&NAMES) {
        println!("\n# {name}");
        let credential = match *name {
            "anonymous" => String::new(),
            name => format!(" -H 'Authorization: Bearer {}'", token(name)?),
        };
        for (method, path) in REQUESTS {
            let body = if method == "POST" { BODY } else { "" };
            println!("curl -i -X {method} {base}{path}{credential}{body}");
        }
    }
    println!("\nserving on {base}");
    Ok(())
}
