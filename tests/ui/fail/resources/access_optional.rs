use auth_runtime::{Access, Denial, Denied, Lookup, Principal, Resource, require_auth};

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

#[require_auth]
async fn optional(_order: Option<Access<Order>>) -> &'static str {
    "an order, or none"
}

#[require_auth]
async fn with_a_reason(_order: Result<Access<Order>, Denied>) -> &'static str {
    "an order, or why not"
}

fn main() {}
