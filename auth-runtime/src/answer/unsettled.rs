//! Denials that a handler makes itself. Such a denial knows no request, so the service around the handler settles it.

use actix_web::HttpResponse;

use super::{not_found, problem::Problem};
use crate::policy::decision::Denial;

/// The mark of a response to a denial that knows no request. The mark passes through errors of the application's that
/// answer with the `error_response` of the denial.
pub(crate) struct Unsettled(pub(super) Denial);

impl Unsettled {
    /// Makes the answer of a denial outside of every annotated handler: without challenges, and with a body of this crate's.
    pub(super) fn respond(self) -> HttpResponse {
        let mut response = match &self.0 {
            Denial::Absent | Denial::Invisible => not_found::empty(),
            denial => Problem::of(denial).respond(true),
        };
        response.extensions_mut().insert(self);
        response
    }

    /// Takes the denial out of a response.
    pub(crate) fn take(response: &mut HttpResponse) -> Option<Denial> {
        response.extensions_mut().remove::<Self>().map(|Self(denial)| denial)
    }
}
