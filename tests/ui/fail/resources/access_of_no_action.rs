use auth_runtime::{Access, Denial, Lookup, Principal, Resource, require_auth};

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

enum Cancel {}

#[require_auth]
async fn cancel(order: Access<Order, Cancel>) -> &'static str {
    drop(order);
    "cancelled"
}

fn main() {}
