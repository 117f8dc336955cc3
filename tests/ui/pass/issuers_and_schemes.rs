//! Requirements of an issuer and a scheme, as texts and as constants.

use actix_web::{get, web};
use auth_runtime::require;

const STAFF: &str = "https://issuer.example";

mod schemes {
    pub(crate) const BEARER: &str = "Bearer";
}

#[require(all(issuer("https://issuer.example"), scheme("bearer")), scope("orders:read"))]
#[get("/texts")]
async fn texts() -> &'static str {
    "texts"
}

#[require(
    issuer(any(STAFF, "https://partner.example")),
    scheme(any(schemes::BEARER, "Session")),
    scope("orders:read")
)]
#[get("/constants")]
async fn constants() -> &'static str {
    "constants"
}

#[require(any(scheme("Session"), all(issuer(STAFF), scope("orders:read"))))]
async fn plain() -> &'static str {
    "plain"
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(texts).service(constants).route("/plain", web::get().to(plain));
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] =
    &[("GET", "/texts", "texts"), ("GET", "/constants", "constants"), ("GET", "/plain", "plain")];

fn main() {}
