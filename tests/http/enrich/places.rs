//! Where an enriched principal is asked for: gates, groups, arguments, and paths that do not exist.

use actix_web::{
    App, FromRequest as _, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    get,
    http::header::{HeaderName, HeaderValue},
    middleware::{Next, from_fn},
};
use auth_runtime::{Api, Claims, Denied, Group, Requirement, Routes, public, require_auth, require_role};
use auth_tests::Server;

use super::*;

fn is_admin(principal: &Principal) -> bool {
    principal.has_role("admin")
}

#[require_role("admin", when = is_admin(principal))]
#[get("/all")]
async fn all(principal: Principal, _claims: Claims<serde_json::Value>) -> String {
    principal.roles().collect()
}

#[require_role("admin")]
#[get("/by-hand")]
async fn by_hand(request: HttpRequest) -> Result<String, Denied> {
    Principal::extract(&request).await.map(|principal| principal.roles().collect())
}

#[require_auth]
#[get("/plain")]
async fn plain() -> &'static str {
    "plain"
}

#[require_auth(hide(anonymous))]
#[get("/secret")]
async fn secret() -> &'static str {
    "secret"
}

#[public("it shows who asks")]
#[get("/open")]
async fn open(caller: Result<Principal, Denied>, again: Option<Principal>) -> HttpResponse {
    match caller {
        Ok(principal) => HttpResponse::Ok().body(principal.roles().collect::<String>()),
        Err(denied) => HttpResponse::Ok().body(format!("{} {}", denied.denial(), again.is_some())),
    }
}

fn routes(routes: &mut Routes<'_>) {
    let authorizer = routes.authorizer().clone();
    routes.service(all).service(by_hand).service(plain).service(open);
    routes.group(Group::new("/admin").wrap(authorizer.require(Requirement::role("admin"))), |admin| {
        admin.service(all).service(by_hand).service(plain).service(open);
    });
}

/// Starts the routes, behind the authorizer's gate or without it.
fn serve(authorizer: &Authorizer, is_gated: bool) -> Server {
    let (api, gate) = (Api::new(authorizer.clone(), routes).unwrap(), authorizer.gate());
    if is_gated {
        Server::run(move || App::new().wrap(gate.clone()).configure(api.routes()))
    } else {
        Server::of(api)
    }
}

#[require_auth]
#[get("/expires")]
async fn expires(principal: Principal) -> String {
    format!("{:?} {:?}", principal.expires_at(), principal.id())
}

#[test]
fn when_the_credential_expires_cannot_be_changed() {
    let shown = |remember: Option<u64>| {
        let builder = Issuer::default().authorizer_builder();
        let builder = match remember {
            Some(seconds) => builder.enrich(
                Enrichment::new(|principal: Principal| {
                    let later = std::time::SystemTime::now() + Duration::from_secs(1_000_000_000);
                    Ok(principal.to_builder().expires_at(later).subject("root").build())
                })
                .remember_for(Duration::from_secs(seconds)),
            ),
            None => builder,
        };
        let routes = |routes: &mut Routes<'_>| {
            routes.service(expires);
        };
        let server = Server::of(Api::new(builder.build().unwrap(), routes).unwrap());
        [(); 2].map(|()| server.get_as("/expires", Token::alice().signed()).text())
    };
    let proven = shown(None);
    assert!(proven[0].contains("alice") && proven[0].contains("Some(SystemTime"), "{proven:?}");
    assert_eq!([shown(Some(0)), shown(Some(30))], [proven.clone(), proven]);
}

#[test]
fn the_application_is_asked_once_for_each_request() {
    for (later, is_gated) in [(false, false), (false, true), (true, false), (true, true)] {
        let asked = Calls::default();
        let counted = asked.clone();
        let enrich = move |principal: Principal| {
            counted.count();
            with_roles(principal)
        };
        let authorizer = enriched(Issuer::default().authorizer_builder(), later, enrich).build().unwrap();
        let server = serve(&authorizer, is_gated);
        let token = Token::alice().signed();
        for path in ["/all", "/by-hand", "/open", "/admin/all", "/admin/by-hand", "/admin/open", "/all"] {
            let answer = server.get_as(path, &token);
            assert_eq!((answer.status(), answer.text().as_str()), (200, "admin"), "{path}");
            assert_eq!(asked.take(), 1, "{path} {later} {is_gated}");
        }
        for path in ["/plain", "/admin/plain"] {
            assert_eq!(server.get_as(path, &token).status(), 200, "{path}");
            assert_eq!(asked.take(), 1, "{path} {later} {is_gated}");
        }
        // Nobody is asked about nobody.
        assert_eq!(server.get("/plain", &[]).status(), 401);
        assert_eq!(asked.take(), 0);
    }
}

/// Asks for the caller after the handler, as a middleware that keeps a journal does.
async fn journal(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let caller = Principal::extract(response.request()).await?;
    let subject = HeaderValue::from_str(caller.subject().unwrap_or_default())?;
    response.headers_mut().insert(HeaderName::from_static("x-caller"), subject);
    Ok(response)
}

