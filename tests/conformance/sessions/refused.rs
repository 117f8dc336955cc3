//! CK: what a request that is refused, or that fails, does to a session.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use actix_session::storage::CookieSessionStore;
use actix_web::{
    App, Error, HttpResponse,
    body::MessageBody,
    cookie::Key,
    dev::{ServiceRequest, ServiceResponse},
    get,
    http::StatusCode,
    middleware::{Next, from_fn},
    post, web,
};
use auth_runtime::{
    Api, Authorizer, Denial, Denied, Principal, Refusal, Routes, Scheme, public, require_auth, require_role,
    revocation::RevocationList,
    session::{InsertError, Session, Sessions},
};
use auth_tests::{Response, Server, wire::bearer};

use super::{ABSOLUTE, IDLE, Redis, User, add, basket, cookie, logout, me, open, principal};

/// Begins a session, and answers with the status of the path.
#[public("callers who log in have no session yet")]
#[post("/begin/{status}")]
async fn begin(session: Session, status: web::Path<u16>) -> Result<HttpResponse, Denied> {
    session.begin(&User { name: "alice".to_owned(), roles: vec![] })?;
    Ok(HttpResponse::build(StatusCode::from_u16(*status).unwrap()).finish())
}

#[public("callers who log in have no session yet")]
#[post("/begin-as/{name}")]
async fn begin_as(session: Session, name: web::Path<String>) -> Result<&'static str, Denied> {
    session.begin(&User { name: name.into_inner(), roles: vec![] })?;
    Ok("welcome")
}

#[public("everybody may put something in, and nothing is there")]
#[post("/missing")]
async fn missing(session: Session) -> Result<HttpResponse, InsertError> {
    session.insert("wanted", "this")?;
    Ok(HttpResponse::NotFound().finish())
}

#[public("everybody may end a session")]
#[post("/end/{status}")]
async fn end(session: Session, status: web::Path<u16>) -> HttpResponse {
    session.end();
    HttpResponse::build(StatusCode::from_u16(*status).unwrap()).finish()
}

/// Puts as many letters into the session as the path says.
#[public("everybody may fill a session")]
#[post("/fill/{count}")]
async fn fill(session: Session, count: web::Path<usize>) -> Result<&'static str, InsertError> {
    session.insert("letters", &"a".repeat(*count))?;
    Ok("full")
}

#[require_role("keeper")]
#[post("/keepers")]
async fn keepers(session: Session) -> &'static str {
    session.end();
    "keys"
}

/// Waits until the test lets the request go on.
#[require_auth]
#[get("/slow")]
async fn slow(gate: web::Data<Gate>) -> &'static str {
    gate.is_reached.store(true, Ordering::SeqCst);
    while !gate.is_open.load(Ordering::SeqCst) {
        actix_web::rt::time::sleep(Duration::from_millis(1)).await;
    }
    "done"
}

#[derive(Default)]
struct Gate {
    is_reached: AtomicBool,
    is_open: AtomicBool,
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(begin).service(end).service(fill).service(keepers).service(slow).service(me).service(open);
    routes.service(add).service(basket).service(logout).service(begin_as).service(missing);
}

struct Desk {
    server: Server,
    time: super::Time,
    revoked: RevocationList,
    gate: web::Data<Gate>,
}

