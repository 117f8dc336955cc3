//! Denials that a handler fails with, in every form of handler and through every kind of error.

use std::{error::Error as StdError, fmt, time::Duration};

use actix_web::{
    App, FromRequest, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    get,
    http::{Method, StatusCode},
    web,
};
use auth_runtime::{
    Api, Authorizer, Denial, Denied, InvalidCredential, NotFound, Principal, Routes, public, require_auth,
    require_scope, settings::DenialBody,
};
use auth_tests::{Issuer, Response, Server, Token, log, wire::bearer};

/// An error of the application's, which answers with the response of the denial inside.
#[derive(Debug)]
enum AppError {
    Denied(Denied),
    Store,
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error of the application")
    }
}

impl StdError for AppError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Denied(denied) => Some(denied),
            Self::Store => None,
        }
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Denied(denied) => denied.status_code(),
            Self::Store => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Denied(denied) => denied.error_response(),
            Self::Store => HttpResponse::new(self.status_code()),
        }
    }
}

impl<E: Into<Denied>> From<E> for AppError {
    fn from(error: E) -> Self {
        Self::Denied(error.into())
    }
}

/// The data of a refusal.
struct Limit(u32);

/// What a handler fails with.
fn denial(name: &str) -> Result<(), Denial> {
    Err(match name {
        "absent" => Denial::Absent,
        "anonymous" => Denial::Anonymous,
        "failed" => Denial::Failed { cause: "the store is on fire".to_owned() },
        "forbidden" => Denial::Forbidden,
        "invalid" => InvalidCredential::Expired { seconds_ago: 4 }.into(),
        "invisible" => Denial::Invisible,
        "limit" => Denial::refused_with("too many orders", Limit(7)),
        "refused" => Denial::Refused("the shop is closed"),
        "unavailable" => {
            Denial::Unavailable { retry_after: Duration::from_secs(9), cause: "a restart".to_owned() }
        }
        _ => return Ok(()),
    })
}

/// An argument of the application's that fails with a denial.
struct Known;

impl FromRequest for Known {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let name = request.match_info().query("name");
        std::future::ready(denial(name).map(|()| Self).map_err(AppError::from))
    }
}

/// The same, which fails with the denial itself.
struct Direct;

impl FromRequest for Direct {
    type Error = Denied;
    type Future = std::future::Ready<Result<Self, Denied>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let name = request.match_info().query("name");
        std::future::ready(denial(name).map(|()| Self).map_err(Denied::from))
    }
}

macro_rules! handlers {
    ($($name:ident $path:literal ($($argument:ident: $Argument:ty),+) -> $Error:ty: $body:expr;)+) => {
        /// With route attributes of their own, which the expansion registers.
        mod routed {
            use super::*;

            $(
                #[require_auth]
                #[get($path)]
                pub(super) async fn $name($($argument: $Argument),+) -> Result<&'static str, $Error> {
                    $body
                }
            )+

            pub(super) fn register(routes: &mut Routes<'_>) {
                $(routes.service($name);)+
            }
        }

        /// With route attributes that actix-web registers, because of the middleware.
        mod by_actix {
            use super::*;

            $(
                #[require_auth]
                #[get($path, wrap = "actix_web::middleware::Compress::default()")]
                pub(super) async fn $name($($argument: $Argument),+) -> Result<&'static str, $Error> {
                    $body
                }
            )+

            pub(super) fn register(routes: &mut Routes<'_>) {
                $(routes.service($name);)+
            }
        }

        mod functions {
            use super::*;

            $(
                #[require_auth]
                pub(super) async fn $name($($argument: $Argument),+) -> Result<&'static str, $Error> {
                    $body
                }
            )+

            pub(super) fn register(routes: &mut Routes<'_>) {
                $(routes.route($path, Method::GET, $name);)+
            }

            /// Without an `Api`.
            pub(super) fn configure(config: &mut web::ServiceConfig) {
                $(config.route($path, web::get().to($name));)+
            }
        }
    };
}

handlers! {
    error "/error/{name}" (name: web::Path<String>) -> actix_web::Error: { denial(&name)?; Ok("fine") };
    own "/own/{name}" (name: web::Path<String>) -> AppError: { denial(&name)?; Ok("fine") };
    denied "/denied/{name}" (name: web::Path<String>) -> Denied: { denial(&name)?; Ok("fine") };
    plain "/plain/{name}" (name: web::Path<String>) -> Denial: denial(&name).map(|()| "fine");
    boxed "/boxed/{name}" (name: web::Path<String>) -> Box<dyn StdError>: {
        denial(&name).map_err(|denial| AppError::Denied(denial.into()))?;
        Ok("fine")
    };
    argument "/argument/{name}" (_known: Known) -> actix_web::Error: Ok("fine");
    direct "/direct/{name}" (_direct: Direct) -> actix_web::Error: Ok("fine");
    not_found "/not-found/{name}" (name: web::Path<String>) -> actix_web::Error: {
        if *name == "absent" { Err(NotFound)? }
        denial(&name)?;
        Ok("fine")
    };
}

const ERRORS: [&str; 8] = ["error", "own", "denied", "plain", "boxed", "argument", "direct", "not-found"];

/// actix-web makes the response of these handlers' arguments, and an error of the application's hides what is inside.
fn is_seen(form: &str, error: &str) -> bool {
    error != "argument" || !["by actix", "without an Api"].contains(&form)
}

#[require_auth]
#[get("/store")]
async fn store() -> Result<&'static str, AppError> {
    Err(AppError::Store)
}

#[require_scope("nobody", hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

