use auth_runtime::require_auth;

#[require_auth]
#[actix_web::get("/orders")]
async fn list() -> u8 {
    1
}

#[require_auth]
async fn show() -> u8 {
    1
}

fn routes(routes: &mut auth_runtime::Routes<'_>) {
    routes.route("/show", actix_web::http::Method::GET, show);
}

fn main() {}
