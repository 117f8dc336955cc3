//! A service with sessions, and a service of somebody else, whose pages send forms to it.

use std::{
    fmt::Write as _,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_session::storage::CookieSessionStore;
use actix_web::{
    App, HttpRequest, HttpResponse,
    cookie::Key,
    dev::{Service as _, ServiceRequest},
    get,
    http::header::{AUTHORIZATION, COOKIE, LOCATION},
    post, web,
};
use auth_runtime::{
    Api, Authorizer, Denial, Denied, Principal, Refusal, Routes, Scheme, TestServer,
    basic::{Basic, StoredUser},
    public, require_auth,
    revocation::RevocationList,
    session::{ReturnPath, Session, Sessions},
    settings::DenialBody,
};
use url::form_urlencoded;

use crate::browser::{Tab, View};

pub(crate) const PASSWORD: &str = "wonderland";
pub(crate) const ISSUER: &str = "https://shop.example";
pub(crate) const IDLE: u64 = 30 * 60;

#[derive(serde::Deserialize)]
struct LoginForm {
    name: String,
    password: String,
    #[serde(default)]
    return_to: ReturnPath,
}

#[public("callers who log in have no session yet")]
#[post("/login")]
async fn login(session: Session, form: web::Form<LoginForm>) -> Result<HttpResponse, Denied> {
    let LoginForm { name, password, return_to } = form.into_inner();
    if password != PASSWORD {
        return Ok(HttpResponse::Ok().content_type("text/html").body(login_page(&return_to)));
    }
    session.begin(&name)?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, return_to.as_str())).finish())
}

#[require_auth]
#[post("/logout")]
async fn logout(session: Session) -> &'static str {
    session.end();
    "goodbye"
}

#[require_auth]
#[post("/orders")]
async fn order(orders: web::Data<AtomicUsize>) -> String {
    format!("order {}", orders.fetch_add(1, Ordering::SeqCst) + 1)
}

/// Stands for a WebSocket. Whether it would be opened is decided before the handler.
#[require_auth]
#[get("/live")]
async fn live() -> &'static str {
    "live"
}

#[require_auth]
#[get("/{page:.*}")]
async fn greeting(principal: Principal) -> HttpResponse {
    let name = principal.subject().unwrap();
    HttpResponse::Ok().content_type("text/html").body(format!(
        r#"hello, {name}
           <form method="post" action="/orders"><button>order</button></form>
           <form method="post" action="/logout"><button>log out</button></form>"#
    ))
}

fn login_page(return_to: &ReturnPath) -> String {
    format!(
        r#"please log in
           <form method="post" action="/login">
             <input name="name"> <input name="password" type="password">
             <input name="return_to" type="hidden" value="{return_to}">
             <button>log in</button>
           </form>"#
    )
}

fn body(request: &HttpRequest, denied: &Denied) -> Option<DenialBody> {
    let needs_login = matches!(denied.denial(), Denial::Anonymous | Denial::InvalidCredential(_));
    needs_login.then(|| DenialBody::html(login_page(&ReturnPath::of(request))))
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(login).service(logout).service(order).service(live).service(greeting);
}

/// What a request of the browser had, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// `Sec-Fetch-Site`, or nothing.
    pub(crate) site: String,
    /// The browser sent the cookie of the session, or a password.
    pub(crate) has_credential: bool,
    pub(crate) status: u16,
}

impl Seen {
    pub(crate) fn new(site: &str, has_credential: bool, status: u16) -> Self {
        Self { site: site.to_owned(), has_credential, status }
    }

    fn of(request: &ServiceRequest) -> Self {
        let field = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let is_session = |cookies: &str| cookies.contains("session=");
        let has_credential = field(COOKIE.as_str()).is_some_and(|cookies| is_session(&cookies))
            || field(AUTHORIZATION.as_str()).is_some();
        Self { site: field("sec-fetch-site").unwrap_or_default(), has_credential, status: 0 }
    }
}

type Requests = Arc<Mutex<Vec<(String, Seen)>>>;

/// What differs between the shops.
pub(crate) struct Settings {
    pub(crate) sessions: Sessions,
    pub(crate) scheme: fn(Scheme) -> Scheme,
    /// The origin of other pages that may send requests.
    pub(crate) listed: Option<String>,
    pub(crate) is_basic_advertised: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sessions: Sessions::new(CookieSessionStore::default(), Key::from(&[7; 64])),
            scheme: |scheme| scheme,
            listed: None,
            is_basic_advertised: false,
        }
    }
}

/// The service with sessions.
pub(crate) struct Shop {
    server: TestServer,
    host: String,
    seconds: Arc<AtomicU64>,
    orders: web::Data<AtomicUsize>,
    requests: Requests,
    pub(crate) revoked: RevocationList,
}

