use auth_runtime::require_auth;

#[require_auth(hide)]
async fn list() {}

fn main() {}
