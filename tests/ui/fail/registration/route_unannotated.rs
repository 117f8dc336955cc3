use auth_runtime::Routes;

#[actix_web::get("/open")]
async fn open() -> &'static str {
    "open"
}

#[actix_web::get("/below")]
#[auth_runtime::require_auth]
async fn below() -> &'static str {
    "below"
}

async fn plain() -> &'static str {
    "plain"
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(open);
    routes.service(below);
    routes.route("/plain", actix_web::http::Method::GET, plain);
    routes.scope("/v1", |v1| {
        v1.service(actix_web::web::resource("/resource"));
    });
}

fn main() {}
