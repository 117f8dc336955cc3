//! Patterns in place of argument names, `mut` and `_` among them.

use actix_web::{Responder, get, web};
use auth_runtime::{Principal, require_scope};

#[derive(serde::Deserialize)]
pub struct Page {
    from: u64,
    to: u64,
}

#[require_scope("orders:read")]
#[get("/{a}/{b}")]
async fn show(
    mut path: web::Path<(u64, u64)>,
    web::Query(Page { from, to: last }): web::Query<Page>,
    _: web::Bytes,
    mut principal: Option<Principal>,
) -> impl Responder {
    path.0 += 1;
    let (a, b) = path.into_inner();
    let who = principal.take();
    let who = who.as_ref().and_then(Principal::subject).unwrap_or("nobody");
    format!("{a} {b} {from} {last} {who}")
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(show);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/1/2?from=3&to=4", "2 2 3 4 alice"),
];

fn main() {}
