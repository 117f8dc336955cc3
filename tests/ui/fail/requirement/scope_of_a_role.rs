use auth_runtime::require_scope;

#[require_scope(role("admin"))]
async fn list() {}

#[require_scope(authenticated)]
async fn show() {}

fn main() {}
