//! Which resources may stand under which methods.

use actix_web::{delete, get, head, options, patch, post, route, routes, trace, web};
use auth_runtime::{Access, Action, Decision, Denial, Denied, Lookup, Principal, Resource, require_scope};

pub struct Order(u64);

impl Resource for Order {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok(Some(Self(*lookup.id())))
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        true
    }
}

pub struct Delete;

impl Action<Order> for Delete {
    fn authorize(_: &Principal, _: &Order) -> Decision {
        Decision::Allow
    }
}

#[require_scope("orders:write")]
#[get("/get/{id}")]
async fn get_it(order: Access<Order>) -> String {
    order.0.to_string()
}

#[require_scope("orders:write")]
#[head("/head/{id}")]
async fn head_it(order: Access<Order>) -> String {
    order.0.to_string()
}

#[require_scope("orders:write")]
#[options("/options/{id}")]
async fn options_of_it(order: Access<Order>) -> String {
    order.0.to_string()
}

#[require_scope("orders:write")]
#[trace("/trace/{id}")]
async fn trace_it(order: Access<Order>) -> String {
    order.0.to_string()
}

#[require_scope("orders:write")]
#[route("/safe/{id}", method = "GET", method = "HEAD", method = "OPTIONS", method = "TRACE")]
async fn safe(order: Access<Order>) -> String {
    order.0.to_string()
}

#[require_scope("orders:write")]
#[delete("/delete/{id}")]
async fn delete_it(order: Access<Order, Delete>) -> String {
    order.0.to_string()
}

/// One of the two names an action.
#[require_scope("orders:write")]
#[patch("/two/{id}")]
async fn two(order: Access<Order>, same: Access<Order, Delete>) -> String {
    format!("{} {}", order.0, same.0)
}

#[require_scope("orders:write")]
#[routes]
#[get("/several/{id}")]
#[delete("/several/{id}")]
async fn several(order: Result<Access<Order, Delete>, Denied>) -> String {
    order.map_or(0, |order| order.0).to_string()
}

#[require_scope("orders:write")]
#[post("/none/{id}", wrap = "actix_web::middleware::Compress::default()")]
async fn none(id: web::Path<u64>) -> String {
    id.to_string()
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(get_it).service(head_it).service(options_of_it).service(trace_it).service(safe);
    config.service(delete_it).service(two).service(several).service(none);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/get/1", "1"),
    ("OPTIONS", "/options/2", "2"),
    ("TRACE", "/trace/3", "3"),
    ("GET", "/safe/4", "4"),
    ("DELETE", "/delete/5", "5"),
    ("PATCH", "/two/6", "6 6"),
    ("GET", "/several/7", "7"),
    ("DELETE", "/several/8", "8"),
    ("POST", "/none/9", "9"),
];

fn main() {}
