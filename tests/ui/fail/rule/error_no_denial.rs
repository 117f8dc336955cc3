use actix_web::web;
use auth_runtime::require_auth;

struct Broken;

fn text(_: &web::Path<u64>) -> Result<bool, String> {
    Ok(true)
}

async fn broken(_: &web::Path<u64>) -> Result<bool, Broken> {
    Ok(true)
}

#[require_auth(when = text(order))]
async fn of_text(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = broken(order))]
async fn of_broken(order: web::Path<u64>) -> String {
    order.to_string()
}

fn main() {}
