use actix_web::web;
use auth_runtime::{require_auth, require_scope};

fn is_open(_: &web::Path<u64>) -> bool {
    true
}

#[require_auth(when = is_open)]
async fn no_call(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = "is_open(order)")]
async fn text(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when(is_open(order)))]
async fn parentheses(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when)]
async fn word(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = is_open(&order))]
async fn reference(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = is_open(order.into_inner()))]
async fn expression(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = is_open(order) || true)]
async fn logic(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = !is_open(order))]
async fn negation(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = |order| true)]
async fn closure(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_scope(when = is_open(order), "orders:read")]
async fn first(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(wen = is_open(order))]
async fn misspelt(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(crate = is_open(order))]
async fn not_here(order: web::Path<u64>) -> String {
    order.to_string()
}

fn main() {}
