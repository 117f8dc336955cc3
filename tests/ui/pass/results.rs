//! `Result` with `?`, early returns, and recursion.

use actix_web::{HttpResponse, Responder, error::ErrorImATeapot, get, web};
use auth_runtime::require_scope;

#[require_scope("orders:read")]
#[get("/question/{text}")]
async fn question(text: web::Path<String>) -> Result<String, actix_web::Error> {
    let number: u64 = text.parse().map_err(ErrorImATeapot)?;
    Ok(number.to_string())
}

#[require_scope("orders:read")]
#[get("/early/{number}")]
async fn early(number: web::Path<u64>) -> impl Responder {
    if *number == 0 {
        return HttpResponse::Ok().body("none");
    }
    HttpResponse::Ok().body(number.to_string())
}

#[require_scope("orders:read")]
#[get("/again/{number}")]
async fn again(number: web::Path<u64>) -> String {
    match *number {
        0 => "done".to_owned(),
        number => Box::pin(again(web::Path::from(number - 1))).await,
    }
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(question).service(early).service(again);
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/question/7", "7"),
    ("GET", "/early/0", "none"),
    ("GET", "/early/3", "3"),
    ("GET", "/again/3", "done"),
];

fn main() {}
