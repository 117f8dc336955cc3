use actix_web::web;
use auth_runtime::require_auth;

struct Orders;

impl Orders {
    #[require_auth]
    async fn list(orders: web::Data<Self>) -> &'static str {
        "orders"
    }
}

fn main() {}
