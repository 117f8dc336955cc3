//! Below the route attribute.

use actix_web::{Responder, get, web};
use auth_runtime::require_scope;

#[get("/orders/{id}")]
#[require_scope("orders:read")]
async fn show(id: web::Path<u64>) -> impl Responder {
    format!("order {id}")
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(show);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/orders/7", "order 7"),
];

fn main() {}
