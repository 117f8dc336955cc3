use auth_runtime::{Denial, Lookup, Resource};

struct Order;

impl Resource for Order {
    type Id = u64;

    async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok(None)
    }
}

fn main() {}
