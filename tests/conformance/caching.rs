//! C: denials in caches (RFC 9110 §15.1, RFC 9111).

use std::{collections::HashMap, time::SystemTime};

use actix_web::{App, HttpResponse, get, http::Method, middleware::Compress};
use auth_runtime::{
    Api, Authorizer, Group, Hide, NotFound, Requirement, Routes, public, require_auth, require_role,
    require_scope,
};
use auth_tests::{Issuer, Response, Server, Token, wire::bearer};
use http_cache_semantics::CachePolicy;

#[require_auth]
#[get("/me")]
async fn me() -> &'static str {
    "you"
}

#[require_scope("orders:read", hide)]
#[get("/orders/1")]
async fn order() -> &'static str {
    "an order"
}

#[require_scope("orders:read", hide(anonymous))]
#[get("/secret")]
async fn secret() -> &'static str {
    "a secret"
}

#[public("the load balancer polls it")]
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(me).service(order).service(secret).service(health);
}

/// Builds an authorizer with a not-found page that has an age, so that caches keep it unless they are told not to (RFC
/// 9111 §4.2.2).
fn authorizer() -> Authorizer {
    let page = |_: &_| {
        HttpResponse::NotFound()
            .insert_header(("last-modified", "Thu, 01 Jan 2015 00:00:00 GMT"))
            .body("nothing")
    };
    Issuer::default().authorizer_builder().not_found(page).build().unwrap()
}

fn gated() -> Server {
    let authorizer = authorizer();
    let api = Api::new(authorizer.clone(), routes).unwrap();
    Server::run(move || App::new().wrap(authorizer.gate()).configure(api.routes()))
}

fn bare() -> Server {
    Server::of(Api::new(authorizer(), routes).unwrap())
}

fn alice() -> String {
    bearer(Token::alice().signed())
}

fn stranger() -> String {
    bearer(Token::of("carol").signed())
}

#[test]
fn c_01_a_hidden_404_says_that_nobody_stores_it() {
    for server in [gated(), bare()] {
        for (path, lines) in [("/orders/1", &[&*stranger()] as &[&str]), ("/secret", &[])] {
            let response = server.get(path, lines);
            assert_eq!(
                (response.status(), response.field("cache-control")),
                (404, Some("no-store")),
                "{path}"
            );
        }
    }
}

#[test]
fn c_04_every_denial_and_every_404_of_an_api_says_that_nobody_stores_it() {
    let api = Api::new(authorizer(), every_form).unwrap();
    let server = Server::of(api);
    for prefix in ["", "/group"] {
        for (path, status) in [("/me", 401), ("/admin", 403), ("/nothing", 404)] {
            for form in ["", "-wrapped", "-plain"] {
                let (path, lines) =
                    (format!("{prefix}{path}{form}"), if status == 401 { vec![] } else { vec![alice()] });
                let lines: Vec<_> = lines.iter().map(String::as_str).collect();
                let response = server.get(&path, &lines);
                assert_eq!(
                    (response.status(), response.field("cache-control")),
                    (status, Some("no-store")),
                    "{path}"
                );
            }
        }
    }
    let response = server.get("/staff/me", &[&alice()]);
    assert_eq!((response.status(), response.field("cache-control")), (404, Some("no-store")));
}

#[require_auth]
#[get("/me-wrapped", wrap = "Compress::default()")]
async fn me_wrapped() -> &'static str {
    "you"
}

#[require_auth]
async fn me_plain() -> &'static str {
    "you"
}

#[require_role("nobody")]
#[get("/admin")]
async fn admin() -> &'static str {
    "figures"
}

#[require_role("nobody")]
#[get("/admin-wrapped", wrap = "Compress::default()")]
async fn admin_wrapped() -> &'static str {
    "figures"
}

#[require_role("nobody")]
async fn admin_plain() -> &'static str {
    "figures"
}

#[require_auth]
#[get("/nothing")]
async fn nothing() -> NotFound {
    NotFound
}

#[require_auth]
#[get("/nothing-wrapped", wrap = "Compress::default()")]
async fn nothing_wrapped() -> HttpResponse {
    HttpResponse::NotFound().insert_header(("cache-control", "max-age=60")).finish()
}

#[require_auth]
async fn nothing_plain() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

