//! A plain function that is registered with `to`.

use actix_web::{Responder, web};
use auth_runtime::require_scope;

#[require_scope("orders:read")]
pub async fn show(id: web::Path<u64>) -> impl Responder {
    format!("order {id}")
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/orders/{id}", web::get().to(show));
    config.service(web::resource("/again/{id}").to(show));
    config.service(web::scope("/scope").service(web::resource("/{id}").route(web::put().to(show))));
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/orders/7", "order 7"),
    ("GET", "/again/8", "order 8"),
    ("PUT", "/scope/9", "order 9"),
];

fn main() {}
