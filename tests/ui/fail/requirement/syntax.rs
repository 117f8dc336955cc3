use auth_runtime::require_scope;

#[require_scope("a" "b")]
async fn list() {}

#[require_scope(!)]
async fn show() {}

fn main() {}