impl Desk {
    fn start(of: impl FnOnce() -> Sessions) -> Self {
        let (time, revoked, gate) =
            (super::Time::begin(), RevocationList::new(), web::Data::new(Gate::default()));
        let clock = time.clone();
        let sessions = of().clock(move || clock.now());
        let robot = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().subject("robot").build());
        let nobody = |_: &auth_runtime::Credential<'_>| Err::<Principal, _>(Refusal::invalid("no such pass"));
        let ends = time.now() + Duration::from_mins(1);
        let short = move |user: User| {
            let principal = principal(user)?;
            let is_short = principal.subject() == Some("short");
            Ok::<_, Refusal>(if is_short {
                principal.to_builder().expires_at(ends).build()
            } else {
                principal
            })
        };
        let authorizer = Authorizer::builder()
            .bearer(robot)
            .scheme(Scheme::new("Pass", nobody).cookie("pass"))
            .scheme(sessions.scheme(short).issuer("https://shop.example"))
            .revocations(revoked.clone())
            .enrich(|principal: Principal| match principal.subject() {
                Some("mallory") => Err(Denial::Refused("suspended")),
                _ => Ok(principal),
            })
            .build()
            .unwrap();
        let api = Api::new(authorizer, routes).unwrap();
        let data = gate.clone();
        let server = Server::run(move || {
            App::new().app_data(data.clone()).configure(api.routes()).wrap(sessions.middleware())
        });
        Self { server, time, revoked, gate }
    }

    fn in_cookies() -> Self {
        Self::start(|| Sessions::new(CookieSessionStore::default(), Key::from(&[7; 64])))
    }

    fn log_in_as(&self, name: &str) -> String {
        cookie(&self.server.send("POST", &format!("/begin-as/{name}"), &[]))
    }

    fn log_in(&self) -> String {
        cookie(&self.server.send("POST", "/begin/200", &[]))
    }

    fn basket(&self, lines: &[&str]) -> String {
        self.server.get("/basket", lines).text()
    }
}

#[test]
fn se_08_a_request_that_fails_logs_nobody_in_and_logs_out_all_the_same() {
    let desk = Desk::in_cookies();
    let alice = desk.log_in();
    for status in [400, 404, 500] {
        let expected = if status == 500 { "x-expect: 500" } else { "x-none: 0" };
        let response = desk.server.send("POST", &format!("/begin/{status}"), &[expected]);
        assert_eq!((response.status(), response.field("set-cookie")), (status, None));
        let response = desk.server.send("POST", &format!("/end/{status}"), &[&alice, expected]);
        assert_eq!(cookie(&response), "cookie: __Host-session=", "{status}");
    }
    assert_eq!(desk.server.send("POST", "/keepers", &[&alice]).field("set-cookie"), None);
}

#[test]
fn se_01_a_session_beside_another_credential_is_empty_and_its_data_stays_as_it_is() {
    let desk = Desk::in_cookies();
    let alice = desk.log_in();
    let alice = cookie(&desk.server.send("POST", "/basket", &[&alice]));
    let pass = format!("{alice}; pass=stolen");
    let broken = format!("{alice}; pass=a; pass=b");
    let robot = bearer("token");
    for lines in [&[&*robot, &*alice] as &[_], &[&*pass], &[&*broken], &["authorization: ;", &*alice]] {
        assert_eq!(
            (desk.basket(&[&alice]), desk.basket(lines)),
            ("1".to_owned(), "0".to_owned()),
            "{lines:?}"
        );
        let response = desk.server.send("POST", "/basket", lines);
        assert_eq!((response.status(), response.field("set-cookie")), (200, None), "{lines:?}");
        let crossing = [lines, &["sec-fetch-site: cross-site"]].concat();
        assert_eq!(desk.server.send("POST", "/begin/200", &crossing).status(), 403);
    }
    let fresh = cookie(&desk.server.send("POST", "/begin/200", &[&robot, &alice]));
    assert_eq!(desk.server.get("/me", &[&fresh]).text(), "alice", "a token may be exchanged for a session");
}