fn every_form(routes: &mut Routes<'_>) {
    let staff = routes.authorizer().require(Requirement::role("staff")).hide(Hide::Unauthorized);
    routes.group(Group::new("/staff").wrap(staff), |staff| {
        staff.service(me);
    });
    routes.scope("/group", forms);
    forms(routes);
}

fn forms(routes: &mut Routes<'_>) {
    routes.service(me).service(me_wrapped).route("/me-plain", Method::GET, me_plain);
    routes.service(admin).service(admin_wrapped).route("/admin-plain", Method::GET, admin_plain);
    routes.service(nothing).service(nothing_wrapped).route("/nothing-plain", Method::GET, nothing_plain);
}

#[test]
fn c_02_nothing_guarded_is_offered_to_shared_caches() {
    for server in [gated(), bare()] {
        for (path, who) in
            [("/me", alice()), ("/orders/1", alice()), ("/orders/1", stranger()), ("/me", "x: y".into())]
        {
            let response = server.get(path, &[&who]);
            let said = response.field("cache-control").unwrap_or_default();
            for offer in ["public", "s-maxage", "must-revalidate", "max-age"] {
                assert!(!said.contains(offer), "{path}: {said}");
            }
            assert_eq!(response.field("expires"), None);
        }
    }
}

#[test]
fn c_04_hidden_and_genuine_404_are_stored_alike() {
    for server in [gated(), bare()] {
        let hidden = server.get("/orders/1", &[&stranger()]);
        for genuine in [server.get("/nothing", &[&stranger()]), server.get("/orders/2", &[&alice()])] {
            assert_eq!(hidden.masked(), genuine.masked());
            assert_eq!(genuine.field("cache-control"), Some("no-store"));
        }
        // The answers of open handlers stay as they are.
        assert_eq!(server.get("/health", &[]).field("cache-control"), None);
    }
}

/// A shared cache in front of a server, as eager as RFC 9111 allows.
struct Cache<'a> {
    server: &'a Server,
    stored: HashMap<&'static str, (CachePolicy, Response)>,
}

impl<'a> Cache<'a> {
    fn before(server: &'a Server) -> Self {
        Self { server, stored: HashMap::new() }
    }

    /// Returns the answer, and whether it came from the cache.
    fn get(&mut self, path: &'static str, authorization: Option<&str>) -> (Response, bool) {
        let value = authorization.map(|line| line.trim_start_matches("authorization: "));
        let mut request = http::Request::get(format!("http://orders.example{path}"));
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        let request = request.body(()).unwrap();
        if let Some((policy, response)) = self.stored.get(path)
            && policy.before_request(&request, SystemTime::now()).satisfies_without_revalidation()
        {
            return (response.clone(), true);
        }
        let response = self.server.get(path, &authorization.into_iter().collect::<Vec<_>>());
        let mut answer = http::Response::builder().status(response.status());
        for (name, value) in &response.fields {
            answer = answer.header(name, value);
        }
        let policy = CachePolicy::new(&request, &answer.body(()).unwrap());
        if policy.is_storable() {
            self.stored.insert(path, (policy, response.clone()));
        }
        (response, false)
    }
}

#[test]
fn c_07_what_one_caller_is_denied_no_cache_tells_the_next() {
    for server in [gated(), bare()] {
        assert_nothing_is_told(&server);
    }
}

fn assert_nothing_is_told(server: &Server) {
    let mut cache = Cache::before(server);
    for (path, denied) in [("/secret", None), ("/orders/1", Some(stranger())), ("/nothing", None)] {
        assert_eq!(cache.get(path, denied.as_deref()).0.status(), 404, "{path}");
        let (response, stored) = cache.get(path, Some(&alice()));
        assert_eq!((response.status() == 200, stored), (path != "/nothing", false), "{path}");
    }
    // The cache tells nobody what another caller may see.
    assert_eq!(cache.get("/secret", None).0.status(), 404);
    assert_eq!(cache.get("/me", Some(&alice())).0.status(), 200);
    assert_eq!(cache.get("/me", None).0.status(), 401);
    assert!(
        cache.stored.is_empty() || cache.stored.keys().all(|path| *path != "/secret"),
        "{:?}",
        cache.stored.keys()
    );
}
