//! Each of these methods may change the order, and the handler asks only whether the caller may see it.

use actix_web::{delete, guard::GuardContext, post, put, route, routes, web};
use auth_runtime::{Access, Denial, Denied, Lookup, Principal, Read, Resource, require_auth};

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
#[delete("/orders/{id}")]
async fn remove(_order: Access<Order>) -> &'static str {
    "removed"
}

#[require_auth]
#[actix_web::patch("/orders/{id}")]
async fn change(_caller: Principal, _order: Access<Order, Read>, _new: web::Json<String>) -> &'static str {
    "changed"
}

#[require_auth]
#[post("/orders/{id}")]
async fn attempt(_order: Result<Access<Order>, Denied>) -> &'static str {
    "perhaps"
}

type See = Read;

fn is_local(context: &GuardContext<'_>) -> bool {
    context.head().uri.host() == Some("localhost")
}

#[require_auth]
#[put("/orders/{id}", guard = "is_local")]
async fn replace(_order: Access<Order, See>, _again: auth_runtime::Access<Order>) -> &'static str {
    "replaced"
}

#[require_auth]
#[route("/orders/{id}", method = "PURGE", method = "GET")]
async fn purge(_order: Access<Order>) -> &'static str {
    "purged"
}

#[require_auth]
#[routes]
#[get("/orders/{id}")]
#[delete("/orders/{id}/everything")]
async fn several(_order: Access<Order>) -> &'static str {
    "several"
}

fn main() {}
