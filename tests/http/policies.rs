//! Rules over a handler's arguments, which `when = path(..)` states.

use std::{fmt, future::ready, io, time::Duration};

use actix_web::{Either, HttpResponse, get, post, web};
use auth_runtime::{
    Api, Authorizer, Claims, Decision, Denial, InvalidCredential, Principal, Routes,
    authenticate::MalformedCredential, require, require_auth, require_scope, settings::DenialBody,
};
use auth_tests::{
    Issuer, Server, Token,
    app::{Calls, NewOrder},
    log,
    wire::bearer,
};
use serde::Deserialize;
use tokio::time::sleep;

fn is_small(order: &web::Json<NewOrder>) -> bool {
    order.item.len() < 10
}

#[require_scope("orders:write", when = is_small(order))]
#[post("/small")]
async fn small(calls: web::Data<Calls>, order: web::Json<NewOrder>) -> String {
    calls.count();
    order.into_inner().item
}

mod rules {
    use super::{
        Calls, Decision, Denial, Duration, InvalidCredential, MalformedCredential, NewOrder, Principal,
        sleep, web,
    };

    /// Allows Alice her order, after a while, and denies everything else with a reason.
    pub(super) async fn is_own(
        principal: &Principal,
        id: &web::Path<u64>,
        calls: &web::Data<Calls>,
    ) -> Decision {
        let before = calls.so_far();
        sleep(Duration::from_millis(5)).await;
        if principal.subject() == Some("alice") && **id == 1 && calls.so_far() == before {
            Decision::Allow
        } else {
            Decision::Deny(Denial::Refused("somebody else's"))
        }
    }

    /// Fails in the way that the item names.
    pub(super) fn fails(order: &NewOrder) -> Result<bool, Denial> {
        match order.item.as_str() {
            "io" => Err(std::io::Error::other("the rule is on fire"))?,
            "down" => Err(Denial::Unavailable {
                retry_after: Duration::from_secs(4),
                cause: "a restart".to_owned(),
            }),
            "absent" => Err(Denial::Absent),
            "scope" => Err(Denial::InsufficientScope),
            "anonymous" => Err(Denial::Anonymous),
            "expired" => Err(InvalidCredential::Expired { seconds_ago: 1 }.into()),
            "malformed" => Err(Denial::MalformedCredential(MalformedCredential::Joined)),
            item => Ok(item == "fine"),
        }
    }
}

#[require_auth(hide(anonymous), when = rules::is_own(principal, id, calls))]
#[post("/own/{id}")]
async fn own(id: web::Path<u64>, calls: web::Data<Calls>) -> String {
    calls.count();
    id.to_string()
}

#[require(scope("orders:write"), hide, when = rules::fails(order))]
#[post("/fails")]
async fn fails(calls: web::Data<Calls>, web::Json(mut order): web::Json<NewOrder>) -> String {
    calls.count();
    order.item.push('!');
    order.item
}

#[require_auth(when = rules::fails(order))]
#[post("/fails-openly")]
async fn fails_openly(calls: web::Data<Calls>, web::Json(order): web::Json<NewOrder>) -> String {
    calls.count();
    order.item
}

#[derive(Deserialize)]
struct Tenant {
    tenant: String,
}

/// The argument `principal` is the handler's own, a `Tenant`, and not the caller's `Principal`.
fn tenant_is(principal: &Tenant, wanted: &String) -> Result<Decision, fmt::Error> {
    if wanted.is_empty() { Err(fmt::Error) } else { Ok((principal.tenant == *wanted).into()) }
}

#[require_auth(when = tenant_is(principal, wanted))]
#[post("/tenants/{tenant}")]
async fn tenant(
    calls: web::Data<Calls>,
    Claims(principal): Claims<Tenant>,
    wanted: web::Path<String>,
) -> HttpResponse {
    calls.count();
    HttpResponse::Ok().body(format!("{} {wanted}", principal.tenant))
}

fn later<T: PartialEq<u64>>(number: &web::Path<T>) -> impl Future<Output = Result<bool, io::Error>> {
    ready(Ok(**number == 7))
}

