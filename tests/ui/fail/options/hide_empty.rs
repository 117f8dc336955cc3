use auth_runtime::require_scope;

#[require_scope("a", hide())]
async fn list() {}

fn main() {}
