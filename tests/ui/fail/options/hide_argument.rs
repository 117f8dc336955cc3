use auth_runtime::require_scope;

#[require_scope("a", hide(everyone))]
async fn list() {}

#[require_scope("a", hide(anonymous, everyone))]
async fn show() {}

fn main() {}
