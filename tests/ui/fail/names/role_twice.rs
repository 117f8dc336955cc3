use auth_runtime::require_role;

#[require_role("admin", "admin")]
async fn list() {}

fn main() {}
