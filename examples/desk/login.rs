//! Logging in and out with a browser, and who the caller is.

use actix_web::{
    HttpRequest, HttpResponse, Responder, get,
    http::header::{ACCEPT, ContentType, LOCATION},
    post, web,
};
use auth_runtime::{
    Denial, Denied, Principal,
    basic::Basic,
    public, require_auth,
    session::{ReturnPath, Session},
    settings::DenialBody,
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
    /// Where the caller wanted to go. It never leads to another site.
    #[serde(default)]
    return_to: ReturnPath,
}

#[public("callers who log in have no session yet")]
#[get("/login")]
pub(crate) async fn show_form() -> impl Responder {
    HttpResponse::Ok().content_type(ContentType::html()).body(page(&ReturnPath::default()))
}

#[public("callers who log in have no session yet")]
#[post("/login")]
pub(crate) async fn log_in(
    request: HttpRequest,
    session: Session,
    passwords: web::Data<Basic>,
    form: web::Form<Credentials>,
) -> Result<HttpResponse, Denial> {
    let Credentials { name, password, return_to } = form.into_inner();
    // If the login fails, the page keeps where the caller wanted to go.
    return_to.keep(&request);
    let person = passwords.verify(&name, &password).await?; // 401, with the login page
    session.begin(&person.subject())?;
    // Nothing is at `/`, which stands for everything that is no path of this service.
    let target = if return_to == ReturnPath::default() { "/me" } else { return_to.as_str() };
    Ok(see_other(target))
}

#[require_auth]
#[post("/logout")]
pub(crate) async fn log_out(session: Session) -> impl Responder {
    session.end();
    see_other("/login")
}

#[require_auth]
#[get("/me")]
pub(crate) async fn me(principal: Principal) -> impl Responder {
    web::Json(json!({ "subject": principal.subject(), "scheme": principal.scheme() }))
}

/// Sends the login page with a 401: to browsers, and to everybody whose login failed.
pub(crate) fn in_place_of_401(request: &HttpRequest, denied: &Denied) -> Option<DenialBody> {
    let needs_login = matches!(denied.denial(), Denial::Anonymous | Denial::InvalidCredential(_));
    let accepts = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_browser = accepts.is_some_and(|accept| accept.contains("text/html"));
    let is_login = request.path() == "/login";
    (needs_login && (is_browser || is_login))
        .then(|| DenialBody::html(page(&ReturnPath::of(request))).vary(ACCEPT))
}

/// A `ReturnPath` may stand in an attribute as it is.
fn page(return_to: &ReturnPath) -> String {
    include_str!("login.html").replace("{return_to}", return_to.as_str())
}

fn see_other(target: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, target)).finish()
}
