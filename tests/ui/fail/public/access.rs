use auth_runtime::{Access, Denial, Lookup, Principal, Resource, public};

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

#[public("everybody may see orders")]
async fn show(order: Access<Order>) -> &'static str {
    drop(order);
    "an order"
}

fn main() {}