impl Shop {
    /// Starts the service, which the browser reaches by the name `host`.
    pub(crate) fn start(host: &str, settings: Settings) -> Self {
        let (seconds, revoked) = (Arc::new(AtomicU64::new(1_700_000_000)), RevocationList::new());
        let clock = Arc::clone(&seconds);
        let sessions = settings.sessions.idle(Duration::from_secs(IDLE)).clock(move || time(&clock));
        let scheme = sessions.scheme(|name: String| -> Result<_, Refusal> { Ok(principal(&name)) });
        let scheme = (settings.scheme)(scheme.issuer(ISSUER));
        let scheme = settings.listed.into_iter().fold(scheme, Scheme::origin);
        let basic = if settings.is_basic_advertised { basic().advertised() } else { basic() };
        let authorizer = Authorizer::builder().realm("shop").scheme(scheme).scheme(basic);
        let authorizer = authorizer.revocations(revoked.clone()).denial_body(body).build().unwrap();
        let api = Api::new(authorizer, routes).unwrap();
        let (orders, requests) = (web::Data::new(AtomicUsize::new(0)), Requests::default());
        let (counted, recorded) = (orders.clone(), Arc::clone(&requests));
        let server = TestServer::start(move || {
            let recorded = Arc::clone(&recorded);
            let app = App::new().app_data(counted.clone()).configure(api.routes());
            app.wrap(sessions.middleware()).wrap_fn(move |request, service| {
                let line = format!("{} {}", request.method(), request.path());
                let (seen, recorded) = (Seen::of(&request), Arc::clone(&recorded));
                let answer = service.call(request);
                async move {
                    let answer = answer.await?;
                    let seen = Seen { status: answer.status().as_u16(), ..seen };
                    recorded.lock().unwrap().push((line, seen));
                    Ok(answer)
                }
            })
        });
        Self { server, host: host.to_owned(), seconds, orders, requests, revoked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}:{}{path}", self.host, self.server.address().port())
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> SystemTime {
        time(&self.seconds)
    }

    /// Returns how many orders there are.
    pub(crate) fn orders(&self) -> usize {
        self.orders.load(Ordering::SeqCst)
    }

    /// Returns the requests with this method and path since the last question.
    pub(crate) fn seen(&self, line: &str) -> Vec<Seen> {
        let requests = std::mem::take(&mut *self.requests.lock().unwrap());
        requests.into_iter().filter(|(other, _)| other == line).map(|(_, seen)| seen).collect()
    }

    /// Logs in with the form of the login page. The session is there afterwards.
    pub(crate) fn log_in(&self, tab: &Tab, name: &str) {
        assert_eq!(tab.open(&self.url("/me")).status(), 401);
        let (status, _, text) = tab.submit("/login", &[("name", name), ("password", PASSWORD)]).page();
        assert!(status == 200 && text.starts_with(&format!("hello, {name}")), "{status} {text}");
        self.requests.lock().unwrap().clear();
    }

    /// Returns who the page says is logged in, or `None` if it is the login page.
    pub(crate) fn caller(&self, tab: &Tab) -> Option<String> {
        match tab.open(&self.url("/me")).page() {
            (200, _, text) => text.lines().next()?.strip_prefix("hello, ").map(|name| name.trim().to_owned()),
            (401, _, text) if text.starts_with("please log in") => None,
            other => panic!("{other:?}"),
        }
    }
}

fn time(seconds: &AtomicU64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst))
}

fn principal(name: &str) -> Principal {
    Principal::builder().subject(name).build()
}

fn basic() -> Basic {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(|| Basic::hash(PASSWORD).unwrap());
    Basic::new(move |name: &str| Ok((name == "alice").then(|| StoredUser::new(hash, principal(name)))))
}

/// A service of somebody else. Its page has a form that sends what the query says to where the query says.
pub(crate) struct Elsewhere {
    server: TestServer,
    host: String,
    calls: Arc<AtomicUsize>,
}

impl Elsewhere {
    pub(crate) fn start(host: &str) -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = web::Data::from(Arc::clone(&calls));
        let server =
            TestServer::start(move || App::new().app_data(counted.clone()).default_service(web::to(lure)));
        Self { server, host: host.to_owned(), calls }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}:{}", self.host, self.server.address().port())
    }

    /// Returns how often somebody came here.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Opens the page and sends its form to `target`.
    pub(crate) fn send_form(&self, tab: &Tab, target: &str, fields: &[(&str, &str)]) -> View {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("to", target)])
            .extend_pairs(fields)
            .finish();
        assert_eq!(tab.open(&format!("{}/?{query}", self.origin())).status(), 200);
        tab.submit(target, &[])
    }
}

async fn lure(calls: web::Data<AtomicUsize>, query: web::Query<Vec<(String, String)>>) -> HttpResponse {
    calls.fetch_add(1, Ordering::SeqCst);
    let to = query.iter().find(|(name, _)| name == "to").map_or("/", |(_, to)| to);
    let mut page = format!(r#"you have won <form method="post" action="{to}">"#);
    for (name, value) in query.iter() {
        let _ = write!(page, r#"<input name="{name}" value="{value}" type="hidden">"#);
    }
    HttpResponse::Ok().content_type("text/html").body(page + "<button>take it</button></form>")
}
