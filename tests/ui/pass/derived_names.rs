//! Scopes and roles as variants of enums, with what they imply.

use actix_web::{Responder, get, web};
use auth_runtime::{Principal, Requirement, Role, Roles, Scope, Scopes, require, require_scope};

#[derive(Clone, Copy, Debug, Scopes)]
pub enum Orders {
    /// Everything that can be done with orders.
    #[wire("orders", implies = [Read, Write])]
    All,
    /// Shows orders.
    ///
    /// Those of others too.
    #[wire("orders:read")]
    Read,
    #[wire("orders:write")]
    Write,
}

#[derive(Roles)]
#[wire(crate = auth_runtime)]
pub enum Groups {
    #[wire("admin", implies = [Auditor])]
    Admin,
    #[wire("auditor")]
    Auditor,
}

#[require_scope(Orders::Read)]
#[get("/one")]
async fn one() -> impl Responder {
    Orders::Read.name()
}

#[require_scope(Orders::Read, any("nobody:has", Orders::Read))]
#[get("/two")]
async fn two() -> impl Responder {
    Orders::Read.description()
}

#[require(scope(Orders::Read), any(role(Groups::Admin), scope(Orders::Read)))]
#[get("/three")]
async fn three() -> impl Responder {
    Orders::ALL.iter().map(Orders::name).collect::<Vec<_>>().join(" ")
}

const READER: Scope = Scope::new("orders:read").implied_by(&["orders"]);
const AUDITOR: Role = Role::new("auditor").implied_by(&["admin"]);

#[require_scope(Orders::Read)]
#[get("/four")]
async fn four(principal: Principal) -> impl Responder {
    let held = Orders::ALL.iter().filter(|name| principal.holds(name)).map(Orders::name).collect::<Vec<_>>();
    assert!(principal.holds(Orders::Read) && principal.holds(READER));
    assert!(principal.holds(Requirement::authenticated()) && !principal.holds(Requirement::scope("orders")));
    assert!(!principal.holds(Groups::Auditor) && !principal.holds(AUDITOR));
    let chief = principal.to_builder().retain_scopes(|_| false).scope("orders").role("admin").build();
    assert!(chief.holds(Orders::Read) && chief.holds(READER) && chief.holds(Groups::Auditor) && chief.holds(AUDITOR));
    assert!(!chief.has_scope("orders:read") && !chief.has_role("auditor"));
    held.join(" ")
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(one).service(two).service(three).service(four);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/one", "orders:read"),
    ("GET", "/two", "Shows orders.\nThose of others too."),
    ("GET", "/three", "orders orders:read orders:write"),
    ("GET", "/four", "orders:read orders:write"),
];

fn main() {}
