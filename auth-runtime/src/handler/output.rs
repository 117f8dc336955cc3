//! What a handler returns, and the response that is made of it. A denial that the handler or an argument of the
//! application's makes itself is settled here: it gets the answer that every other denial of its request gets.

use actix_web::{
    Error, HttpRequest, HttpResponse, Responder, ResponseError as _, body::BoxBody, http::StatusCode,
};

use crate::{
    answer::{
        denied::Denied,
        errors::{FoundDenial, NotFound},
        unsettled::Unsettled,
    },
    authorizer::{Authorizer, authorize::refuse_inside},
};

/// What a handler may return. The trait stands in front of actix-web's `Responder`, so that the compiler reports every
/// other type in our words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer, so a handler cannot return it",
    label = "is not made into a response",
    note = "return a text, an `HttpResponse`, a `web::Json<..>` or a `Result` of one of them, or implement \
            `actix_web::Responder` for it"
)]
pub trait HandlerOutput {
    /// Makes a response of the answer.
    fn answer(self, request: &HttpRequest) -> HttpResponse;
}

#[diagnostic::do_not_recommend]
impl<R: Responder> HandlerOutput for R {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        settle(request, self.respond_to(request).map_into_boxed_body())
    }
}

/// What a handler returned that actix-web calls.
#[derive(Debug)]
pub struct Returned<R>(pub(super) R);

impl<R: HandlerOutput> Responder for Returned<R> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        self.0.answer(request)
    }
}

/// Settles the response of a handler. Only errors are looked at.
#[inline]
fn settle(request: &HttpRequest, response: HttpResponse) -> HttpResponse {
    if response.status() < StatusCode::BAD_REQUEST {
        response
    } else {
        settle_error_response(request, response)
    }
}

#[cold]
fn settle_error_response(request: &HttpRequest, mut response: HttpResponse) -> HttpResponse {
    if let Some(denial) = Unsettled::take(&mut response) {
        return HttpResponse::from_error(refuse_inside(request, denial));
    }
    // An error whose type is forgotten has lost the answer of the denial inside.
    match response
        .error()
        .filter(|error| error.as_error::<Denied>().is_none())
        .and_then(FoundDenial::in_error)
    {
        None => response,
        Some(FoundDenial::Settled(denied)) => denied.error_response(),
        Some(FoundDenial::Unsettled(denial)) => HttpResponse::from_error(refuse_inside(request, denial)),
    }
}

/// Settles the error of an argument.
#[cold]
pub(super) fn settle_error(request: &HttpRequest, error: Error) -> Error {
    let denial = match FoundDenial::in_error(&error) {
        // The answer is made once, because a body that is a stream is there only once.
        Some(FoundDenial::Settled(_)) => None,
        Some(FoundDenial::Unsettled(denial)) => Some(denial),
        None => Unsettled::take(&mut error.error_response()),
    };
    denial.map_or(error, |denial| refuse_inside(request, denial).into())
}

impl Responder for NotFound {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        Authorizer::answer_not_found(Authorizer::in_force(request).ok(), request).copy()
    }
}
