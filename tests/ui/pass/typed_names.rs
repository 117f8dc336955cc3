//! Scopes as constants: by name, by path, and as associated constants.

use actix_web::{Responder, get, web};
use auth_runtime::{Scope, require, require_scope};

pub const READ: Scope = Scope::new("orders:read");

pub mod scopes {
    pub struct Orders;

    impl Orders {
        pub const READ: auth_runtime::Scope = auth_runtime::Scope::new("orders:read");
    }
}

#[require_scope(READ)]
#[get("/name")]
async fn name() -> impl Responder {
    "name"
}

#[require_scope(scopes::Orders::READ, any("nobody:has", READ))]
#[get("/path")]
async fn path() -> impl Responder {
    "path"
}

#[require(scope(self::READ), any(scope("nobody:has", READ), all(authenticated, scope(READ))))]
#[get("/tree")]
async fn tree() -> impl Responder {
    "tree"
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(name).service(path).service(tree);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/name", "name"),
    ("GET", "/path", "path"),
    ("GET", "/tree", "tree"),
];

fn main() {}
