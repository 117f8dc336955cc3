use auth_runtime::require_scope;

#[require_scope("a", hide = true)]
async fn list() {}

#[require_scope("a", crate = "auth_runtime")]
async fn show() {}

fn main() {}
