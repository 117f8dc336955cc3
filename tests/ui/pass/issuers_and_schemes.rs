//! Requirements of an issuer and a scheme, as texts and as constants.

use auth_runtime::require;

const STAFF: &str = "https://staff.example";

mod schemes {
    pub(crate) const SESSION: &str = "Session";
}

#[require(all(issuer("https://id.example"), scheme("Session")))]
#[actix_web::get("/people")]
async fn people() -> &'static str {
    "people"
}

#[require(issuer(any(STAFF, "https://partner.example")), scheme(any(schemes::SESSION, "Bearer")))]
#[actix_web::get("/either")]
async fn either() -> &'static str {
    "either"
}

#[require(any(scheme(schemes::SESSION), all(issuer(STAFF), role("admin"))), hide)]
async fn plain() -> &'static str {
    "plain"
}

fn main() {
    let app = actix_web::App::new().service(people).service(either);
    let _ = app.route("/plain", actix_web::web::get().to(plain));
}
