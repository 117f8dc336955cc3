use actix_web::web;
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
async fn body_first(_body: web::Json<u64>, _order: Access<Order>) -> &'static str {
    "changed"
}

#[require_auth]
async fn path_between(_order: Access<Order>, _id: web::Path<u64>, _other: Access<Order>) -> &'static str {
    "changed"
}

#[require_auth]
async fn behind_what_reads_nothing(
    _caller: Principal,
    _request: actix_web::HttpRequest,
    _data: web::Data<u64>,
    _order: Access<Order>,
    _body: web::Json<u64>,
) -> &'static str {
    "changed"
}

fn main() {}