#[public("it asks for the caller itself")]
#[get("/open")]
async fn open(caller: Option<Principal>) -> Result<String, AppError> {
    let caller = caller.ok_or(Denial::Anonymous)?;
    Ok(caller.subject().unwrap_or_default().to_owned())
}

fn authorizer(issuer: &Issuer) -> Authorizer {
    issuer
        .authorizer_builder()
        .not_found(|_| HttpResponse::NotFound().insert_header(("x-shop", "1")).body("nothing is here"))
        .denial_body(|_, denied| {
            let Limit(limit) = denied.denial().data()?;
            Some(DenialBody::json(&serde_json::json!({ "limit": limit })))
        })
        .build()
        .unwrap()
}

struct Shop {
    /// One server for each form of handler.
    servers: Vec<(&'static str, Server)>,
}

fn get(server: &Server, path: &str, lines: &[&str]) -> Response {
    let alice = bearer(Token::alice().signed());
    let lines: Vec<_> = [alice.as_str()].iter().chain(lines).copied().collect();
    server.send("GET", path, &lines)
}

impl Shop {
    fn start() -> Self {
        let issuer = Issuer::default();
        let authorizer = authorizer(&issuer);
        let of = |register: fn(&mut Routes<'_>)| {
            let routes = move |routes: &mut Routes<'_>| {
                register(routes);
                routes.service(hidden).service(open).service(store);
            };
            Server::of(Api::new(authorizer.clone(), routes).unwrap())
        };
        let mut servers = vec![
            ("routed", of(routed::register)),
            ("by actix", of(by_actix::register)),
            ("functions", of(functions::register)),
        ];
        let alone = authorizer.clone();
        servers.push((
            "without an Api",
            Server::run(move || {
                App::new()
                    .app_data(alone.clone())
                    .configure(functions::configure)
                    .service((hidden, open, store))
                    .default_service(alone.not_found())
            }),
        ));
        Self { servers }
    }
}

#[test]
fn a_denial_has_the_one_answer_through_every_error_of_every_form_of_handler() {
    let shop = Shop::start();
    for (form, server) in &shop.servers {
        let absent = get(server, "/no-such-path", &[]);
        assert_eq!((absent.status(), absent.text()), (404, "nothing is here".to_owned()), "{form}");
        assert_eq!(get(server, "/hidden", &[]).masked(), absent.masked(), "{form}");
        for error in ERRORS.into_iter().filter(|error| is_seen(form, error)) {
            let get = |name: &str| get(server, &format!("/{error}/{name}"), &[]);
            let place = format!("{form}, {error}");
            assert_eq!(get("fine").status(), 200, "{place}");
            for name in ["absent", "invisible"] {
                assert_eq!(get(name).masked(), absent.masked(), "{place}");
            }
            for name in ["forbidden", "refused"] {
                let forbidden = get(name);
                assert_eq!((forbidden.status(), forbidden.challenges().len()), (403, 0), "{place}");
                assert_eq!(forbidden.json()["detail"], "the caller may not do this", "{place}");
            }
            let limit = get("limit");
            assert_eq!((limit.status(), limit.json()), (403, serde_json::json!({ "limit": 7 })), "{place}");
            let anonymous = get("anonymous");
            assert_eq!(
                (anonymous.status(), anonymous.challenge()),
                (401, r#"Bearer realm="orders""#),
                "{place}"
            );
            assert_eq!(get("invalid").status(), 401, "{place}");
            let unavailable = get("unavailable");
            assert_eq!((unavailable.status(), unavailable.field("retry-after")), (503, Some("9")), "{place}");
        }
    }
}

#[test]
fn a_failure_is_a_500_without_its_cause() {
    let shop = Shop::start();
    for (form, server) in &shop.servers {
        for error in ERRORS {
            let path = format!("/{error}/failed");
            let failed = get(server, &path, &["x-expect: 500"]);
            assert_eq!(failed.status(), 500, "{form}, {error}");
            assert!(!failed.text().contains("fire"), "{form}, {error}");
        }
    }
}

#[test]
fn an_error_of_the_application_without_a_denial_keeps_its_answer() {
    let shop = Shop::start();
    for (form, server) in &shop.servers {
        assert_eq!(get(server, "/store", &["x-expect: 507"]).status(), 507, "{form}");
    }
}

#[test]
fn a_public_handler_can_ask_for_a_credential() {
    let shop = Shop::start();
    for (form, server) in &shop.servers {
        let asked = server.send("GET", "/open", &[]);
        assert_eq!((asked.status(), asked.challenge()), (401, r#"Bearer realm="orders""#), "{form}");
        assert_eq!(get(server, "/open", &[]).text(), "alice", "{form}");
    }
}

#[test]
fn the_log_says_that_the_handler_denied_and_why() {
    let shop = Shop::start();
    let (_, server) = &shop.servers[0];
    log::keep();
    get(server, "/own/refused", &[]);
    let logged = log::lines();
    let line = logged.lines().find(|line| line.contains("/own/refused")).unwrap();
    assert!(line.contains("denied by the handler") && line.contains("the shop is closed"), "{line}");
}

#[test]
fn a_denied_of_an_argument_is_sent_as_it_is() {
    #[require_auth]
    #[get("/claims")]
    async fn claims(claims: Result<auth_runtime::Claims<u64>, Denied>) -> Result<String, AppError> {
        let auth_runtime::Claims(number) = claims?;
        Ok(number.to_string())
    }

    let issuer = Issuer::default();
    let api = Api::new(authorizer(&issuer), |routes: &mut Routes<'_>| {
        routes.service(claims);
    });
    let server = Server::of(api.unwrap());
    let denied = get(&server, "/claims", &[]);
    assert_eq!((denied.status(), denied.json()["status"].as_u64()), (403, Some(403)));
}
