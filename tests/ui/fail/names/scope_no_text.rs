use auth_runtime::require_scope;

#[require_scope(42, 'a', true)]
async fn list() {}

fn main() {}
