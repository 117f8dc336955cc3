use auth_runtime::require_scope;

use auth_runtime::Scope;

const ORDERS_READ: Scope = Scope::new("orders:read");

#[require_scope(ORDERS_RAED)]
async fn list() {}

fn main() {}
