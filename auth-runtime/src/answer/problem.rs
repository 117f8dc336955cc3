//! The status and the default body of every denial (RFC 9457).

use std::sync::OnceLock;

use actix_web::{
    HttpResponse,
    body::BoxBody,
    http::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderValue},
    },
    web::Bytes,
};
use serde::Serialize;

use crate::{
    credential::occasion::ErrorCode,
    policy::{credential_error::MalformedCredential, decision::Denial},
};

/// The answer to a denial, before it is hidden and without challenges. Every text is a constant, so each body is
/// written only once.
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// The error code of RFC 6750 §3.1.
    error: Option<&'static str>,
    detail: Option<&'static str>,
    /// The body with `error`, then the body without it.
    bodies: [OnceLock<Bytes>; 2],
}

impl Problem {
    const fn new(status: StatusCode, error: Option<&'static str>, detail: Option<&'static str>) -> Self {
        Self { status, error, detail, bodies: [OnceLock::new(), OnceLock::new()] }
    }

    /// Returns the problem of a denial.
    pub(crate) fn of(denial: &Denial) -> &'static Self {
        match denial {
            Denial::Absent | Denial::Invisible => &NOT_FOUND,
            Denial::Anonymous => &ANONYMOUS,
            Denial::Failed { .. } | Denial::Misconfigured(_) => &FAILED,
            Denial::CrossSite | Denial::Forbidden | Denial::Refused(_) | Denial::RefusedWith { .. } => {
                &FORBIDDEN
            }
            Denial::InsufficientScope => &INSUFFICIENT_SCOPE,
            Denial::InvalidCredential(_) => &INVALID_CREDENTIAL,
            Denial::MalformedCredential(how) => match how {
                MalformedCredential::Joined
                | MalformedCredential::Repeated
                | MalformedCredential::Scheme
                | MalformedCredential::Value => &MALFORMED_AUTHORIZATION,
                MalformedCredential::Field | MalformedCredential::Several => &MALFORMED_CREDENTIAL,
            },
            Denial::Unavailable { .. } => &UNAVAILABLE,
        }
    }

    /// Returns the error code that a challenge carries.
    pub(crate) fn error(&self) -> Option<ErrorCode> {
        self.error.zip(self.detail).map(|(code, description)| ErrorCode { code, description })
    }

    /// Returns the text that a person reads.
    pub(crate) fn text(&self) -> &'static str {
        self.detail.or(self.status.canonical_reason()).unwrap_or_default()
    }

    pub(crate) fn respond(&self, with_error: bool) -> HttpResponse {
        let [with, without] = &self.bodies;
        let body = if with_error { with } else { without }.get_or_init(|| {
            let document = Document {
                title: self.status.canonical_reason(),
                status: self.status.as_u16(),
                detail: self.detail,
                error: self.error.filter(|_| with_error),
            };
            // The document holds only constants, so writing it cannot fail.
            serde_json::to_vec(&document).unwrap_or_default().into()
        });
        let mut response = HttpResponse::with_body(self.status, BoxBody::new(body.clone()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

// RFC 6750 §3.1: a request without authentication information gets no error information.
static ANONYMOUS: Problem =
    Problem::new(StatusCode::UNAUTHORIZED, None, Some("this operation needs a credential"));
// RFC 9110 §15.6.1: the server failed, or is set up wrongly.
static FAILED: Problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, None, None);
// RFC 9110 §15.5.4: the server understood the request and refuses to fulfil it.
pub(crate) static FORBIDDEN: Problem =
    Problem::new(StatusCode::FORBIDDEN, None, Some("the caller may not do this"));
// RFC 6750 §3.1, `insufficient_scope`.
pub(crate) static INSUFFICIENT_SCOPE: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    Some("insufficient_scope"),
    Some("the credential lacks scopes for this operation"),
);
// RFC 6750 §3.1, `invalid_token`: expired, revoked, malformed or invalid for other reasons.
pub(crate) static INVALID_CREDENTIAL: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    Some("invalid_token"),
    Some("the credential is expired, revoked, malformed or meant for something else"),
);
// RFC 6750 §3.1, `invalid_request`.
pub(crate) static MALFORMED_AUTHORIZATION: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    Some("invalid_request"),
    Some("the authorization field is malformed or repeated"),
);
// RFC 6750 §3.1, `invalid_request`: "more than one method for including an access token".
pub(crate) static MALFORMED_CREDENTIAL: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    Some("invalid_request"),
    Some("the credential is malformed, or not the only one"),
);
// RFC 9110 §15.5.5. A hidden denial sends the application's own not-found answer in place of this one.
pub(crate) static NOT_FOUND: Problem = Problem::new(StatusCode::NOT_FOUND, None, None);
// RFC 9110 §15.6.4: the server cannot decide at the moment.
static UNAVAILABLE: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    None,
    Some("the request cannot be authorized at the moment"),
);

/// The body of a problem. RFC 9457 §3.1: without `type` it means `about:blank`, and then `title` is the status phrase.
#[derive(Serialize)]
struct Document {
    title: Option<&'static str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}
