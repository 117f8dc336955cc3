//! A body that is streamed, in and out.

use std::convert::Infallible;

use actix_web::{HttpResponse, Responder, post, web};
use auth_runtime::require_scope;
use futures_util::StreamExt as _;

#[require_scope("orders:read")]
#[post("/echo")]
async fn echo(body: web::Payload) -> impl Responder {
    HttpResponse::Ok().streaming(body)
}

#[require_scope("orders:read")]
#[post("/count")]
async fn count(mut body: web::Payload) -> Result<impl Responder, actix_web::Error> {
    let mut length = 0;
    while let Some(chunk) = body.next().await {
        length += chunk?.len();
    }
    let chunks = [format!("{length} "), "bytes".to_owned()].map(|chunk| Ok::<_, Infallible>(web::Bytes::from(chunk)));
    Ok(HttpResponse::Ok().streaming(futures_util::stream::iter(chunks)))
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(echo).service(count);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("POST", "/echo", ""),
    ("POST", "/count", "0 bytes"),
];

fn main() {}
