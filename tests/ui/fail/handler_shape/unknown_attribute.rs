use actix_web::get as fetch;
use auth_runtime::require_auth;

#[require_auth]
#[fetch("/orders")]
async fn list() -> &'static str {
    "orders"
}

#[require_auth]
#[must_use]
#[rustfmt::skip]
#[actix_web::test]
async fn show() -> &'static str {
    "orders"
}

fn main() {}
