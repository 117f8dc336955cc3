use actix_web::web;
use auth_runtime::{Access, Denial, Lookup, Principal, Resource, public, require_auth};

struct Order;

impl Resource for Order {
    type Id = u64;

    async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok(Some(Self))
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        true
    }
}

#[public("the caret is under the whole type")]
async fn open(_order: Access<Order>) -> &'static str {
    "open"
}

#[require_auth]
async fn reference(_names: &'static [&'static str], _path: web::Path<u64>) -> &'static str {
    "reference"
}

#[require_auth]
async fn unusable(_order: Option<auth_runtime::Access<Order>>) -> &'static str {
    "unusable"
}

#[public("both mistakes are reported")]
async fn two(_who: Principal, _order: auth_runtime::Access<Order>) -> &'static str {
    "two"
}

fn main() {}
