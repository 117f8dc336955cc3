use auth_runtime::require_scope;

#[require_scope(hide, "a")]
async fn list() {}

fn main() {}
