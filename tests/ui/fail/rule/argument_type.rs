use actix_web::web;
use auth_runtime::{Principal, require_auth};

fn is_open(_: &web::Path<u64>, _: &Principal) -> bool {
    true
}

#[require_auth(when = is_open(order, principal))]
async fn another(order: web::Path<String>) -> String {
    order.into_inner()
}

#[require_auth(when = is_open(principal, order))]
async fn in_another_order(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = is_open(order))]
async fn too_few(order: web::Path<u64>) -> String {
    order.to_string()
}

fn takes(_: web::Path<u64>) -> bool {
    true
}

#[require_auth(when = takes(order))]
async fn by_value(order: web::Path<u64>) -> String {
    order.to_string()
}

fn changes(_: &mut web::Path<u64>) -> bool {
    true
}

#[require_auth(when = changes(order))]
async fn by_mutable_reference(order: web::Path<u64>) -> String {
    order.to_string()
}

fn may_miss(_: Option<&web::Path<u64>>) -> bool {
    true
}

#[require_auth(when = may_miss(order))]
async fn optional(order: web::Path<u64>) -> String {
    order.to_string()
}

mod rules {
    pub const OPEN: bool = true;
}

#[require_auth(when = rules::OPEN(order))]
async fn no_function(order: web::Path<u64>) -> String {
    order.to_string()
}

fn main() {}
