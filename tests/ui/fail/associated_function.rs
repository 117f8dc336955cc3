use auth_runtime::require_auth;

struct Orders;

impl Orders {
    const ALL: &str = "orders";

    #[require_auth]
    async fn list() -> &'static str {
        Self::ALL
    }
}

fn main() {}
