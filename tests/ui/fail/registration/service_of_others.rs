use actix_web::web;
use auth_runtime::{Routes, require_auth};

#[require_auth]
async fn list() -> &'static str {
    "orders"
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(web::resource("/orders").route(web::get().to(list)));
    routes.service(web::scope("/v1").route("/orders", web::get().to(list)));
    routes.service(web::redirect("/", "/orders"));
}

fn main() {}
