//! None to sixteen arguments: all that actix-web allows. Each is extracted once, in order.

use std::{cell::Cell, future::{Ready, ready}};

use actix_web::{FromRequest, HttpMessage, HttpRequest, Responder, dev::Payload, web};
use auth_runtime::require_scope;

/// How many of its kind the request has extracted before it, and itself.
pub struct Nth(u32);

impl FromRequest for Nth {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut extensions = request.extensions_mut();
        if extensions.get::<Cell<u32>>().is_none() {
            extensions.insert(Cell::new(0u32));
        }
        let count = extensions.get::<Cell<u32>>().map_or(0, |count| count.replace(count.get() + 1));
        ready(Ok(Self(count + 1)))
    }
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_0() -> impl Responder {
    let sum: u32 = 0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_1(a: Nth) -> impl Responder {
    let sum: u32 = a.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_2(a: Nth, b: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_3(a: Nth, b: Nth, c: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_4(a: Nth, b: Nth, c: Nth, d: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_5(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_6(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_7(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_8(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth, h: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0 + h.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_9(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth, h: Nth, i: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0 + h.0 + i.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_10(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth, h: Nth, i: Nth, j: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0 + h.0 + i.0 + j.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_11(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth, h: Nth, i: Nth, j: Nth, k: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0 + h.0 + i.0 + j.0 + k.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_12(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth, h: Nth, i: Nth, j: Nth, k: Nth, l: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0 + h.0 + i.0 + j.0 + k.0 + l.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_13(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth, h: Nth, i: Nth, j: Nth, k: Nth, l: Nth, m: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0 + h.0 + i.0 + j.0 + k.0 + l.0 + m.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_14(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth, h: Nth, i: Nth, j: Nth, k: Nth, l: Nth, m: Nth, n: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0 + h.0 + i.0 + j.0 + k.0 + l.0 + m.0 + n.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_15(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth, h: Nth, i: Nth, j: Nth, k: Nth, l: Nth, m: Nth, n: Nth, o: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0 + h.0 + i.0 + j.0 + k.0 + l.0 + m.0 + n.0 + o.0;
    sum.to_string()
}

#[require_scope("orders:read")]
#[allow(clippy::too_many_arguments)]
async fn with_16(a: Nth, b: Nth, c: Nth, d: Nth, e: Nth, f: Nth, g: Nth, h: Nth, i: Nth, j: Nth, k: Nth, l: Nth, m: Nth, n: Nth, o: Nth, p: Nth) -> impl Responder {
    let sum: u32 = a.0 + b.0 + c.0 + d.0 + e.0 + f.0 + g.0 + h.0 + i.0 + j.0 + k.0 + l.0 + m.0 + n.0 + o.0 + p.0;
    sum.to_string()
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/0", web::get().to(with_0));
    config.route("/1", web::get().to(with_1));
    config.route("/2", web::get().to(with_2));
    config.route("/3", web::get().to(with_3));
    config.route("/4", web::get().to(with_4));
    config.route("/5", web::get().to(with_5));
    config.route("/6", web::get().to(with_6));
    config.route("/7", web::get().to(with_7));
    config.route("/8", web::get().to(with_8));
    config.route("/9", web::get().to(with_9));
    config.route("/10", web::get().to(with_10));
    config.route("/11", web::get().to(with_11));
    config.route("/12", web::get().to(with_12));
    config.route("/13", web::get().to(with_13));
    config.route("/14", web::get().to(with_14));
    config.route("/15", web::get().to(with_15));
    config.route("/16", web::get().to(with_16));
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/0", "0"),
    ("GET", "/1", "1"),
    ("GET", "/2", "3"),
    ("GET", "/3", "6"),
    ("GET", "/4", "10"),
    ("GET", "/5", "15"),
    ("GET", "/6", "21"),
    ("GET", "/7", "28"),
    ("GET", "/8", "36"),
    ("GET", "/9", "45"),
    ("GET", "/10", "55"),
    ("GET", "/11", "66"),
    ("GET", "/12", "78"),
    ("GET", "/13", "91"),
    ("GET", "/14", "105"),
    ("GET", "/15", "120"),
    ("GET", "/16", "136"),
];

fn main() {}
