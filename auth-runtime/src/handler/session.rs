//! The session of a browser as an argument of a handler.

use std::{fmt, future::Future, pin::Pin, rc::Rc};

use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, dev::Payload, http::StatusCode};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    answer::{challenge::Lines, denied::Denied},
    authorizer::{
        in_force::misconfigured,
        session::{ask_scheme, deny, is_cross_site_session, is_decided_otherwise},
    },
    policy::decision::Denial,
    schemes::session::{UNWRAPPED, visit::Visit},
};

/// The session of the caller's browser, as an argument of a handler: it begins and ends logins, and holds data of yours.
///
/// Every browser has one, also before its login; nothing is stored and no cookie is set before something is put into it.
/// What a handler changes is stored when it has answered. If that is not possible, the answer is 503.
///
/// # Errors
/// As an argument: 403 if the page of another site sent a request that may change something
/// ([`Scheme::origin`](crate::Scheme::origin)), also in a public handler; 503 if the store cannot be asked; and 500 without
/// [`Sessions::middleware`](crate::session::Sessions::middleware) around the application.
///
/// A session that ended, was tampered with, or whose login is refused, is an empty one. So is the session of a request
/// about which [another credential decides](crate::_guide::precedence), such as a token: what is put into it is not stored,
/// unless it begins. In an empty session too, a login and a logout end the session of the cookie.
///
/// # Example
/// ```
/// use actix_web::{HttpResponse, http::header::LOCATION, post, web};
/// use auth_runtime::{
///     Denied, public, require_auth,
///     session::{ReturnPath, Session},
/// };
///
/// #[derive(serde::Deserialize)]
/// struct Credentials {
///     name: String,
///     password: String,
///     #[serde(default)]
///     return_to: ReturnPath,
/// }
///
/// #[public("callers who log in have no session yet")]
/// #[post("/login")]
/// async fn login(session: Session, form: web::Form<Credentials>) -> Result<HttpResponse, Denied> {
///     if !is_right(&form.name, &form.password).await {
///         return Ok(HttpResponse::Unauthorized().body("wrong name or password"));
///     }
///     session.begin(&form.name)?;
///     Ok(HttpResponse::SeeOther().insert_header((LOCATION, form.return_to.as_str())).finish())
/// }
///
/// #[require_auth]
/// #[post("/logout")]
/// async fn logout(session: Session) -> &'static str {
///     session.end();
///     "goodbye"
/// }
/// # async fn is_right(_: &str, _: &str) -> bool { true }
/// ```
pub struct Session {
    visit: Rc<Visit>,
}

impl Session {
    /// Logs the caller in as this user, which is stored as JSON. From the next request on, the scheme of
    /// [`Sessions::scheme`](crate::session::Sessions::scheme) makes a principal of it.
    ///
    /// The session gets a new key, so that a key that somebody planted before is worth nothing. Data of a caller who was not
    /// logged in stays, such as a basket, if there is room for it. Data of a user who was logged in is dropped.
    ///
    /// # Errors
    /// 500 if the user cannot be written as JSON, or does not fit into the session. See [`insert`](Self::insert).
    ///
    /// # Design
    /// A login by GET is not asked from where it comes: the answer of an identity provider comes from another site, and has
    /// its `state` for that.
    pub fn begin(&self, user: &(impl Serialize + ?Sized)) -> Result<(), Denied> {
        let failed = |cause: &'static str| {
            tracing::error!(cause, "nobody is logged in");
            Denied::new(Denial::Failed { cause: cause.to_owned() }, Lines::default())
        };
        let user = serde_json::to_string(user).map_err(|_| failed(UNWRITABLE))?;
        if self.visit.begin(user) { Ok(()) } else { Err(failed(FULL)) }
    }

    /// Logs the caller out, and forgets the data of the session.
    pub fn end(&self) {
        self.visit.end();
    }

    /// Returns the data of this name; `None` if there is none, or none of this type.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{
    ///     public,
    ///     session::{InsertError, Session},
    /// };
    ///
    /// #[public("everybody may fill a basket")]
    /// #[actix_web::post("/basket")]
    /// async fn add(session: Session) -> Result<String, InsertError> {
    ///     let count = session.get::<u32>("count").unwrap_or_default() + 1;
    ///     session.insert("count", &count)?;
    ///     Ok(count.to_string())
    /// }
    /// ```
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(&self.visit.get(name)?).ok()
    }

    /// Puts data into the session.
    ///
    /// # Errors
    /// [`InsertError`], as an answer 413, if the session would hold more than 64 KiB; with `CookieSessionStore` more than 2500
    /// bytes. Browsers keep no cookie of more than 4 KB. 500 if the value cannot be written as JSON. The session stays as it
    /// was.
    pub fn insert(&self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), InsertError> {
        let value = serde_json::to_string(value).map_err(InsertError::Unwritable)?;
        if self.visit.insert(name, value) { Ok(()) } else { Err(InsertError::Full) }
    }

    /// Removes the data of this name.
    pub fn remove(&self, name: &str) {
        self.visit.remove(name);
    }
}

/// Why something was not put into a [`Session`].
#[derive(Debug)]
#[non_exhaustive]
pub enum InsertError {
    /// The session would be too large.
    Full,
    /// The value cannot be written as JSON.
    Unwritable(serde_json::Error),
}

impl fmt::Display for InsertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str(FULL),
            Self::Unwritable(error) => write!(f, "data of a session cannot be written as JSON: {error}"),
        }
    }
}

impl std::error::Error for InsertError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Full => None,
            Self::Unwritable(error) => Some(error),
        }
    }
}

impl ResponseError for InsertError {
    fn status_code(&self) -> StatusCode {
        match self {
            // Callers choose how much there is to keep.
            Self::Full => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unwritable(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

const FULL: &str = "the session is full; keep less in it, or choose a store on the server";
const UNWRITABLE: &str = "the user of a session cannot be written as JSON";

impl FromRequest for Session {
    type Error = Denied;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Denied>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Some(visit) = Visit::of(&request) else { return Err(misconfigured(&request, UNWRAPPED)) };
            let source = visit.settings.source();
            if is_cross_site_session(&request, &source) {
                return Err(deny(&request, Denial::CrossSite));
            }
            let is_apart = is_decided_otherwise(&request, &source);
            // Two cookies of the name are no session.
            let only = if is_apart { None } else { source.read(&request).ok() };
            let Some(cookie) = only else {
                visit.open_empty(source.cookies(&request), is_apart);
                return Ok(Self { visit });
            };
            let asked = match visit.open(cookie.as_deref()).await {
                Ok(()) if visit.has_login() => ask_scheme(&request, &source).await,
                opened => opened.map(|()| None),
            };
            drop(cookie);
            if let Some(refusal) = asked.map_err(|denial| deny(&request, denial))? {
                visit.refuse_login(&refusal);
            }
            Ok(Self { visit })
        })
    }
}

/// Leaves out the data, because it is personal.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
