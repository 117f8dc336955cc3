use auth_runtime::require_auth;

#[require_auth]
fn list() -> &'static str {
    "orders"
}

fn main() {}
