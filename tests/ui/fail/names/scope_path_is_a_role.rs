use auth_runtime::require_scope;

use auth_runtime::Role;

const ADMIN: Role = Role::new("admin");

#[require_scope(ADMIN)]
async fn list() {}

fn main() {}
