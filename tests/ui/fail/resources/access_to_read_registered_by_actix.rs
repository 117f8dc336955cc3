//! These routes are registered by actix-web's own attributes.

use actix_web::{delete, middleware::Compress, route};
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

#[require_auth]
#[delete("/orders/{id}", wrap = "Compress::default()")]
async fn wrapped(_order: Access<Order>) -> &'static str {
    "removed"
}

#[require_auth]
#[route("/orders/{id:[0-9]+}", method = "GET", method = "POST")]
async fn with_a_pattern(_order: Access<Order>) -> &'static str {
    "created"
}

fn main() {}
