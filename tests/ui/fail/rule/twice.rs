use actix_web::web;
use auth_runtime::{require_auth, require_role};

fn is_open(_: &web::Path<u64>) -> bool {
    true
}

#[require_auth(when = is_open(order), when = is_open(order))]
async fn in_one(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = is_open(order))]
#[require_role("admin")]
async fn in_two_attributes(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = is_open(order))]
#[require_role("admin", when = is_open(order))]
async fn in_each_of_two(order: web::Path<u64>) -> String {
    order.to_string()
}

fn main() {}
