//! Inside `#[scope]` on a module.

use actix_web::{scope, web};

#[scope("/v1")]
pub mod v1 {
    use actix_web::{Responder, delete, get};
    use auth_runtime::require_scope;

    #[require_scope("orders:read")]
    #[get("/orders")]
    pub async fn list() -> impl Responder {
        "orders"
    }

    #[delete("/orders")]
    #[require_scope("orders:read")]
    pub async fn clear() -> impl Responder {
        "cleared"
    }
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(v1::list).service(v1::clear);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/v1/orders", "orders"),
    ("DELETE", "/v1/orders", "cleared"),
];

fn main() {}
