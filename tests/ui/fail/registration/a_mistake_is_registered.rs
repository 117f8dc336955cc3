//! The mistake alone is reported: the handler does state something.

use auth_runtime::{Routes, require_scope};

#[require_scope("orders read")]
#[actix_web::get("/orders")]
async fn list() -> &'static str {
    "orders"
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

fn main() {}
