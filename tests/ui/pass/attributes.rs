//! Documentation, `cfg`, lint levels, and other attributes on the handler and its arguments.

#![deny(missing_docs, unused_variables)]

use actix_web::{Responder, get, web};
use auth_runtime::require_scope;

/// Shows an order.
///
/// With several lines of documentation.
#[require_scope("orders:read")]
#[get("/documented")]
#[allow(unused_variables)]
pub async fn documented(id: web::Bytes) -> impl Responder {
    "documented"
}

#[cfg(all(unix, windows))]
#[require_scope("orders:read")]
#[get("/never")]
async fn platform() -> impl Responder {
    "never"
}

#[require_scope("orders:read")]
#[cfg(not(all(unix, windows)))]
#[get("/platform")]
async fn platform() -> impl Responder {
    "platform"
}

#[cfg_attr(not(all(unix, windows)), require_scope("orders:read"))]
#[get("/conditional")]
#[inline]
async fn conditional(#[allow(unused_variables)] body: web::Bytes) -> impl Responder {
    "conditional"
}

#[require_scope("orders:read")]
#[expect(unused_variables)]
#[get("/r#async")]
async fn r#match(body: web::Bytes) -> impl Responder {
    "raw"
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(documented).service(platform).service(conditional).service(r#match);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/documented", "documented"),
    ("GET", "/platform", "platform"),
    ("GET", "/conditional", "conditional"),
    ("GET", "/r%23async", "raw"),
];

fn main() {}
