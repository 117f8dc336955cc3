//! The service that the rules are tested against.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{HttpResponse, Responder, get, patch, post, web};
use auth_runtime::{Authorizer, Principal, public, require, require_auth, require_role, require_scope};

use crate::{Issuer, Server};

/// Counts the handlers that ran. A denial must not run any.
#[derive(Clone, Default)]
pub struct Calls(Arc<AtomicUsize>);

impl Calls {
    /// Counts one handler.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns how many handlers ran since the last `take`.
    pub fn so_far(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Returns how many handlers ran since the last `take`, and begins anew.
    pub fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

/// The body that `POST /orders` reads.
#[derive(serde::Deserialize)]
pub struct NewOrder {
    /// What is ordered.
    pub item: String,
}

#[require_auth]
#[get("/me")]
async fn me(calls: web::Data<Calls>, principal: Principal) -> impl Responder {
    calls.count();
    let scopes: Vec<_> = principal.scopes().map(str::to_owned).collect();
    let roles: Vec<_> = principal.roles().map(str::to_owned).collect();
    HttpResponse::Ok().json(serde_json::json!({
        "subject": principal.subject(), "issuer": principal.issuer(), "scheme": principal.scheme(),
        "scopes": scopes, "roles": roles,
    }))
}

#[require_scope("orders:write")]
#[post("/orders")]
async fn create(calls: web::Data<Calls>, order: web::Json<NewOrder>) -> impl Responder {
    calls.count();
    HttpResponse::Created().body(order.into_inner().item)
}

#[require_scope("orders:read", hide)]
#[get("/orders/{id}")]
async fn show(calls: web::Data<Calls>, id: web::Path<u64>) -> impl Responder {
    match *id {
        1 | 2 => {
            calls.count();
            HttpResponse::Ok().body("an order")
        }
        _ => HttpResponse::NotFound().finish(),
    }
}

#[require_scope("orders:write", hide)]
#[patch("/orders/{id}")]
async fn change(calls: web::Data<Calls>, id: web::Path<u64>, _order: web::Json<NewOrder>) -> impl Responder {
    match *id {
        1 | 2 => {
            calls.count();
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::NotFound().finish(),
    }
}

#[require_role("admin")]
#[get("/admin")]
async fn admin(calls: web::Data<Calls>) -> impl Responder {
    calls.count();
    "figures"
}

#[require(any(role("admin"), all(role("auditor"), scope("orders:read"))), hide(anonymous))]
#[get("/audit")]
async fn audit(calls: web::Data<Calls>) -> impl Responder {
    calls.count();
    "nothing to complain about"
}

#[public("it is the same for everybody")]
#[get("/pub")]
async fn open(calls: web::Data<Calls>, caller: Option<Principal>) -> impl Responder {
    calls.count();
    caller
        .and_then(|principal| principal.subject().map(str::to_owned))
        .unwrap_or_else(|| "anonymous".to_owned())
}

#[require_auth]
async fn upload(calls: web::Data<Calls>, body: web::Bytes) -> impl Responder {
    calls.count();
    body.len().to_string()
}

/// Registers the routes of the service.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(me)
        .service(create)
        .service(show)
        .service(change)
        .service(admin)
        .service(audit)
        .service(open);
    // The upload is a resource, so that other methods are answered with 405.
    // The upload has no limit and takes any body.
    let unlimited = web::PayloadConfig::new(usize::MAX);
    config.service(web::resource("/upload").app_data(unlimited).route(web::put().to(upload)));
}

/// The running service, with an issuer that it trusts.
pub struct Orders {
    /// The server that runs the service.
    pub server: Server,
    /// The issuer that the service trusts.
    pub issuer: Issuer,
    /// The handlers that ran.
    pub calls: Calls,
}

impl Orders {
    /// Starts the service with the default authorizer.
    pub fn start() -> Self {
        Self::start_with(Issuer::authorizer)
    }

    /// Starts the service with the authorizer that `authorizer` makes for its issuer.
    pub fn start_with(authorizer: impl FnOnce(&Issuer) -> Authorizer) -> Self {
        let (issuer, calls) = (Issuer::default(), Calls::default());
        let authorizer = authorizer(&issuer);
        let counted = calls.clone();
        let server = Server::start(move |config| {
            config.app_data(authorizer.clone()).app_data(web::Data::new(counted.clone())).configure(routes);
        });
        Self { server: server.watching(calls.clone()), issuer, calls }
    }
}

impl std::ops::Deref for Orders {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
