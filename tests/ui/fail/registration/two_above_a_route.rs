use auth_runtime::{Routes, public, require_role, require_scope};

#[require_scope("orders:read")]
#[require_role("admin")]
#[actix_web::get("/orders")]
async fn list() -> &'static str {
    "orders"
}

#[require_scope("orders:read")]
#[actix_web::get("/orders/{id}")]
#[require_role("admin")]
async fn show() -> &'static str {
    "order"
}

#[public("everybody may see it")]
#[require_scope("orders:read")]
#[require_role("admin")]
#[actix_web::get("/orders/count")]
async fn count() -> &'static str {
    "7"
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show).service(count);
}

fn main() {}
