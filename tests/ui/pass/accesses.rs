//! Resources, and rules over arguments.

use actix_web::{HttpRequest, get, web};
use auth_runtime::{Access, Action, Decision, Denial, Lookup, Principal, Read, Resource, require, require_scope};

pub struct Order(u64);

impl Resource for Order {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok(Some(Self(*lookup.id())))
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        principal.subject() == Some("alice")
    }
}

pub struct Cancel;

impl Action<Order> for Cancel {
    fn authorize(principal: &Principal, _: &Order) -> Decision {
        principal.has_scope("orders:write").into()
    }
}

#[require_scope("orders:write")]
#[get("/orders/{id}")]
async fn show(_: HttpRequest, order: Access<Order>, id: web::Path<u64>) -> String {
    format!("{} {id}", order.0)
}

fn is_small(order: &Access<Order, Cancel>) -> bool {
    order.0 < 10
}

async fn is_owner(principal: &Principal, Order(number): &Order) -> Result<bool, std::fmt::Error> {
    Ok(principal.subject() == Some("alice") && *number == 7)
}

#[require(scope("orders:write"), when = is_small(order))]
#[get("/small/{id}")]
async fn small(mut order: Access<Order, Cancel>) -> String {
    let order = &mut order;
    order.0.to_string()
}

#[require_scope("orders:write", when = is_owner(principal, order))]
#[get("/owner/{id}")]
async fn owner(order: Access<Order>) -> String {
    order.into_inner().0.to_string()
}

mod nested {
    #[derive(serde::Deserialize)]
    pub struct Page {
        pub from: u64,
        pub to: u64,
    }

    pub fn is_forward(from: &u64, last: &u64, page: &(u64, u64)) -> bool {
        from < last && page.0 < page.1
    }
}

#[require_scope("orders:write", when = self::nested::is_forward(from, last, path))]
#[get("/patterns/{a}/{b}")]
async fn patterns(
    mut path: web::Path<(u64, u64)>,
    web::Query(nested::Page { mut from, to: ref last }): web::Query<nested::Page>,
) -> String {
    path.0 += 1;
    from += 1;
    format!("{} {from} {last}", path.0)
}

async fn is_of<A: Action<Order>>(order: &Access<Order, A>, principal: &Principal) -> bool {
    A::authorize(principal, order) == Decision::Allow
}

#[require_scope("orders:write", when = is_of(order, principal))]
async fn generic<A>(order: Access<Order, A>) -> String
where
    A: Action<Order>,
{
    order.0.to_string()
}

fn is_even(number: &u64) -> bool {
    number.is_multiple_of(2)
}

/// The rule alone looks at its argument.
#[require_scope("orders:write", when = is_even(number))]
#[get("/even/{number}")]
#[deny(unused_variables)]
async fn even(number: web::Path<u64>) -> &'static str {
    "even"
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(even).service(show).service(small).service(owner).service(patterns);
    config.route("/generic/{id}", web::get().to(generic::<Read>));
    config.route("/cancel/{id}", web::get().to(generic::<Cancel>));
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/orders/1", "1 1"),
    ("GET", "/small/3", "3"),
    ("GET", "/owner/7", "7"),
    ("GET", "/patterns/1/2?from=3&to=4", "2 4 4"),
    ("GET", "/generic/5", "5"),
    ("GET", "/cancel/6", "6"),
    ("GET", "/even/8", "even"),
];

fn main() {}
