use auth_runtime::{Scopes, require_scope};

#[derive(Scopes)]
enum Orders {
    #[wire("orders:read")]
    OrdersRead,
}

#[require_scope(Orders::OrdersRaed)]
async fn list() {}

#[require_scope(any("a", Order::OrdersRead))]
async fn show() {}

fn main() {}