#[test]
fn ck_10_a_logout_and_a_login_end_the_sessions_of_all_cookies() {
    let Some(redis) = Redis::start("all cookies") else { return };
    let robot = bearer("token");
    for path in ["/end/200", "/begin/200"] {
        let desk = Desk::start(|| Sessions::new(redis.store(), Key::from(&[7; 64])));
        let (one, other) = (desk.log_in(), desk.log_in());
        let both = format!("{one}; {}", other.strip_prefix("cookie: ").unwrap());
        assert_eq!(desk.server.send("POST", path, &[&robot, &one]).status(), 200);
        assert_eq!(desk.server.get("/me", &[&one]).status(), 401, "{path} beside a token");
        let third = desk.log_in();
        let both_left =
            both.replace(one.strip_prefix("cookie: ").unwrap(), third.strip_prefix("cookie: ").unwrap());
        let response = desk.server.send("POST", path, &[&both_left]);
        assert!(response.field("set-cookie").is_some(), "{path}");
        for line in [other, third] {
            assert_eq!(desk.server.get("/me", &[&line]).status(), 401, "{path} with two cookies");
        }
    }
}

#[test]
fn ck_03_whom_the_application_refuses_may_log_in_as_somebody_else_and_log_out() {
    let desk = Desk::in_cookies();
    let mallory = desk.log_in_as("mallory");
    assert_eq!(desk.server.get("/me", &[&mallory]).status(), 403, "suspended");
    desk.time.set(IDLE / 2);
    let response = desk.server.get("/pub", &[&mallory]);
    assert_eq!((response.text(), response.field("set-cookie")), ("anonymous".to_owned(), None));
    let alice = cookie(&desk.server.send("POST", "/begin/200", &[&mallory]));
    assert_eq!(desk.server.get("/me", &[&alice]).text(), "alice");
    let response = desk.server.send("POST", "/end/200", &[&mallory]);
    assert_eq!(cookie(&response), "cookie: __Host-session=");
}

#[test]
fn ck_10_what_was_put_in_before_keeps_nobody_from_logging_in() {
    let desk = Desk::in_cookies();
    let small = cookie(&desk.server.send("POST", "/basket", &[]));
    let alice = cookie(&desk.server.send("POST", "/begin/200", &[&small]));
    assert_eq!(desk.basket(&[&alice]), "1");
    let full = cookie(&desk.server.send("POST", "/fill/2420", &[&small]));
    let alice = cookie(&desk.server.send("POST", "/begin/200", &[&full]));
    assert_eq!(
        (desk.server.get("/me", &[&alice]).text(), desk.basket(&[&alice])),
        ("alice".into(), "0".into())
    );
}

#[test]
fn se_08_an_absent_resource_stores_nothing() {
    let desk = Desk::in_cookies();
    let response = desk.server.send("POST", "/missing", &[]);
    assert_eq!((response.status(), response.field("set-cookie")), (404, None));
}

#[test]
fn ck_02_a_principal_that_ended_has_no_session() {
    let desk = Desk::in_cookies();
    let short = desk.log_in_as("short");
    assert_eq!(desk.server.get("/me", &[&short]).status(), 200);
    desk.time.set(60);
    assert_eq!(desk.server.get("/me", &[&short]).status(), 401);
}

#[test]
fn ck_14_a_revoked_session_is_not_kept_alive_and_its_data_is_out_of_reach() {
    let desk = Desk::in_cookies();
    let alice = desk.log_in();
    let alice = cookie(&desk.server.send("POST", "/basket", &[&alice]));
    desk.time.set(IDLE / 2);
    desk.revoked.revoke_subject("https://shop.example", "alice", desk.time.now()).unwrap();
    for (path, text) in [("/pub", "anonymous"), ("/basket", "0")] {
        let response = desk.server.get(path, &[&alice]);
        assert_eq!((response.text(), response.field("set-cookie")), (text.to_owned(), None), "{path}");
    }
    let fresh = cookie(&desk.server.send("POST", "/basket", &[&alice]));
    assert_eq!(desk.server.get("/me", &[&fresh]).status(), 401, "the login does not come back");
}

#[test]
fn ck_02_a_session_without_a_login_has_an_absolute_end() {
    let desk = Desk::in_cookies();
    let mut line = cookie(&desk.server.send("POST", "/basket", &[]));
    for at in (0..ABSOLUTE).step_by(20 * 60).skip(1) {
        desk.time.set(at);
        line = cookie(&desk.server.get("/basket", &[&line]));
    }
    assert_eq!(desk.basket(&[&line]), "1");
    desk.time.set(ABSOLUTE);
    assert_eq!(desk.basket(&[&line]), "0");
}

