//! All of HTTP: the status, the challenge and the body of every denial.
//!
//! Read beside RFC 9110 §11.6.1 (`WWW-Authenticate`), RFC 6750 §3 (Bearer) and RFC 9457 (bodies).

use std::{
    cell::Cell,
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    web::Bytes,
};
use serde::Serialize;

use crate::{
    answer::body::DenialBody,
    credential::authenticate::Scheme,
    policy::{decision::Denial, names::Scope, principal::ClaimsError},
};

/// The answer for what does not exist where the application has none of its own: actix's, to the byte.
pub(crate) fn not_found() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

/// An answer of the application's. What is not found is 404, also for those who count and store answers.
pub(crate) fn as_not_found(mut response: HttpResponse) -> HttpResponse {
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// What one caller is denied, no cache tells the next (RFC 9111 §5.2.2.5). A 404 may be a hidden denial.
pub(crate) fn forbid_storing(response: &mut HttpResponse<impl Sized>) {
    if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// A denial on its way out. It is the error of every extractor here, so that `Result<Principal, Denied>` is an
/// argument too, and middleware finds it in [`HttpResponse::error`].
///
/// # Example
/// ```
/// use actix_web::HttpResponse;
/// use auth_runtime::{Denied, Principal, public};
///
/// #[public("a greeting for everyone")]
/// async fn greet(caller: Result<Principal, Denied>) -> Result<String, Denied> {
///     match caller {
///         Ok(principal) => Ok(format!("hello, {}", principal.subject().unwrap_or("you"))),
///         Err(denied) if *denied.denial() == auth_runtime::Denial::Anonymous => Ok("hello".to_owned()),
///         Err(expired) => Err(expired),
///     }
/// }
/// ```
pub struct Denied(Box<Answering>);

/// What is to be answered. In a box, so that who is let in does not carry its size along.
struct Answering {
    denial: Denial,
    hidden: Option<NotFoundResponse>,
    challenges: Lines,
    body: Option<DenialBody>,
}

/// The application's not-found answer to the request that was denied, until it is sent.
type NotFoundResponse = Cell<Option<HttpResponse>>;

impl Denied {
    pub(crate) fn new(denial: Denial, challenges: Lines) -> Self {
        Self(Box::new(Answering { denial, hidden: None, challenges, body: None }))
    }

    /// The same, with another body.
    pub(crate) fn with_body(mut self, body: Option<DenialBody>) -> Self {
        self.0.body = body;
        self
    }

    /// A denial that the caller is not to tell from an absent resource, whose answer is `not_found`.
    pub(crate) fn hidden(denial: Denial, not_found: HttpResponse) -> Self {
        let hidden = Some(Cell::new(Some(not_found)));
        Self(Box::new(Answering { denial, hidden, challenges: Lines::default(), body: None }))
    }

    /// The true cause, hidden or not. For logs; the caller is not told.
    pub fn denial(&self) -> &Denial {
        &self.0.denial
    }

    /// Whether the caller gets the not-found answer in its place.
    pub fn is_hidden(&self) -> bool {
        self.0.hidden.is_some()
    }
}

/// What the caller is told: some middleware sends it. The cause is [`denial`](Denied::denial).
impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = if self.is_hidden() { &NOT_FOUND } else { answer(self.denial()) };
        f.write_str(answer.detail.or(answer.status.canonical_reason()).unwrap_or_default())
    }
}

impl fmt::Debug for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denied")
            .field("denial", self.denial())
            .field("hidden", &self.is_hidden())
            .finish_non_exhaustive()
    }
}

impl ResponseError for Denied {
    fn status_code(&self) -> StatusCode {
        if self.is_hidden() { StatusCode::NOT_FOUND } else { answer(self.denial()).status }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let Answering { denial, hidden, challenges, body } = &*self.0;
        if let Some(not_found) = hidden {
            return not_found.take().unwrap_or_else(self::not_found);
        }
        let answer = answer(denial);
        let mut response = match body {
            Some(body) => body.send(HttpResponse::build(answer.status)),
            None => answer.respond(!challenges.foreign),
        };
        let headers = response.headers_mut();
        for challenge in &challenges.lines {
            headers.append(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Denial::Unavailable { retry_after, .. } = denial {
            headers.insert(RETRY_AFTER, whole_seconds(*retry_after).into());
        }
        response
    }
}

/// The claims of a valid token do not fit the handler: fresh credentials would not help.
impl ResponseError for ClaimsError {
    fn status_code(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        FORBIDDEN.respond(true)
    }
}

/// RFC 9110 §10.2.3 counts in whole seconds; none would mean "at once".
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0)).max(1)
}

