//! Sessions of browsers: a cookie, and what is stored behind it.

mod cookie;
pub(crate) mod finish;
pub(crate) mod memory_store;
pub(crate) mod return_path;
mod state;
mod store;
pub(crate) mod user;
pub(crate) mod visit;

use std::{
    fmt, ptr,
    rc::Rc,
    sync::Arc,
    time::{Duration, SystemTime},
};

use actix_session::storage::SessionStore;
use actix_web::cookie::{Key, SameSite};
use serde::de::DeserializeOwned;

use self::{
    cookie::CookieSettings,
    store::{Kept, Store},
    user::AuthenticateUser,
    visit::Visit,
};
use super::acceptance::Acceptance;
use crate::{
    credential::{
        authenticate::Authentication, clock::Clock, eventual::Eventual, head::Credential, scheme::Scheme,
        source::Source, verified::Verified,
    },
    policy::{credential_error::InvalidCredential, decision::Denial},
};

/// The sessions of a service: where they are stored, how long they live, and what their cookie is like.
///
/// A service needs three things of it: the [`scheme`](Self::scheme) in its `Authorizer`, the
/// [`middleware`](Self::middleware) around its application, and a handler that takes a
/// [`Session`](crate::session::Session) and begins one. Sessions are cheap to clone.
///
/// # Example
/// ```
/// use actix_session::storage::CookieSessionStore;
/// use actix_web::{App, cookie::Key, post, web};
/// use auth_runtime::{
///     Api, Authorizer, Denied, Principal, public, require_auth,
///     session::{Session, Sessions},
/// };
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct User {
///     name: String,
/// }
///
/// #[public("callers who log in have no session yet")]
/// #[post("/login")]
/// async fn login(session: Session, user: web::Form<User>) -> Result<&'static str, Denied> {
///     // … check the password …
///     session.begin(&*user)?;
///     Ok("welcome")
/// }
///
/// #[require_auth]
/// #[post("/logout")]
/// async fn logout(session: Session) -> &'static str {
///     session.end();
///     "goodbye"
/// }
///
/// let sessions = Sessions::new(CookieSessionStore::default(), Key::generate());
/// let scheme = sessions.scheme(|user: User| Ok(Principal::builder().subject(user.name).build()));
/// let authorizer = Authorizer::builder().scheme(scheme).build()?;
/// let api = Api::new(authorizer, |routes| {
///     routes.service(login).service(logout);
/// })?;
/// let app = move || App::new().configure(api.routes()).wrap(sessions.middleware());
/// # let _ = app;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
///
/// # Design
/// The middleware loads nothing: the first who asks for the session does. So a public handler that does not look at the
/// session is answered while the store is away, and without waiting for it.
#[derive(Clone)]
pub struct Sessions(Arc<Settings>);

/// The settings of the sessions of a service.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) cookie: CookieSettings,
    pub(crate) clock: Clock,
    /// How many seconds a session lives after it was used last.
    pub(crate) idle: u64,
    /// How many seconds a session lives after it began.
    pub(crate) absolute: u64,
}

/// The name binds the cookie to this host and to TLS (RFC 6265bis §4.1.3.2), so that no other host can plant one.
const COOKIE_NAME: &str = "__Host-session";
const COOKIE_NAME_WITHOUT_TLS: &str = "session";

impl Sessions {
    /// Keeps sessions in `store`, and encrypts their cookies with `key`. Every process of the service needs the same key, of
    /// 64 random bytes: `Key::from(&bytes)`. With a new key all sessions end.
    ///
    /// The stores are those of the crate actix-session. With `RedisSessionStore` (its feature `redis-session`) the cookie
    /// holds a random key of 64 characters, and the rest is on the server. With `CookieSessionStore` (`cookie-session`) the
    /// cookie holds everything, encrypted; ending such a session removes the cookie from the browser, and nothing more. A copy
    /// of the cookie is good until the absolute end.
    ///
    /// A store of your own forgets a session at the end of its time to live, gives each new session an unguessable key,
    /// and brings no session back: `update` and `update_ttl` of a session that it does not have store nothing under its
    /// key. `update` may save such a session under a new key, which is then deleted.
    pub fn new(store: impl SessionStore + Send + Sync + 'static, key: Key) -> Self {
        let cookie = CookieSettings {
            name: COOKIE_NAME.to_owned(),
            key,
            is_secure: true,
            is_persistent: false,
            same_site: SameSite::Lax,
        };
        Self(Arc::new(Settings {
            store: Arc::new(Kept(store)),
            cookie,
            clock: Clock::default(),
            idle: 30 * 60,
            absolute: 12 * 60 * 60,
        }))
    }

    /// Ends a session this long after its login, however much it is used. A session without a login ends this long after
    /// something was first put into it. The default is 12 hours, and the most is 400 days.
    pub fn absolute(self, duration: Duration) -> Self {
        self.with(|settings| settings.absolute = whole_seconds(duration))
    }

