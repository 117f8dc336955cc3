//! All of HTTP: the status, the challenge and the body of every denial.
//!
//! Read beside RFC 9110 §11.6.1 (`WWW-Authenticate`), RFC 6750 §3 (Bearer) and RFC 9457 (bodies).

use std::{cell::Cell, fmt, sync::Arc, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde::Serialize;

use crate::{
    authenticate::Scheme, decision::Denial, denial_body::DenialBody, names::Scope, principal::ClaimsError,
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
pub struct Denied {
    denial: Denial,
    hidden: Option<NotFoundResponse>,
    challenges: Lines,
    body: Option<Box<DenialBody>>,
}

/// The application's not-found answer to the request that was denied, until it is sent.
type NotFoundResponse = Cell<Option<Box<HttpResponse>>>;

impl Denied {
    pub(crate) fn new(denial: Denial, challenges: Lines) -> Self {
        Self { denial, hidden: None, challenges, body: None }
    }

    /// The same, with another body.
    pub(crate) fn with_body(self, body: Option<DenialBody>) -> Self {
        Self { body: body.map(Box::new), ..self }
    }

    /// A denial that the caller is not to tell from an absent resource, whose answer is `not_found`.
    pub(crate) fn hidden(denial: Denial, not_found: HttpResponse) -> Self {
        Self {
            denial,
            hidden: Some(Cell::new(Some(Box::new(not_found)))),
            challenges: Lines::default(),
            body: None,
        }
    }

    /// The true cause, hidden or not. For logs; the caller is not told.
    pub fn denial(&self) -> &Denial {
        &self.denial
    }

    /// Whether the caller gets the not-found answer in its place.
    pub fn is_hidden(&self) -> bool {
        self.hidden.is_some()
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.denial, if self.is_hidden() { " (hidden)" } else { "" })
    }
}

impl fmt::Debug for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denied")
            .field("denial", &self.denial)
            .field("hidden", &self.is_hidden())
            .finish_non_exhaustive()
    }
}

impl ResponseError for Denied {
    fn status_code(&self) -> StatusCode {
        if self.is_hidden() { StatusCode::NOT_FOUND } else { answer(&self.denial).status }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        if let Some(not_found) = &self.hidden {
            return not_found.take().map_or_else(self::not_found, |response| *response);
        }
        let answer = answer(&self.denial);
        let error = answer.error.filter(|_| !self.challenges.foreign);
        let mut response = match &self.body {
            Some(body) => body.send(HttpResponse::build(answer.status)),
            None => Answer { error, ..answer }.respond(),
        };
        let headers = response.headers_mut();
        for challenge in &self.challenges.lines {
            headers.append(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Denial::Unavailable { retry_after, .. } = &self.denial {
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
        answer(&Denial::Forbidden).respond()
    }
}

/// RFC 9110 §10.2.3 counts in whole seconds; none would mean "at once".
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0)).max(1)
}

/// What a denial answers, before hiding and challenges. Every text is a constant.
struct Answer {
    status: StatusCode,
    error: Option<&'static str>,
    detail: Option<&'static str>,
}

