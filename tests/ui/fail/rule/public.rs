use actix_web::web;
use auth_runtime::public;

fn is_open(_: &web::Path<u64>) -> bool {
    true
}

#[public("everybody may see it", when = is_open(order))]
async fn show(order: web::Path<u64>) -> String {
    order.to_string()
}

fn main() {}
