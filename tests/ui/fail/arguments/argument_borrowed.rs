use actix_web::{HttpRequest, web};
use auth_runtime::{Principal, require_auth};

#[require_auth]
async fn list(_: &Principal, _: &web::Json<Vec<u8>>) -> &'static str {
    "orders"
}

#[require_auth]
async fn show(_: &mut HttpRequest, _: &str, _: &'static [u8]) -> &'static str {
    "order"
}

fn main() {}
