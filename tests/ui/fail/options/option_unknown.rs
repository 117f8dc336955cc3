use auth_runtime::require_scope;

#[require_scope("a", hid)]
async fn list() {}

#[require_scope("a", crat = x)]
async fn show() {}

#[require_scope("a", realm = x)]
async fn put() {}

fn main() {}
