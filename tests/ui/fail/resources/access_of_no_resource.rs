use auth_runtime::{Access, require_auth};

struct Order;

#[require_auth]
async fn show(order: Access<Order>) -> &'static str {
    drop(order);
    "an order"
}

fn main() {}
