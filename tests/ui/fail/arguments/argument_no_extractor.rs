use auth_runtime::require_auth;

#[require_auth]
#[actix_web::get("/orders")]
async fn list(first: String, second: u8) -> &'static str {
    "orders"
}

#[require_auth]
async fn show(second: Vec<u8>) -> &'static str {
    "orders"
}

fn routes(routes: &mut auth_runtime::Routes<'_>) {
    routes.route("/show", actix_web::http::Method::GET, show);
}

fn main() {}
