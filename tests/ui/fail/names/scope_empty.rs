use auth_runtime::require_scope;

#[require_scope("")]
async fn list() {}

fn main() {}
