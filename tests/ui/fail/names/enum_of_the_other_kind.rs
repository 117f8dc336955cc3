use auth_runtime::{Role, Roles, Scope, Scopes, require, require_role, require_scope};

#[derive(Scopes)]
enum Orders {
    #[wire("orders:read")]
    Read,
}

#[derive(Roles)]
enum Groups {
    #[wire("admin")]
    Admin,
}

const READ: Scope = Scope::new("orders:read");
const ADMIN: Role = Role::new("admin");

#[require_role(Orders::Read)]
async fn scope_for_a_role() {}

#[require_scope("orders:read", Groups::Admin)]
async fn role_for_a_scope() {}

#[require(any(role(Orders::Read), scope(Groups::Admin)))]
async fn inside_a_tree() {}

#[require_role(READ)]
async fn constants() {}

#[require_scope(any(ADMIN, "orders:read"))]
async fn other_constants() {}

fn main() {
    let _ = Orders::Read.as_role();
}
