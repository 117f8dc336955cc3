//! Type and const parameters, bounds, where clauses, and `impl Trait` as an argument.

use actix_web::{FromRequest, Responder, web};
use auth_runtime::require_scope;

pub trait Store: 'static {
    fn name() -> &'static str;
}

pub struct Memory;

impl Store for Memory {
    fn name() -> &'static str {
        "memory"
    }
}

#[require_scope("orders:read")]
async fn bound<S: Store>() -> impl Responder {
    S::name()
}

#[require_scope("orders:read")]
async fn clause<S, T, const N: usize>(path: web::Path<T>) -> impl Responder
where
    S: Store,
    T: std::fmt::Display + serde::de::DeserializeOwned + 'static,
{
    format!("{} {path} {N}", S::name())
}

#[require_scope("orders:read")]
async fn defaulted<T>(_extracted: T) -> &'static str
where
    T: FromRequest + 'static,
{
    "extracted"
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/bound", web::get().to(bound::<Memory>));
    config.route("/clause/{path}", web::get().to(clause::<Memory, String, 3>));
    config.route("/defaulted", web::get().to(defaulted::<web::Bytes>));
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/bound", "memory"),
    ("GET", "/clause/a", "memory a 3"),
    ("GET", "/defaulted", "extracted"),
];

fn main() {}
