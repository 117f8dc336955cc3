use auth_runtime::require_role;

#[require_role()]
async fn list() {}

fn main() {}
