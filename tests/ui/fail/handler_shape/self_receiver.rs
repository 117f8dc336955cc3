use auth_runtime::require_auth;

struct Orders;

impl Orders {
    #[require_auth]
    async fn list(&self) -> &'static str {
        "orders"
    }
}

fn main() {}
