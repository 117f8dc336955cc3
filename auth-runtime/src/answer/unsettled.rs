//! Denials that a handler makes itself. Such a denial knows no request, so the service around the handler settles it.

use actix_web::{HttpResponse, http::StatusCode};

use super::{
    not_found,
    problem::{FORBIDDEN, Problem},
};
use crate::policy::decision::Denial;

/// The mark of a response to a denial that knows no request. The mark passes through errors of the application's that
/// answer with the `error_response` of the denial.
pub(crate) struct Unsettled(pub(super) Denial);

impl Unsettled {
    /// Makes the answer of a denial outside of every annotated handler, such as in a middleware: without challenges, and
    /// with a body of this crate's. There a 401 would have no challenge, so the answer is 403 (RFC 9110 §15.5.2).
    pub(super) fn respond(self) -> HttpResponse {
        let mut response = match &self.0 {
            Denial::Absent | Denial::Invisible => not_found::empty(),
            denial => match Problem::of(denial) {
                problem if problem.status == StatusCode::UNAUTHORIZED => FORBIDDEN.respond(true),
                problem => problem.respond(true),
            },
        };
        response.extensions_mut().insert(self);
        response
    }

    /// Takes the denial out of a response.
    pub(crate) fn take(response: &mut HttpResponse) -> Option<Denial> {
        response.extensions_mut().remove::<Self>().map(|Self(denial)| denial)
    }
}
