use actix_web::web;
use auth_runtime::require_auth;

fn text(_: &web::Path<u64>) -> String {
    "yes".to_owned()
}

async fn nothing(_: &web::Path<u64>) {}

fn not_an_error(_: &web::Path<u64>) -> Result<bool, String> {
    Ok(true)
}

async fn optional(_: &web::Path<u64>) -> Option<bool> {
    Some(true)
}

#[require_auth(when = text(order))]
async fn of_text(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = nothing(order))]
async fn of_nothing(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = not_an_error(order))]
async fn of_no_error(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = optional(order))]
async fn of_an_option(order: web::Path<u64>) -> String {
    order.to_string()
}

fn main() {}