    /// Replaces the system's clock, for tests.
    pub fn clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.clock = Clock::new(clock))
    }

    /// Names the cookie. The default is `__Host-session`. Browsers accept a name that begins with `__Host-` only from the
    /// host itself and over TLS, so that no other host can plant a cookie; keep the prefix.
    pub fn cookie_name(self, name: impl Into<String>) -> Self {
        self.with(|settings| settings.cookie.name = name.into())
    }

    /// Leaves `Secure` out of the cookie, and names it `session` unless another name was given. This is dangerous: whoever
    /// reads the traffic takes the session over. Use it only for tests on your own machine.
    pub fn dangerous_without_tls(self) -> Self {
        self.with(|settings| {
            settings.cookie.is_secure = false;
            if settings.cookie.name == COOKIE_NAME {
                COOKIE_NAME_WITHOUT_TLS.clone_into(&mut settings.cookie.name);
            }
        })
    }

    /// Ends a session this long after it was used last, in whole seconds. The default is 30 minutes, and the most
    /// is 400 days.
    ///
    /// A session is used by each request that needs it and is not denied. The use is noted at most once in a sixtieth of
    /// the time, so a session may end that much earlier.
    pub fn idle(self, duration: Duration) -> Self {
        self.with(|settings| settings.idle = whole_seconds(duration))
    }

    /// Lets browsers keep the cookie when they are closed, until the session ends. By default they drop it.
    pub fn persistent(self) -> Self {
        self.with(|settings| settings.cookie.is_persistent = true)
    }

    /// Sets with which requests of other sites browsers send the cookie. The default is [`SameSite::Lax`]. A page of another
    /// site that you [list](Scheme::origin) needs [`SameSite::None`].
    pub fn same_site(self, same_site: SameSite) -> Self {
        self.with(|settings| settings.cookie.same_site = same_site)
    }

    /// Makes the scheme `Session` for an [`Authorizer`](crate::Authorizer). `principal` is a closure, `async` or not, that turns
    /// the user that [`Session::begin`](crate::session::Session::begin) was given into a principal, or refuses the session.
    ///
    /// - The claim `iat` is when the session began, so that a [list of revocations](crate::revocation::RevocationList) can end
    ///   the sessions of a subject that began before. So is [`auth_time`](crate::Principal::auth_time).
    /// - A user that cannot be read as `T` is no session: 401. So a new version of the service may change the type.
    /// - The scheme can be set up further, as in `.issuer("https://app.example")` and
    ///   [`.origin("https://admin.example")`](Scheme::origin).
    pub fn scheme<T, Form>(&self, principal: impl AuthenticateUser<T, Form>) -> Scheme
    where
        T: DeserializeOwned + 'static,
        Form: 'static,
    {
        let (settings, principal) = (Arc::clone(&self.0), Arc::new(principal));
        let authenticate = move |cookie: &Credential<'_>| {
            let visit = match settings.visit(cookie) {
                Ok(visit) => visit,
                Err(denial) => return Authentication::now(Err(denial)),
            };
            let (principal, cookie) = (Arc::clone(&principal), cookie.value().to_owned());
            Authentication(Eventual::later(async move {
                visit.open(Some(&cookie)).await?;
                let login = visit.login()?;
                let user = serde_json::from_str(&login.user).map_err(|_| UNREADABLE)?;
                let Verified { principal, .. } = principal.authenticate_user(user).0.wait().await?;
                let Settings { clock, .. } = &*visit.settings;
                let principal = principal.of_session(login.began, visit.settings.ends(login.began));
                // The session may end at any time, so the answer is never remembered.
                Acceptance { clock: clock.clone(), ..Acceptance::default() }.accept(principal)
            }))
        };
        Scheme::new("Session", authenticate).cookie(self.0.cookie.name.clone())
    }

    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.0
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl Settings {
    /// Returns the session of the request that presents a cookie.
    fn visit(&self, cookie: &Credential<'_>) -> Result<Rc<Visit>, Denial> {
        match Visit::of(cookie.head().request()) {
            Some(visit) if ptr::eq(&raw const *visit.settings, self) => Ok(visit),
            Some(_) => Err(Denial::Misconfigured(OF_OTHERS)),
            None => Err(Denial::Misconfigured(UNWRAPPED)),
        }
    }

    /// Returns where the cookie stands.
    pub(crate) fn source(&self) -> Source {
        Source::Cookie(self.cookie.name.clone())
    }

    /// Returns the first second in which a session has ended, however much it was used.
    fn ends(&self, began: u64) -> u64 {
        began.saturating_add(self.absolute)
    }

    /// Returns after how many seconds a use is noted.
    fn refresh_after(&self) -> u64 {
        (self.idle / 60).max(1)
    }

    /// Returns how long a store keeps a session that nobody uses: longer than the session lives, because this crate's clock
    /// decides.
    fn ttl(&self) -> Duration {
        Duration::from_secs(self.idle.saturating_add(60))
    }
}

/// What is wrong with an application whose session is missing.
pub(crate) const UNWRAPPED: &str = "a session is asked for, and no middleware has put one on the request; wrap the \
                                    application in `.wrap(sessions.middleware())`, last, so that it is around every gate";
const OF_OTHERS: &str = "the sessions of the scheme and those of the middleware around it are not the same; make both of one \
                         `Sessions`";
const UNREADABLE: InvalidCredential =
    InvalidCredential::Refused("the user of the session has another shape than the scheme expects");

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().clamp(1, LONGEST)
}

/// 400 days, for which browsers keep a cookie at most (RFC 6265bis §5.5). Stores fail with much longer times.
const LONGEST: u64 = 400 * 24 * 60 * 60;

/// Leaves out the key, which is a secret.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { cookie, idle, absolute, .. } = &*self.0;
        f.debug_struct("Sessions")
            .field("cookie", &cookie.name)
            .field("idle", idle)
            .field("absolute", absolute)
            .finish_non_exhaustive()
    }
}
