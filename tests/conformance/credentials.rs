//! SE: several credentials on one service.

mod answers;
mod api_keys;
mod basic;
mod choice;
mod composition;
mod one_person;
mod schemes;

use actix_web::{App, get, post, web};
use auth_runtime::{
    Authorizer, Credential, NotFound, Principal, Refusal, Scheme, public, require_auth, require_scope,
    settings::AuthorizerBuilder,
};
use auth_tests::{Server, wire::bearer};

/// Accepts people by their names, and refuses everybody else.
fn people(credential: &Credential<'_>) -> Result<Principal, Refusal> {
    match credential.value() {
        name @ ("alice" | "bob") => Ok(Principal::builder().subject(name).build()),
        "keeper" => Ok(Principal::builder().subject("keeper").scope("secrets").role("admin").build()),
        _ => Err(Refusal::invalid("nobody of that name")),
    }
}

fn all() -> AuthorizerBuilder {
    Authorizer::builder()
        .realm("desk")
        .bearer(people)
        .scheme(Scheme::new("ApiKey", people).header("X-Api-Key"))
        .scheme(Scheme::new("Session", people).cookie("session"))
        .scheme(Scheme::new("Ticket", people).dangerous_query("ticket").unadvertised())
        .scheme(
            Scheme::new("Badge", people)
                .presented_by(|head| Some(head.headers().get("x-badge")?.to_str().ok()?.to_owned())),
        )
}

#[require_auth]
#[get("/me")]
async fn me(principal: Principal) -> String {
    format!("{} by {}", principal.subject().unwrap(), principal.scheme().unwrap())
}

#[require_auth]
#[get("/who")]
async fn who(principal: Principal) -> String {
    principal.id().unwrap().to_string()
}

#[require_auth]
#[post("/me")]
async fn change(_: Principal) -> &'static str {
    "changed"
}

#[require_scope("secrets", hide)]
#[get("/secret")]
async fn secret() -> &'static str {
    "secret"
}

#[require_auth]
#[get("/absent")]
async fn absent() -> NotFound {
    NotFound
}

#[public("everybody may log in")]
#[get("/login")]
async fn login() -> &'static str {
    "log in"
}

fn routes(config: &mut web::ServiceConfig, authorizer: &Authorizer) {
    config.app_data(authorizer.clone()).service((me, change, secret, absent, login));
    config.default_service(authorizer.not_found());
}

fn service(builder: AuthorizerBuilder) -> Server {
    let authorizer = builder.build().unwrap();
    Server::start(move |config| routes(config, &authorizer))
}

/// Starts the service behind the gate.
fn gated() -> Server {
    let authorizer = all().build().unwrap();
    Server::run(move || {
        let authorizer = authorizer.clone();
        let gate = authorizer.gate();
        App::new().configure(move |config| routes(config, &authorizer)).wrap(gate)
    })
}

/// A scheme whose credential comes with the connection. A field stands for it here.
fn certificates() -> Scheme {
    Scheme::new("Certificate", people)
        .connection(|head| Some(head.headers().get("x-certificate")?.to_str().ok()?.to_owned()))
}

const KEY: &str = "x-api-key: bob";
const COOKIE: &str = "cookie: theme=dark; session=alice";

/// Returns each way to present Bob's credential on purpose: the target, the field and the scheme.
fn explicit() -> [(&'static str, String, &'static str); 4] {
    [
        ("/me", bearer("bob"), "Bearer"),
        ("/me", KEY.to_owned(), "ApiKey"),
        ("/me?ticket=bob", "accept: */*".to_owned(), "Ticket"),
        ("/me", "x-badge: bob".to_owned(), "Badge"),
    ]
}
