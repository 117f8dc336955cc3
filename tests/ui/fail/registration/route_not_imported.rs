use auth_runtime::require_auth;

#[require_auth]
#[get("/orders")]
async fn list() -> &'static str {
    "orders"
}

fn main() {}
