use auth_runtime::{Principal, require_auth};

#[require_auth]
async fn list(principal: Principal) -> String {
    principal.holds("orders:read").to_string()
}

fn main() {}
