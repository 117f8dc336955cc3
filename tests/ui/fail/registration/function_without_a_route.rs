use auth_runtime::{Routes, require_auth};

#[require_auth]
async fn list() -> &'static str {
    "orders"
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

fn main() {}
