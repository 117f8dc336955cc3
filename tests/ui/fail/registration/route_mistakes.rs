use actix_web::{get, post, route};
use auth_runtime::require_auth;

#[require_auth]
#[route("/small", method = "get")]
async fn small() -> &'static str {
    "small"
}

#[require_auth]
#[route("/twice", method = "GET", method = "GET")]
async fn twice() -> &'static str {
    "twice"
}

#[require_auth]
#[get("/method", method = "GET")]
async fn method() -> &'static str {
    "method"
}

#[require_auth]
#[get("/name", name = 1)]
async fn name() -> &'static str {
    "name"
}

#[require_auth]
#[get("/unknown", title = "unknown")]
async fn unknown() -> &'static str {
    "unknown"
}

#[require_auth]
#[get("/one")]
#[post("/other")]
async fn beside() -> &'static str {
    "beside each other"
}

#[require_auth]
#[get("/{same}/{same}")]
async fn same() -> &'static str {
    "same"
}

fn main() {}
