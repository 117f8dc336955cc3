use actix_web::web;
use auth_runtime::require_auth;

mod rules {
    pub fn is_open(_: &super::web::Path<u64>) -> bool {
        true
    }
}

#[require_auth(when = rules::is_opn(order))]
async fn show(order: web::Path<u64>) -> String {
    order.to_string()
}

fn main() {}
