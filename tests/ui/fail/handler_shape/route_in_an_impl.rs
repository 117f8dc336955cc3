use actix_web::get;
use auth_runtime::{Principal, public};

struct Orders;

impl Orders {
    #[public("everybody may see them")]
    #[get("/orders")]
    async fn list(_: Principal) -> &'static str {
        "orders"
    }
}

fn main() {}