fn answer(denial: &Denial) -> Answer {
    match denial {
        // RFC 9110 §15.5.5. Whoever is denied gets the application's own answer in its place.
        Denial::Absent | Denial::Invisible => {
            Answer { status: StatusCode::NOT_FOUND, error: None, detail: None }
        }
        // RFC 6750 §3.1: a request without authentication information gets no error information.
        Denial::Anonymous => Answer {
            status: StatusCode::UNAUTHORIZED,
            error: None,
            detail: Some("this operation needs a credential"),
        },
        // RFC 9110 §15.5.4: the server understood the request and refuses to fulfil it.
        Denial::Forbidden | Denial::Refused(_) => {
            Answer { status: StatusCode::FORBIDDEN, error: None, detail: Some("the caller may not do this") }
        }
        // RFC 6750 §3.1, `insufficient_scope`.
        Denial::InsufficientScope => Answer {
            status: StatusCode::FORBIDDEN,
            error: Some("insufficient_scope"),
            detail: Some("the credential lacks scopes for this operation"),
        },
        // RFC 6750 §3.1, `invalid_token`: expired, revoked, malformed or invalid for other reasons.
        Denial::InvalidCredential(_) => Answer {
            status: StatusCode::UNAUTHORIZED,
            error: Some("invalid_token"),
            detail: Some("the credential is expired, revoked, malformed or meant for something else"),
        },
        // RFC 6750 §3.1, `invalid_request`.
        Denial::MalformedCredential(_) => Answer {
            status: StatusCode::BAD_REQUEST,
            error: Some("invalid_request"),
            detail: Some("the authorization field is malformed or repeated"),
        },
        // RFC 9110 §15.6.1.
        Denial::Failed { .. } | Denial::Misconfigured(_) => {
            Answer { status: StatusCode::INTERNAL_SERVER_ERROR, error: None, detail: None }
        }
        // RFC 9110 §15.6.4.
        Denial::Unavailable { .. } => Answer {
            status: StatusCode::SERVICE_UNAVAILABLE,
            error: None,
            detail: Some("the request cannot be authorized at the moment"),
        },
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

impl Answer {
    fn respond(&self) -> HttpResponse {
        let problem = Problem {
            title: self.status.canonical_reason(),
            status: self.status.as_u16(),
            detail: self.detail,
            error: self.error,
        };
        let mut response = HttpResponse::build(self.status).json(problem);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

/// The `WWW-Authenticate` lines of one denial.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    lines: Vec<HeaderValue>,
    /// The credential was of another scheme than Bearer, to which RFC 6750's error codes do not belong.
    foreign: bool,
}

/// What the challenges of one `Authorizer` have in common.
#[derive(Debug)]
pub(crate) struct Challenges {
    pub(crate) realm: String,
    pub(crate) resource_metadata: Option<String>,
}

impl Challenges {
    /// The `WWW-Authenticate` lines of a denial, one for each scheme (RFC 9110 §11.6.1).
    ///
    /// `used` is the scheme of the credential that was refused. `missing` holds the scopes of the operation; it is
    /// empty where they are not disclosed.
    pub(crate) fn lines(
        &self,
        denial: &Denial,
        schemes: &[Arc<Scheme>],
        used: Option<&Scheme>,
        missing: &[Scope],
    ) -> Lines {
        let answer = answer(denial);
        let line = |scheme: &Arc<Scheme>| match denial {
            Denial::Anonymous => Some(self.line(scheme, None, missing)),
            // RFC 9449 §7.2: only the scheme that was used carries the error.
            Denial::InvalidCredential(_) => {
                let used = used.is_some_and(|used| used.name == scheme.name);
                Some(self.line(scheme, used.then_some(&answer), &[]))
            }
            Denial::MalformedCredential(_) => {
                scheme.is_bearer().then(|| self.line(scheme, Some(&answer), &[]))
            }
            // RFC 6750 §3.1. A challenge that does not say which scopes would only say "authenticate again".
            Denial::InsufficientScope => {
                (scheme.is_bearer() && !missing.is_empty()).then(|| self.line(scheme, Some(&answer), missing))
            }
            Denial::Absent
            | Denial::Failed { .. }
            | Denial::Forbidden
            | Denial::Invisible
            | Denial::Misconfigured(_)
            | Denial::Refused(_)
            | Denial::Unavailable { .. } => None,
        };
        let lines = schemes.iter().filter_map(line).flatten().collect();
        Lines { lines, foreign: used.is_some_and(|used| !used.is_bearer()) }
    }

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
        // The builder refused everything but printable ASCII.
        HeaderValue::try_from(format!("{} {}", scheme.name, parameters.join(", "))).ok()
    }
}

/// `name="value"`: always quoted, `"` and `\` alone are escaped (RFC 9110 §5.6.4).
fn parameter(name: &str, value: &str) -> String {
    format!(r#"{name}="{}""#, value.replace('\\', r"\\").replace('"', r#"\""#))
}
