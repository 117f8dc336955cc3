use auth_runtime::require_scope;

#[require_scope("orders\"read", "orders\\read", "commandé", "a\tb")]
async fn list() {}

fn main() {}
