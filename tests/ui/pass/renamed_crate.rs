//! The crate under another name.

use actix_web::{Responder, get, web};
use renamed::require_scope;

extern crate auth_runtime as renamed;

mod facade {
    pub mod inner {
        pub use ::auth_runtime::*;
    }
}

#[require_scope("orders:read", crate = renamed)]
#[get("/renamed")]
async fn one() -> impl Responder {
    "renamed"
}

#[require_scope("orders:read", crate = facade::inner)]
#[get("/nested")]
async fn two() -> impl Responder {
    "nested"
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(one).service(two);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/renamed", "renamed"),
    ("GET", "/nested", "nested"),
];

fn main() {}
