use auth_runtime::require_scope;

use auth_runtime::{require, require_auth, require_role};

#[require_scope("orders:read")]
#[require_role("admin")]
async fn list() {}

#[require_scope("a", "b", hide)]
#[actix_web::get("/orders")]
#[require(any(role("admin"), scope("c")), hide(anonymous))]
async fn show() -> &'static str {
    "orders"
}

#[require_auth]
#[require_role("admin")]
async fn report() {}

fn main() {}
