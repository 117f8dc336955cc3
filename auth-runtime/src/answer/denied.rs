//! A denial as an answer to its request.

use std::{fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
};

use super::{
    body::DenialBody,
    challenge::Lines,
    not_found::NotFoundResponse,
    problem::{FORBIDDEN, NOT_FOUND, Problem},
    unsettled::Unsettled,
};
use crate::policy::{decision::Denial, principal::ClaimsError};

/// A denial as an answer to its request. `Denied` is the error of every extractor in this crate, so a handler can also
/// take a `Result<Principal, Denied>`. Middleware finds the denial in [`HttpResponse::error`].
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
pub struct Denied(Box<Answer>);

/// The parts of the answer. They are boxed to keep `Result<_, Denied>` small for requests that are allowed.
struct Answer {
    denial: Denial,
    hidden: Option<NotFoundResponse>,
    challenges: Lines,
    body: Option<DenialBody>,
    /// Whether the request is known. Otherwise the service around the handler makes the answer.
    is_settled: bool,
}

impl Denied {
    pub(crate) fn new(denial: Denial, challenges: Lines) -> Self {
        Self::of(denial, None, challenges, true)
    }

    /// Makes a denial that knows no request yet.
    pub(super) fn unsettled(denial: Denial) -> Self {
        Self::of(denial, None, Lines::default(), false)
    }

    /// Replaces the body of the answer; `None` is the default body.
    pub(crate) fn with_body(mut self, body: Option<DenialBody>) -> Self {
        self.0.body = body;
        self
    }

    /// Makes a denial that looks like an absent resource: `not_found` is sent as its answer.
    pub(crate) fn hidden(denial: Denial, not_found: NotFoundResponse) -> Self {
        Self::of(denial, Some(not_found), Lines::default(), true)
    }

    #[inline]
    fn of(denial: Denial, hidden: Option<NotFoundResponse>, challenges: Lines, is_settled: bool) -> Self {
        Self(Box::new(Answer { denial, hidden, challenges, body: None, is_settled }))
    }

    /// Returns the true cause, even if the denial is hidden. It is meant for logs; the caller never sees it.
    pub fn denial(&self) -> &Denial {
        &self.0.denial
    }

    /// Returns whether the caller gets the not-found answer in place of the denial.
    pub fn is_hidden(&self) -> bool {
        self.0.hidden.is_some() || matches!(self.0.denial, Denial::Absent | Denial::Invisible)
    }

    /// Returns the denial for another decision. What was hidden stays hidden.
    pub(crate) fn as_denial(&self) -> Denial {
        match self.denial() {
            Denial::Absent => Denial::Absent,
            _ if self.is_hidden() => Denial::Invisible,
            denial => denial.clone(),
        }
    }

    /// Returns whether the denial knows its request.
    pub(crate) fn is_settled(&self) -> bool {
        self.0.is_settled
    }

    fn problem(&self) -> &'static Problem {
        let problem = Problem::of(self.denial());
        if self.is_hidden() {
            &NOT_FOUND
        } else if problem.status == StatusCode::UNAUTHORIZED && self.0.challenges.lines.is_empty() {
            // RFC 9110 §15.5.2: a 401 has a challenge. If no credential that the caller could send would help, the
            // answer is 403.
            &FORBIDDEN
        } else {
            problem
        }
    }
}

/// Writes only what the caller may read, because some middleware sends this text. [`denial`](Denied::denial) returns
/// the cause.
impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem().text())
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

/// The cause of a denial is for logs alone, so [`source`](std::error::Error::source) does not return it.
impl std::error::Error for Denied {}

impl ResponseError for Denied {
    fn status_code(&self) -> StatusCode {
        self.problem().status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let Answer { denial, hidden, challenges, body, is_settled } = &*self.0;
        if !is_settled {
            return Unsettled(denial.clone()).respond();
        }
        if let Some(not_found) = hidden {
            return not_found.copy();
        }
        let problem = self.problem();
        let mut response = match body {
            Some(body) => body.send(HttpResponse::build(problem.status)),
            None => problem.respond(challenges.with_error),
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

/// Claims that do not fit the handler are answered 403, because a fresh credential would not help.
impl ResponseError for ClaimsError {
    fn status_code(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        FORBIDDEN.respond(true)
    }
}

/// Rounds up to whole seconds, because `Retry-After` has no fractions (RFC 9110 §10.2.3). The result is at least 1: a
/// client would take 0 as "at once".
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0)).max(1)
}
