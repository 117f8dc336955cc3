//! The desk where sessions begin: a service of its own, whose sessions all applications know.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::{
    App,
    cookie::{Key, time},
    get, post, web,
};
use auth_runtime::{
    Api, Authorizer, Denial, Principal, Refusal, TestServer, public, require_auth,
    session::{Session, Sessions},
};
use auth_tests::wire::{self, Connection};

use crate::{
    application::Clock,
    description::{ABSOLUTE, Flaw, IDLE, Made},
};

/// What every session holds.
pub(crate) const MARK: &str = "mark";
/// The cookie of sessions.
pub(crate) const COOKIE: &str = "session";

type State = HashMap<String, String>;

/// All sessions.
static STORED: LazyLock<Mutex<HashMap<String, State>>> = LazyLock::new(Mutex::default);

/// The store in memory, as one application sees it.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    pub(crate) is_away: Arc<AtomicBool>,
}

impl Memory {
    fn check(&self) -> Result<(), anyhow::Error> {
        let is_away = self.is_away.load(Ordering::SeqCst);
        if is_away { Err(std::io::Error::other("no connection").into()) } else { Ok(()) }
    }
}

impl SessionStore for Memory {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        self.check().map_err(LoadError::Other)?;
        Ok(STORED.lock().unwrap().get(key.as_ref()).cloned())
    }

    async fn save(&self, state: State, _: &time::Duration) -> Result<SessionKey, SaveError> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let key = format!("key {}", COUNT.fetch_add(1, Ordering::SeqCst));
        STORED.lock().unwrap().insert(key.clone(), state);
        Ok(key.try_into().unwrap())
    }

    async fn update(
        &self,
        key: SessionKey,
        state: State,
        _: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.check().map_err(UpdateError::Other)?;
        STORED.lock().unwrap().insert(key.as_ref().to_owned(), state);
        Ok(key)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &time::Duration) -> Result<(), anyhow::Error> {
        self.check()
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        STORED.lock().unwrap().remove(key.as_ref());
        self.check()
    }
}

/// Returns the sessions of an application.
pub(crate) fn sessions(store: Memory, clock: &Clock) -> Sessions {
    Sessions::new(store, Key::from(&[7; 64]))
        .cookie_name(COOKIE)
        .clock(clock.read())
        .idle(Duration::from_secs(IDLE))
        .absolute(Duration::from_secs(ABSOLUTE))
}

#[public("callers who log in have no session yet")]
#[post("/login/{name:.*}")]
async fn login(session: Session, name: web::Path<String>) -> actix_web::Result<&'static str> {
    session.insert(MARK, "put in before the login").map_err(Denial::from)?;
    session.begin(&*name)?;
    Ok("welcome")
}

#[require_auth]
#[get("/")]
async fn look() -> &'static str {
    "hello"
}

#[require_auth]
#[post("/logout")]
async fn logout(session: Session) -> &'static str {
    session.end();
    "goodbye"
}

/// How many seconds a session lives at the desk after its last use.
const LIFE: u64 = 600;

struct Desk {
    server: TestServer,
    clock: Clock,
    /// The cookies that were made.
    made: HashMap<Made, String>,
}

impl Desk {
    fn open() -> Self {
        let clock = Clock::default();
        let sessions = sessions(Memory::default(), &clock).idle(Duration::from_secs(LIFE));
        let user = |name: String| -> Result<_, Refusal> { Ok(Principal::builder().subject(name).build()) };
        let authorizer = Authorizer::builder().scheme(sessions.scheme(user)).build().unwrap();
        let api = Api::new(authorizer, |routes| {
            routes.service(login).service(look).service(logout);
        });
        let api = api.unwrap();
        let server =
            TestServer::start(move || App::new().configure(api.routes()).wrap(sessions.middleware()));
        Self { server, clock, made: HashMap::new() }
    }

    /// Returns the value of the cookie that an answer sets.
    fn ask(&self, method: &str, path: &str, cookie: &str, at: u64) -> String {
        self.clock.set(at);
        let line = format!("cookie: {COOKIE}={cookie}");
        let text = wire::request(method, path, &[&line], "");
        let mut connection = Connection::to(self.server.address());
        connection.send(text.as_bytes()).unwrap();
        let response = connection.receive(false).unwrap();
        assert_eq!(response.status(), 200, "{method} {path}");
        let set = response.field("set-cookie").expect("a cookie");
        let (_, value) = set.split(';').next().and_then(|pair| pair.split_once('=')).unwrap();
        value.to_owned()
    }

    fn make(&self, made: &Made) -> String {
        let Made { name, flaw, began, used } = made;
        let mut cookie = self.ask("POST", &format!("/login/{name}"), "", *began);
        if used != began {
            cookie = self.ask("GET", "/", &cookie, *used);
        }
        match flaw {
            Flaw::None => {}
            Flaw::Garbled => cookie.insert(9, 'x'),
            Flaw::Wrong => _ = self.ask("POST", "/logout", &cookie, *used),
        }
        cookie
    }
}

/// Returns whether a session can have been used like that: at the desk it lives long enough, and each use is noted.
pub(crate) fn is_possible(Made { began, used, .. }: &Made) -> bool {
    used == began || (began + LIFE / 60..began + LIFE).contains(used)
}

/// Returns the cookie of a session.
pub(crate) fn cookie(made: &Made) -> String {
    static DESK: LazyLock<Mutex<Desk>> = LazyLock::new(|| Mutex::new(Desk::open()));
    let mut desk = DESK.lock().unwrap();
    if let Some(cookie) = desk.made.get(made) {
        return cookie.clone();
    }
    let cookie = desk.make(made);
    desk.made.insert(made.clone(), cookie.clone());
    cookie
}