#[test]
fn ck_02_a_session_of_the_future_is_none() {
    let desk = Desk::in_cookies();
    desk.time.set(1_000);
    let alice = desk.log_in();
    for (at, status) in [(1_000 - 60, 200), (1_000 - 61, 401), (0, 401)] {
        desk.time.set(at);
        assert_eq!(desk.server.get("/me", &[&alice]).status(), status, "{at}");
    }
}

#[test]
fn what_does_not_fit_into_a_session_is_the_error_of_its_handler() {
    let desk = Desk::in_cookies();
    let set = |count: usize, lines: &[&str]| desk.server.send("POST", &format!("/fill/{count}"), lines);
    let alice = desk.log_in();
    let full = cookie(&set(2_300, &[&alice]));
    assert_eq!(set(2_400, &[&full]).status(), 413);
    assert_eq!(set(2_310, &[&full]).status(), 200, "the old value does not count");
    assert_eq!(desk.server.get("/me", &[&full]).text(), "alice");
    assert_eq!(set(1_000_000, &[]).status(), 413);
    let Some(redis) = Redis::start("size") else { return };
    let desk = Desk::start(|| Sessions::new(redis.store(), Key::from(&[7; 64])));
    assert_eq!(desk.server.send("POST", "/fill/60000", &[]).status(), 200);
    assert_eq!(desk.server.send("POST", "/fill/70000", &[]).status(), 413);
}

/// Sends a logout or a login while another request with the same session is on its way, and returns the late answer.
fn overtake(desk: &Desk, alice: &str, path: &str) -> Response {
    desk.time.set(IDLE / 2);
    std::thread::scope(|scope| {
        let late = scope.spawn(|| desk.server.get("/slow", &[alice]));
        while !desk.gate.is_reached.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        assert_eq!(desk.server.send("POST", path, &[alice]).status(), 200);
        desk.gate.is_open.store(true, Ordering::SeqCst);
        late.join().unwrap()
    })
}

#[test]
fn a_logout_and_a_login_count_while_another_request_is_on_its_way() {
    let Some(redis) = Redis::start("on its way") else { return };
    for path in ["/logout", "/begin/200"] {
        let desk = Desk::start(|| Sessions::new(redis.store(), Key::from(&[7; 64])));
        let alice = desk.log_in();
        let late = overtake(&desk, &alice, path);
        assert_eq!((late.status(), late.field("set-cookie")), (200, None), "{path}");
        assert_eq!(desk.server.get("/me", &[&alice]).status(), 401, "{path}");
    }
}

/// Nobody but the browser knows that it logged out, as the guide says.
#[test]
fn with_everything_in_the_cookie_a_late_answer_overtakes_a_logout() {
    let desk = Desk::in_cookies();
    let late = overtake(&desk, &desk.log_in(), "/logout");
    assert_eq!(desk.server.get("/me", &[&cookie(&late)]).text(), "alice");
}

async fn hold(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let session = request.extract::<Session>().await?;
    let response = next.call(request).await;
    drop(session);
    response
}

#[test]
fn a_middleware_may_hold_a_session_while_the_request_is_routed() {
    let sessions = Sessions::new(CookieSessionStore::default(), Key::from(&[7; 64]));
    let authorizer = Authorizer::builder().scheme(sessions.scheme(principal)).build().unwrap();
    let api = Api::new(authorizer, |routes| {
        routes.service(begin).service(me);
    })
    .unwrap();
    let server = Server::run(move || {
        App::new().configure(api.routes()).wrap(from_fn(hold)).wrap(sessions.middleware())
    });
    let alice = cookie(&server.send("POST", "/begin/200", &[]));
    assert_eq!(server.get("/me", &[&alice]).text(), "alice");
}
