use auth_runtime::require_auth;

trait Orders {
    #[require_auth]
    async fn list();
}

fn main() {}