#[test]
fn a_middleware_that_asks_after_the_handler_does_not_ask_the_application_again() {
    for remember in [0, 30] {
        let asked = Calls::default();
        let counted = asked.clone();
        let enrichment = Enrichment::new(move |principal: Principal| {
            counted.count();
            Ok(principal)
        });
        let enrichment = enrichment.remember_for(Duration::from_secs(remember));
        // Without a cache it is the request that knows the answer.
        let builder = Issuer::default().authorizer_builder().without_token_cache();
        let api = Api::new(builder.enrich(enrichment).build().unwrap(), routes).unwrap();
        let server = Server::run(move || App::new().wrap(from_fn(journal)).configure(api.routes()));
        let answer = server.get_as("/plain", Token::alice().signed());
        assert_eq!((answer.status(), answer.field("x-caller"), asked.take()), (200, Some("alice"), 1));
    }
}

#[test]
fn a_denial_is_decided_once_and_shown_to_public_handlers() {
    for later in [false, true] {
        let asked = Calls::default();
        let counted = asked.clone();
        let enrich = move |_: Principal| {
            counted.count();
            Err(Denial::Refused("suspended"))
        };
        let authorizer = enriched(Issuer::default().authorizer_builder(), later, enrich).build().unwrap();
        let token = Token::alice().signed();
        let server = serve(&authorizer, false);
        assert_eq!(server.get_as("/open", &token).text(), "suspended false");
        assert_eq!(asked.take(), 1);
        assert_eq!(server.get_as("/admin/open", &token).status(), 403);
        assert_eq!(asked.take(), 1);
        // Behind the gate nothing is routed, so every path answers alike.
        let gated = serve(&authorizer, true);
        let denied = gated.get_as("/plain", &token);
        assert_eq!((denied.status(), denied.challenges().len(), asked.take()), (403, 0, 1));
        for path in ["/open", "/admin/plain", "/nothing"] {
            assert_eq!(gated.get_as(path, &token).masked(), denied.masked(), "{path}");
        }
    }
}

#[test]
fn an_ambient_credential_of_a_denied_principal_passes_the_gate_and_no_handler() {
    let sessions = Scheme::new("Session", |session: &Credential<'_>| {
        Ok(Principal::builder().subject(session.value()).build())
    });
    let builder = Authorizer::builder().scheme(sessions.cookie("session"));
    let authorizer = builder.enrich(|_: Principal| Err(Denial::Refused("suspended"))).build().unwrap();
    let server = serve(&authorizer, true);
    let cookie = ["cookie: session=alice"];
    assert_eq!(server.get("/open", &cookie).text(), "suspended false");
    let denied = server.get("/plain", &cookie);
    assert_eq!((denied.status(), denied.challenges().len()), (403, 0));
}

#[test]
fn a_path_that_does_not_exist_fails_like_one_hidden_from_everybody() {
    let asked = Calls::default();
    let counted = asked.clone();
    let enrich = move |principal: Principal| {
        counted.count();
        match principal.subject() {
            Some("alice") => Err(io::Error::other("away"))?,
            _ => Err(Denial::Forbidden),
        }
    };
    let authorizer = Issuer::default().authorizer_builder().enrich(enrich).build().unwrap();
    let secrets = |routes: &mut Routes<'_>| {
        routes.service(secret);
    };
    let server = Server::of(Api::new(authorizer, secrets).unwrap());
    for (token, status) in [(Token::alice(), 503), (Token::bob(), 404)] {
        let token = token.signed();
        let hidden = server.get_as("/secret", &token).masked();
        assert_eq!((hidden.status(), asked.take()), (status, 1));
        assert_eq!(server.get_as("/nothing", &token).masked(), hidden);
        assert_eq!(asked.take(), 1);
    }
}

#[test]
fn each_api_asks_its_own_enrichment() {
    let jwt = Issuer::default().jwt();
    let authorizer = |role: &'static str, remember: u64| {
        let enrichment =
            Enrichment::new(move |principal: Principal| Ok(principal.to_builder().role(role).build()));
        let builder = Authorizer::builder().realm(role).bearer(jwt.clone());
        builder.enrich(enrichment.remember_for(Duration::from_secs(remember))).build().unwrap()
    };
    for remember in [0, 30] {
        let (admins, clerks) = (authorizer("admin", remember), authorizer("clerk", remember));
        let routes = |path: &'static str, authorizer: &Authorizer| {
            let authorizer = authorizer.clone();
            move |routes: &mut Routes<'_>| {
                routes.group(Group::new(path).authorizer(&authorizer), |group| {
                    group.service(open).service(all);
                });
            }
        };
        let first = Api::new(admins.clone(), routes("/first", &admins)).unwrap();
        let second = Api::new(clerks.clone(), routes("/second", &clerks)).unwrap();
        let server = Server::run(move || App::new().configure(first.routes()).configure(second.routes()));
        let token = Token::alice().signed();
        for _ in 0..2 {
            assert_eq!(server.get_as("/first/open", &token).text(), "admin");
            assert_eq!(server.get_as("/second/open", &token).text(), "clerk");
            assert_eq!(server.get_as("/first/all", &token).status(), 200);
            assert_eq!(server.get_as("/second/all", &token).status(), 403);
        }
    }
}