#[require_scope("orders:write", when = later(number))]
async fn generic<T: PartialEq<u64> + serde::de::DeserializeOwned + 'static>(
    calls: web::Data<Calls>,
    number: web::Path<T>,
) -> &'static str {
    let _ = number;
    calls.count();
    "generic"
}

fn has_not_shipped() -> Decision {
    Decision::Deny(Denial::Refused("the order has shipped"))
}

#[require_auth(when = has_not_shipped())]
#[post("/shipped")]
async fn shipped() -> &'static str {
    "changed"
}

/// The rule gets the arguments that it names, whatever they are called.
#[expect(clippy::ref_option, reason = "it is what the argument is")]
fn is_caller(path: &web::Path<String>, caller: &Principal, other: &Option<Principal>) -> bool {
    path.as_str() == "evil" && caller.subject() == Some("alice") && other.is_some()
}

#[require_auth(when = is_caller(__principal, principal, __arguments))]
#[post("/hygiene/{name}")]
async fn hygiene(__arguments: Option<Principal>, __principal: web::Path<String>) -> String {
    format!("{__principal} {}", __arguments.is_some())
}

/// Handlers with the name of an argument, or with a name that the expansion could have used.
mod named {
    use super::{NewOrder, get, is_tea, never, post, require_auth, web};

    macro_rules! others {
        ($($name:ident)+) => {
            $(
                #[require_auth(when = never())]
                #[get("/")]
                async fn $name() -> &'static str { "other" }
            )+
        };
    }

    others!(arguments principal decision decide);

    #[require_auth(when = is_tea(order))]
    #[post("/order")]
    pub(super) async fn order(web::Json(order): web::Json<NewOrder>) -> String {
        order.item
    }
}

/// The rule gets `order`, which both arms of the pattern bind.
fn is_tea(order: &NewOrder) -> bool {
    order.item == "tea"
}

#[require_auth(when = is_tea(order))]
#[post("/either")]
async fn either(
    (Either::Left(web::Json(order)) | Either::Right(web::Form(order))): Either<
        web::Json<NewOrder>,
        web::Form<NewOrder>,
    >,
) -> String {
    order.item
}

fn never() -> bool {
    false
}

#[require_auth(when = never())]
async fn closed(calls: web::Data<Calls>) -> &'static str {
    calls.count();
    "closed"
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(small).service(own).service(fails).service(fails_openly).service(tenant);
    routes.service(hygiene).service(either).service(named::order);
    routes.route("/generic/{number}", actix_web::http::Method::POST, generic::<u64>);
    routes.route("/closed", actix_web::http::Method::POST, closed);
}

fn start() -> Server {
    let authorizer = Issuer::default().authorizer_builder().challenge_scopes();
    let api = Api::new(authorizer.build().unwrap(), routes).unwrap();
    let calls = Calls::default();
    let counted = calls.clone();
    let server = Server::start(move |config| {
        config.app_data(web::Data::new(counted.clone()));
        api.routes()(config);
    });
    server.watching(calls)
}

