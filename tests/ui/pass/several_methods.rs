//! `#[route]` and `#[routes]`, above and below.

#![deny(unused_imports)]

use actix_web::{HttpRequest, Responder, route, routes, web};
use auth_runtime::require_scope;

#[require_scope("orders:read")]
#[route("/one", method = "GET", method = "POST")]
async fn one(request: HttpRequest) -> impl Responder {
    request.method().to_string()
}

#[route("/two", method = "PUT", method = "PATCH")]
#[require_scope("orders:read")]
async fn two(request: HttpRequest) -> impl Responder {
    request.method().to_string()
}

#[require_scope("orders:read")]
#[routes]
#[get("/three")]
#[post("/three/more")]
async fn three(request: HttpRequest) -> impl Responder {
    request.path().to_string()
}

#[routes]
#[get("/four")]
#[put("/four/more")]
#[require_scope("orders:read")]
async fn four(request: HttpRequest) -> impl Responder {
    request.path().to_string()
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(one).service(two).service(three).service(four);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/one", "GET"),
    ("POST", "/one", "POST"),
    ("PUT", "/two", "PUT"),
    ("PATCH", "/two", "PATCH"),
    ("GET", "/three", "/three"),
    ("POST", "/three/more", "/three/more"),
    ("GET", "/four", "/four"),
    ("PUT", "/four/more", "/four/more"),
];

fn main() {}
