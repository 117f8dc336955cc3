use auth_runtime::require;

const ADMIN: auth_runtime::Role = auth_runtime::Role::new("admin");

#[require("admin", any(ADMIN, role("x")))]
async fn list() {}

fn main() {}
