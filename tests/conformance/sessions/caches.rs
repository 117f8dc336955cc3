//! SE: what caches keep of answers to a session.

use std::time::Duration;

use actix_session::storage::CookieSessionStore;
use actix_web::{App, HttpResponse, cookie::Key, get, post, web};
use auth_runtime::{
    Api, Authorizer, Denied, public, require_auth,
    session::{Session, Sessions},
};
use auth_tests::{Response, Server, wire::request};
use http_cache_semantics::CachePolicy;

use super::{IDLE, Time, User, cookie, principal};

/// Answers with the `Cache-Control` that the path names.
#[require_auth]
#[get("/said/{control}")]
async fn with_control(control: web::Path<String>) -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", control.into_inner())).body("said")
}

#[public("callers who log in have no session yet")]
#[post("/login")]
async fn login(session: Session) -> Result<HttpResponse, Denied> {
    session.begin(&User { name: "alice".to_owned(), roles: vec![] })?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "public, max-age=60")).body("welcome"))
}

fn start() -> (Server, Time) {
    let time = Time::begin();
    let clock = time.clone();
    let sessions = Sessions::new(CookieSessionStore::default(), Key::from(&[7; 64]))
        .clock(move || clock.now())
        .idle(Duration::from_secs(IDLE));
    let authorizer = Authorizer::builder().scheme(sessions.scheme(principal)).build().unwrap();
    let api = Api::new(authorizer, |routes| {
        routes.service(with_control).service(login);
    })
    .unwrap();
    (Server::run(move || App::new().configure(api.routes()).wrap(sessions.middleware())), time)
}

/// Returns whether a shared cache stores the answer to a request that has nothing but a cookie.
fn is_stored(response: &Response) -> bool {
    let mut answer = http::Response::builder().status(response.status());
    for control in response.all("cache-control") {
        answer = answer.header("cache-control", control);
    }
    let asked = http::Request::builder().uri("/").body(()).unwrap();
    CachePolicy::new(&asked, &answer.body(()).unwrap()).is_storable()
}

#[test]
fn se_07_a_handler_that_says_something_else_about_caches_leaves_the_answer_private() {
    let (server, _) = start();
    let alice = cookie(&server.raw(request("POST", "/login", &[], "")));
    for (said, sent) in [
        ("max-age=60", "max-age=60, private"),
        ("no-transform", "no-transform, private"),
        ("must-revalidate", "must-revalidate, private"),
        ("private=%22x%22,max-age=60", "private=\"x\",max-age=60, private"),
        ("no-store", "no-store"),
        ("private", "private"),
        ("public,max-age=60", "public,max-age=60"),
        ("s-maxage=60", "s-maxage=60"),
    ] {
        let response = server.get(&format!("/said/{said}"), &[&alice]);
        assert_eq!((response.status(), response.field("cache-control")), (200, Some(sent)));
        let is_public = said.starts_with("public") || said.starts_with("s-");
        assert_eq!(is_stored(&response), is_public, "{said}");
    }
}

#[test]
fn se_07_no_cookie_of_a_session_gets_into_a_shared_cache() {
    let (server, time) = start();
    let welcome = server.raw(request("POST", "/login", &[], ""));
    assert_eq!(welcome.field("cache-control"), Some("private, no-store"));
    assert!(!is_stored(&welcome));
    let alice = cookie(&welcome);
    time.set(IDLE / 2);
    for said in ["public,max-age=60", "s-maxage=60", "max-age=60", "private", "no-store"] {
        let response = server.get(&format!("/said/{said}"), &[&alice]);
        let is_public = is_stored(&response);
        assert_eq!(is_public, said.starts_with("public") || said.starts_with("s-"), "{said}");
        assert_eq!(response.field("set-cookie").is_none(), is_public, "{said}");
    }
}