fn post(server: &Server, path: &str, item: &str) -> auth_tests::Response {
    let alice = bearer(Token::alice().claim("tenant", "acme").signed());
    server.send_json("POST", path, &[&alice, "x-expect: 500"], &format!(r#"{{"item":"{item}"}}"#))
}

#[test]
fn a_rule_is_asked_about_the_arguments_that_it_names() {
    let server = start();
    for (path, item, answer) in [
        ("/small", "tea", "tea"),
        ("/own/1", "", "1"),
        ("/fails", "fine", "fine!"),
        ("/tenants/acme", "", "acme acme"),
        ("/generic/7", "", "generic"),
        ("/hygiene/evil", "", "evil true"),
        ("/either", "tea", "tea"),
        ("/order", "tea", "tea"),
    ] {
        let response = post(&server, path, item);
        assert_eq!((response.status(), response.text().as_str()), (200, answer), "{path}");
    }
}

#[test]
fn what_a_rule_denies_is_403_or_hidden() {
    let server = start();
    for (path, item, status) in [
        ("/small", "a large order", 403),
        // A caller who meets the requirement is told so, also under `hide`: the handler shows already by reading the
        // body.
        ("/own/2", "", 403),
        ("/fails", "other", 403),
        ("/fails-openly", "other", 403),
        ("/tenants/other", "", 403),
        ("/generic/8", "", 403),
        ("/closed", "", 403),
    ] {
        let response = post(&server, path, item);
        assert_eq!(response.status(), status, "{path}");
        assert_eq!((response.challenges().len(), response.json().get("error")), (0, None), "{path}");
    }
}

#[test]
fn an_error_inside_a_rule_denies() {
    log::keep();
    let server = start();
    for path in ["/fails", "/fails-openly"] {
        let failed = post(&server, path, "io");
        assert_eq!(failed.status(), 500, "{path}");
        assert!(!failed.text().contains("fire"));
        assert_eq!(post(&server, path, "down").status(), 503, "{path}");
        assert_eq!(
            post(&server, path, "absent").masked(),
            post(&server, "/nothing", "absent").masked(),
            "{path}"
        );
    }
    // The caller is authenticated before the rule is asked.
    for item in ["anonymous", "expired", "malformed"] {
        let response = post(&server, "/fails-openly", item);
        assert_eq!((response.status(), response.challenges().len()), (403, 0), "{item}");
        assert_eq!(response.json().get("error"), None, "{item}");
    }
    // A denial that no scope would cure has no challenge.
    let scope = post(&server, "/fails-openly", "scope");
    assert_eq!((scope.status(), scope.challenges().len()), (403, 0));
    assert!(log::lines().lines().any(|line| line.contains("ERROR") && line.contains("the rule is on fire")));
}

#[test]
fn a_rule_is_asked_last() {
    let server = start();
    for path in ["/small", "/own/1", "/fails", "/tenants/acme", "/generic/7", "/closed"] {
        let status = if path == "/own/1" { 404 } else { 401 };
        let expired = bearer(Token::expired().signed());
        assert_eq!(server.send_json("POST", path, &[], "{").status(), status, "{path}");
        assert_eq!(server.send_json("POST", path, &[&expired], "{").status(), status, "{path}");
    }
    let stranger = bearer(Token::of("carol").signed());
    for (path, status) in [("/small", 403), ("/fails", 404), ("/generic/7", 403)] {
        assert_eq!(server.send_json("POST", path, &[&stranger], "{").status(), status, "{path}");
    }
    // An argument that refuses gives its own answer.
    let alice = bearer(Token::alice().signed());
    assert_eq!(server.send_json("POST", "/small", &[&alice], "{").status(), 400);
}

#[test]
fn the_access_table_shows_the_rule() {
    let authorizer = Authorizer::builder().bearer(Issuer::default().jwt()).build().unwrap();
    let api = Api::new(authorizer, routes).unwrap();
    let row = api.endpoints().iter().find(|row| row.path == "/own/{id}").unwrap();
    assert_eq!(row.rule, Some("rules::is_own(principal, id, calls)"));
    let text = api.endpoints().to_string();
    assert!(text.contains(r#"  scope("orders:write"); when is_small(order)  "#), "{text}");
    assert!(text.contains("  when never()  "), "{text}");
}

#[test]
fn the_application_may_tell_the_reason() {
    let authorizer = Authorizer::builder().bearer(Issuer::default().jwt()).denial_body(|_, denied| {
        let Denial::Refused(reason) = denied.denial() else { return None };
        Some(DenialBody::html(format!("<p>{reason}</p>")))
    });
    let api = Api::new(authorizer.build().unwrap(), |routes: &mut Routes<'_>| {
        routes.service(shipped);
    });
    let server = Server::of(api.unwrap());
    let response = post(&server, "/shipped", "");
    assert_eq!((response.status(), response.text().as_str()), (403, "<p>the order has shipped</p>"));
}
