use auth_runtime::require_scope;

#[require_scope()]
async fn list() {}

#[require_scope]
async fn show() {}

#[require_scope(hide)]
async fn hidden() {}

fn main() {}
