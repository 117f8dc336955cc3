#![deny(unused_variables, unused_mut)]

use actix_web::web;
use auth_runtime::{public, require_scope};

#[require_scope("orders:read")]
#[actix_web::get("/orders/{id}")]
async fn show(id: web::Path<u64>, mut body: String) -> String {
    body
}

#[public("everybody may see it")]
async fn list(page: web::Path<u64>) -> &'static str {
    "orders"
}

fn main() {
    let _ = actix_web::App::new().service(show).route("/", web::get().to(list));
}
