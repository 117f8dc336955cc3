use auth_runtime::{Access, Denial, Lookup, Principal, Resource};

struct Order;

impl Resource for Order {
    type Id = u64;

    async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok(None)
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        false
    }
}

async fn mine(principal: Principal) {
    let _ = Order::load(Lookup { id: 1, principal: principal.clone() }).await;
    let _ = Order::load(Lookup::new(1, principal)).await;
    let _: Access<Order> = Access { resource: Order };
    let _: Access<Order> = Order.into();
}

fn main() {}
