//! Above the route attribute: the paved path.

use actix_web::{Responder, get, web};
use auth_runtime::require_scope;

#[require_scope("orders:read")]
#[get("/orders/{id}")]
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
