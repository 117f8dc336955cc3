use auth_runtime::require_scope;

use auth_runtime::require_role;

#[require_scope("orders:read")]
#[require_role("")]
async fn list() {}

fn main() {}
