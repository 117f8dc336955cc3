use actix_web::{Either, web};
use auth_runtime::{Access, Action, Decision, Denial, Denied, Lookup, Principal, Resource, require_auth};

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

struct Delete;

impl Action<Order> for Delete {
    fn authorize(_: &Principal, _: &Order) -> Decision {
        Decision::Allow
    }
}

#[require_auth]
async fn or_a_text(_order: Either<Access<Order>, String>) -> &'static str {
    "an order or a text"
}

#[require_auth]
async fn a_number_or(_order: actix_web::Either<web::Json<u64>, Access<Order, Delete>>) -> &'static str {
    "a number or an order"
}

#[require_auth]
async fn two(_order: Either<Access<Order, Delete>, Access<Order>>) -> &'static str {
    "an order for one or the other"
}

#[require_auth]
async fn with_an_error(_order: Result<Access<Order>, actix_web::Error>) -> &'static str {
    "an order, or an error"
}

#[require_auth]
async fn perhaps_with_a_denial(_order: Option<Result<Access<Order>, Denied>>) -> &'static str {
    "an order, or a denial, or none"
}

#[require_auth]
async fn perhaps_with_an_error(_order: Option<Result<Access<Order>, actix_web::Error>>) -> &'static str {
    "an order, or an error, or none"
}

#[require_auth]
#[actix_web::delete("/orders/{id}")]
async fn routed(_order: Either<Access<Order, Delete>, String>) -> &'static str {
    "an order or a text"
}

#[require_auth]
async fn neither(_body: Either<web::Json<u64>, String>) -> &'static str {
    "a number or a text"
}

fn main() {}
