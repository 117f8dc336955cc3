use auth_runtime::require_scope;

#[require_scope("a", hide, hide)]
async fn list() {}

#[require_scope("a", hide, hide(anonymous))]
async fn show() {}

#[require_scope("a", crate = auth_runtime, crate = auth_runtime)]
async fn put() {}

fn main() {}
