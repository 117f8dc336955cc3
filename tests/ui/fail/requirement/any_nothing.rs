use auth_runtime::require_scope;

#[require_scope(any())]
async fn list() {}

fn main() {}
