use actix_web::web;
use auth_runtime::require_auth;

fn is_open(_: &web::Path<u64>) -> bool {
    true
}

#[require_auth(when = is_open(ordr))]
async fn near(order: web::Path<u64>) -> String {
    order.to_string()
}

#[require_auth(when = is_open(shelf))]
async fn far(order: web::Path<u64>, web::Query(limit): web::Query<u64>) -> String {
    format!("{order} {limit}")
}

fn main() {}
