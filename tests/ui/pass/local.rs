//! Handlers that are local to another function, and handlers of one name in two modules.

use actix_web::{Responder, get, web};
use auth_runtime::require_scope;

mod other {
    use super::*;

    #[require_scope("orders:read")]
    #[get("/other")]
    pub async fn show() -> impl Responder {
        "other"
    }
}

#[require_scope("orders:read")]
#[get("/outer")]
async fn show() -> impl Responder {
    "outer"
}

pub fn routes(config: &mut web::ServiceConfig) {
    #[require_scope("orders:read")]
    #[get("/local")]
    async fn local() -> impl Responder {
        "local"
    }

    #[require_scope("orders:read")]
    async fn plain() -> impl Responder {
        struct Answer(&'static str);

        impl Answer {
            fn new() -> Self {
                Self("plain")
            }
        }

        Answer::new().0
    }

    config.service(local).service(show).service(other::show).route("/plain", web::get().to(plain));
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/local", "local"),
    ("GET", "/outer", "outer"),
    ("GET", "/other", "other"),
    ("GET", "/plain", "plain"),
];

fn main() {}
