//! CK: sessions in cookies, and requests from other sites.

mod caches;
mod lifetime;
mod login;
mod memory;
mod origins;
mod redis;
mod refused;
mod sites;
mod stores;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_session::storage::{CookieSessionStore, SessionStore};
use actix_web::{App, HttpResponse, cookie::Key, get, http::header::LOCATION, post, route, web};
use auth_runtime::{
    Api, Authorizer, Denied, Principal, Refusal, Routes, public, require_auth, require_role,
    revocation::RevocationList,
    session::{MemoryStore, ReturnPath, Session, Sessions},
    settings::DenialBody,
};
use auth_tests::{Response, Server, wire::request};

use self::redis::Redis;

/// Who logs in, as it is kept in the session.
#[derive(serde::Serialize, serde::Deserialize)]
struct User {
    name: String,
    roles: Vec<String>,
}

#[derive(serde::Deserialize)]
struct LoginForm {
    name: String,
    #[serde(default)]
    return_to: ReturnPath,
}

#[public("callers who log in have no session yet")]
#[post("/login")]
async fn login(session: Session, form: web::Form<LoginForm>) -> Result<HttpResponse, Denied> {
    let LoginForm { name, return_to } = form.into_inner();
    let roles = if name == "keeper" { vec!["keeper".to_owned()] } else { vec![] };
    session.begin(&User { name, roles })?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, return_to.as_str())).finish())
}

#[require_auth]
#[post("/logout")]
async fn logout(session: Session) -> &'static str {
    session.end();
    "goodbye"
}

#[require_auth]
#[route(
    "/me",
    method = "GET",
    method = "HEAD",
    method = "POST",
    method = "PUT",
    method = "PATCH",
    method = "DELETE",
    method = "OPTIONS",
    method = "TRACE"
)]
async fn me(principal: Principal) -> String {
    principal.subject().unwrap().to_owned()
}

#[require_role("keeper")]
#[get("/keepers")]
async fn keepers() -> &'static str {
    "keys"
}

#[require_role("keeper", hide)]
#[route("/secret", method = "GET", method = "POST")]
async fn secret() -> &'static str {
    "secret"
}

#[public("everybody may look")]
#[route("/pub", method = "GET", method = "POST")]
async fn open(caller: Option<Principal>) -> String {
    caller.and_then(|caller| caller.subject().map(str::to_owned)).unwrap_or_else(|| "anonymous".to_owned())
}

#[public("it is the same for everybody")]
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

#[public("everybody may fill a basket")]
#[post("/basket")]
async fn add(session: Session) -> Result<String, auth_runtime::session::InsertError> {
    let count = session.get::<u32>("count").unwrap_or_default() + 1;
    session.insert("count", &count)?;
    Ok(count.to_string())
}

#[public("everybody may look into the own basket")]
#[get("/basket")]
async fn basket(session: Session) -> String {
    session.get::<u32>("count").unwrap_or_default().to_string()
}

#[public("everybody may empty the own basket")]
#[post("/basket/empty")]
async fn empty(session: Session) -> &'static str {
    session.remove("count");
    "empty"
}

#[public("everybody is greeted")]
#[get("/greeting")]
async fn greeting(caller: Option<Principal>, session: Session) -> String {
    let name = caller.and_then(|caller| caller.subject().map(|name| format!("{name}: ")));
    let count = session.get::<u32>("count").unwrap_or_default();
    format!("{}{count} things", name.unwrap_or_default())
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(login).service(logout).service(me).service(keepers).service(secret).service(open);
    routes.service(health).service(add).service(basket).service(empty).service(greeting);
}

const BEGIN: u64 = 1_700_000_000;
const IDLE: u64 = 30 * 60;
const ABSOLUTE: u64 = 12 * 60 * 60;

/// A clock that a test sets, in seconds since 1970.
#[derive(Clone)]
struct Time(Arc<AtomicU64>);

impl Time {
    fn begin() -> Self {
        Self(Arc::new(AtomicU64::new(BEGIN)))
    }

    fn set(&self, seconds: u64) {
        self.0.store(BEGIN + seconds, Ordering::SeqCst);
    }

    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// A service with sessions.
struct Shop {
    server: Server,
    time: Time,
    revoked: RevocationList,
    redis: Option<Redis>,
}

impl Shop {
    /// Starts the service with everything in the cookie.
    fn in_cookies() -> Self {
        Self::start(CookieSessionStore::default(), |sessions| sessions)
    }

    /// Starts the service with a Redis of its own; `None` where there is no Redis.
    fn in_redis(test: &str) -> Option<Self> {
        let redis = Redis::start(test)?;
        Some(Self { redis: Some(redis.clone()), ..Self::start(redis.store(), |sessions| sessions) })
    }

    /// Starts the service with each store.
    fn all(test: &str) -> Vec<Self> {
        let in_memory = Self::start(MemoryStore::new(), |sessions| sessions);
        [Some(Self::in_cookies()), Some(in_memory), Self::in_redis(test)].into_iter().flatten().collect()
    }

    fn start(
        store: impl SessionStore + Send + Sync + 'static,
        set_up: impl FnOnce(Sessions) -> Sessions,
    ) -> Self {
        let (time, revoked) = (Time::begin(), RevocationList::new());
        let clock = time.clone();
        let sessions = set_up(Sessions::new(store, Key::from(&[7; 64])).clock(move || clock.now()))
            .idle(Duration::from_secs(IDLE))
            .absolute(Duration::from_secs(ABSOLUTE));
        let scheme = sessions.scheme(principal).issuer("https://shop.example").origin("https://app.example");
        let authorizer = Authorizer::builder()
            .realm("shop")
            .scheme(scheme)
            .revocations(revoked.clone())
            .denial_body(|request, denied| {
                let page = format!(r#"<input name="return_to" value="{}">"#, ReturnPath::of(request));
                (*denied.denial() == auth_runtime::Denial::Anonymous).then(|| DenialBody::html(page))
            })
            .build()
            .unwrap();
        let api = Api::new(authorizer, routes).unwrap();
        let server = Server::run(move || App::new().configure(api.routes()).wrap(sessions.middleware()));
        Self { server, time, revoked, redis: None }
    }

    /// Logs in, and returns the line with the cookie.
    fn log_in(&self, name: &str) -> String {
        self.log_in_with(name, &[])
    }

    fn log_in_with(&self, name: &str, lines: &[&str]) -> String {
        let response = self.submit_login(name, lines);
        assert_eq!(response.status(), 303, "{}", response.text());
        cookie(&response)
    }

    fn submit_login(&self, name: &str, lines: &[&str]) -> Response {
        let lines = [&["content-type: application/x-www-form-urlencoded"], lines].concat();
        self.server.raw(request("POST", "/login", &lines, &format!("name={name}")))
    }

    fn status(&self, method: &str, path: &str, lines: &[&str]) -> u16 {
        self.server.send(method, path, lines).status()
    }
}

fn principal(user: User) -> Result<Principal, Refusal> {
    if user.name == "suspended" {
        return Err(Refusal::invalid("the user is suspended"));
    }
    Ok(Principal::builder().subject(user.name).roles(user.roles).build())
}

/// Returns the line with the cookie that an answer sets.
pub(super) fn cookie(response: &Response) -> String {
    let set = response.field("set-cookie").expect("a cookie");
    format!("cookie: {}", set.split(';').next().unwrap())
}
