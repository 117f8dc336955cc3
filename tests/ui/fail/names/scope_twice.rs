use auth_runtime::require_scope;

#[require_scope("orders:read", "orders:read")]
async fn list() {}

#[require_scope("a", any("b", "b"))]
async fn show() {}

fn main() {}
