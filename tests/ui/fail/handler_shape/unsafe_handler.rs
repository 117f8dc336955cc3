use auth_runtime::require_auth;

#[require_auth]
async unsafe fn list() -> &'static str {
    "orders"
}

fn main() {}
