use auth_runtime::require_scope;

#[require_scope("orders:read orders:write")]
async fn list() {}

#[require_scope(" orders:read")]
async fn show() {}

fn main() {}