/// What a denial answers, before hiding and challenges. Every text is a constant, so a body is written once.
struct Answer {
    status: StatusCode,
    error: Option<&'static str>,
    detail: Option<&'static str>,
    /// With `error`, and without.
    bodies: [OnceLock<Bytes>; 2],
}

impl Answer {
    const fn new(status: StatusCode, error: Option<&'static str>, detail: Option<&'static str>) -> Self {
        Self { status, error, detail, bodies: [OnceLock::new(), OnceLock::new()] }
    }

    fn respond(&self, with_error: bool) -> HttpResponse {
        let [with, without] = &self.bodies;
        let body = if with_error { with } else { without }.get_or_init(|| {
            let problem = Problem {
                title: self.status.canonical_reason(),
                status: self.status.as_u16(),
                detail: self.detail,
                error: self.error.filter(|_| with_error),
            };
            // Constants alone: it cannot fail.
            serde_json::to_vec(&problem).unwrap_or_default().into()
        });
        let mut response = HttpResponse::with_body(self.status, BoxBody::new(body.clone()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

// RFC 6750 §3.1: a request without authentication information gets no error information.
static ANONYMOUS: Answer =
    Answer::new(StatusCode::UNAUTHORIZED, None, Some("this operation needs a credential"));
// RFC 9110 §15.6.1.
static FAILED: Answer = Answer::new(StatusCode::INTERNAL_SERVER_ERROR, None, None);
// RFC 9110 §15.5.4: the server understood the request and refuses to fulfil it.
static FORBIDDEN: Answer = Answer::new(StatusCode::FORBIDDEN, None, Some("the caller may not do this"));
// RFC 6750 §3.1, `insufficient_scope`.
static INSUFFICIENT_SCOPE: Answer = Answer::new(
    StatusCode::FORBIDDEN,
    Some("insufficient_scope"),
    Some("the credential lacks scopes for this operation"),
);
// RFC 6750 §3.1, `invalid_token`: expired, revoked, malformed or invalid for other reasons.
static INVALID_CREDENTIAL: Answer = Answer::new(
    StatusCode::UNAUTHORIZED,
    Some("invalid_token"),
    Some("the credential is expired, revoked, malformed or meant for something else"),
);
// RFC 6750 §3.1, `invalid_request`.
static MALFORMED_CREDENTIAL: Answer = Answer::new(
    StatusCode::BAD_REQUEST,
    Some("invalid_request"),
    Some("the authorization field is malformed or repeated"),
);
// RFC 9110 §15.5.5. Whoever is denied gets the application's own answer in its place.
static NOT_FOUND: Answer = Answer::new(StatusCode::NOT_FOUND, None, None);
// RFC 9110 §15.6.4.
static UNAVAILABLE: Answer = Answer::new(
    StatusCode::SERVICE_UNAVAILABLE,
    None,
    Some("the request cannot be authorized at the moment"),
);

fn answer(denial: &Denial) -> &'static Answer {
    match denial {
        Denial::Absent | Denial::Invisible => &NOT_FOUND,
        Denial::Anonymous => &ANONYMOUS,
        Denial::Failed { .. } | Denial::Misconfigured(_) => &FAILED,
        Denial::Forbidden | Denial::Refused(_) => &FORBIDDEN,
        Denial::InsufficientScope => &INSUFFICIENT_SCOPE,
        Denial::InvalidCredential(_) => &INVALID_CREDENTIAL,
        Denial::MalformedCredential(_) => &MALFORMED_CREDENTIAL,
        Denial::Unavailable { .. } => &UNAVAILABLE,
    }
}

/// RFC 9457 §3.1: no `type` means `about:blank`, and then `title` is the status phrase.
#[derive(Serialize)]
struct Problem {
    title: Option<&'static str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

/// The `WWW-Authenticate` lines of one denial.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    lines: Vec<HeaderValue>,
    /// The credential was of another scheme than Bearer, to which RFC 6750's error codes do not belong.
    foreign: bool,
}

/// The challenges of one `Authorizer`. Those that depend on nothing but it are written once.
#[derive(Debug)]
pub(crate) struct Challenges {
    settings: ChallengeSettings,
    prepared: Vec<Prepared>,
}

/// What the challenges of one `Authorizer` have in common.
#[derive(Debug)]
pub(crate) struct ChallengeSettings {
    pub(crate) realm: String,
    pub(crate) resource_metadata: Option<String>,
}

/// The challenges of one scheme.
#[derive(Debug)]
struct Prepared {
    scheme: Arc<Scheme>,
    plain: HeaderValue,
    invalid: HeaderValue,
    malformed: HeaderValue,
}

impl Challenges {
    /// `None` if a text is not printable ASCII.
    pub(crate) fn of(settings: ChallengeSettings, schemes: &[Arc<Scheme>]) -> Option<Self> {
        let prepare = |scheme: &Arc<Scheme>| {
            let line = |answer| settings.line(scheme, answer, &[]);
            Some(Prepared {
                scheme: Arc::clone(scheme),
                plain: line(None)?,
                invalid: line(Some(&INVALID_CREDENTIAL))?,
                malformed: line(Some(&MALFORMED_CREDENTIAL))?,
            })
        };
        let prepared = schemes.iter().map(prepare).collect::<Option<_>>()?;
        Some(Self { settings, prepared })
    }

    /// The `WWW-Authenticate` lines of a denial, one for each scheme (RFC 9110 §11.6.1).
    ///
    /// `used` is the scheme of the credential that was refused. `missing` holds the scopes of the operation; it is
    /// empty where they are not disclosed.
    pub(crate) fn lines(&self, denial: &Denial, used: Option<&Scheme>, missing: &[Scope]) -> Lines {
        let line = |prepared: &Prepared| {
            let Prepared { scheme, plain, invalid, malformed } = prepared;
            match denial {
                Denial::Anonymous if missing.is_empty() => Some(plain.clone()),
                Denial::Anonymous => self.settings.line(scheme, None, missing),
                // RFC 9449 §7.2: only the scheme that was used carries the error.
                Denial::InvalidCredential(_) => {
                    let used = used.is_some_and(|used| used.name == scheme.name);
                    Some(if used { invalid.clone() } else { plain.clone() })
                }
                Denial::MalformedCredential(_) => scheme.is_bearer().then(|| malformed.clone()),
                // RFC 6750 §3.1. A challenge that does not say which scopes would only say "authenticate again".
                Denial::InsufficientScope if scheme.is_bearer() && !missing.is_empty() => {
                    self.settings.line(scheme, Some(&INSUFFICIENT_SCOPE), missing)
                }
                _ => None,
            }
        };
        let lines = self.prepared.iter().filter_map(line).collect();
        Lines { lines, foreign: used.is_some_and(|used| !used.is_bearer()) }
    }
}

impl ChallengeSettings {
    /// One challenge: the scheme and at least one parameter (RFC 6750 §3). What RFC 6750 and RFC 9728 define
    /// belongs to Bearer alone.
    fn line(&self, scheme: &Scheme, answer: Option<&Answer>, missing: &[Scope]) -> Option<HeaderValue> {
        let scopes = missing.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ");
        let mut parameters = vec![("realm", self.realm.as_str())];
        if scheme.is_bearer() {
            parameters.extend(answer.and_then(|answer| answer.error).map(|error| ("error", error)));
            parameters.extend((!scopes.is_empty()).then_some(("scope", scopes.as_str())));
            parameters.extend(self.resource_metadata.as_deref().map(|url| ("resource_metadata", url)));
            parameters
                .extend(answer.and_then(|answer| answer.detail).map(|text| ("error_description", text)));
        }
        parameters.extend(scheme.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));

        let parameters: Vec<_> = parameters.into_iter().map(|(name, value)| parameter(name, value)).collect();
        HeaderValue::from_maybe_shared(Bytes::from(format!("{} {}", scheme.name, parameters.join(", ")))).ok()
    }
}

/// `name="value"`: always quoted, `"` and `\` alone are escaped (RFC 9110 §5.6.4).
fn parameter(name: &str, value: &str) -> String {
    format!(r#"{name}="{}""#, value.replace('\\', r"\\").replace('"', r#"\""#))
}
