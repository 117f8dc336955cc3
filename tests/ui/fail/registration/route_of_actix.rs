use actix_web::{http::Method, web};
use auth_runtime::{Routes, require_auth};

#[require_auth]
async fn list() -> &'static str {
    "orders"
}

#[require_auth]
#[actix_web::get("/orders/{id}")]
async fn show() -> &'static str {
    "order"
}

fn routes(routes: &mut Routes<'_>) {
    routes.route("/orders", Method::GET, web::get().to(list));
    routes.route("/orders/{id}", Method::GET, show);
    routes.route("/closure", Method::GET, || async { "open" });
}

fn main() {}
