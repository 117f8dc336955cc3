//! What a handler returns, and the response that is made of it. A denial that the handler or an argument of the
//! application's makes itself is settled here: it gets the answer that every other denial of its request gets.

use actix_web::{
    Error, HttpRequest, HttpResponse, Responder, ResponseError as _,
    body::BoxBody,
    dev::ServiceResponse,
    http::{StatusCode, header::CONTENT_TYPE},
};

use crate::{
    answer::{
        denied::Denied,
        errors::{KnownError, NotFound},
        unsettled::Unsettled,
    },
    authorizer::{Authorizer, authorize::refuse_inside},
    policy::decision::Denial,
};

/// What a handler may return. The trait stands in front of actix-web's `Responder`, so that the compiler reports every
/// other type in our words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer, so a handler cannot return it",
    label = "is not made into a response",
    note = "return a text, an `HttpResponse`, a `web::Json<..>` or a `Result` of one of them, or implement \
            `actix_web::Responder` for it",
    note = "the error of a `Result` implements `actix_web::ResponseError`"
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
        let mut settled = HttpResponse::from_error(refuse_inside(request, denial));
        // An error of the application's may have added fields.
        for (name, value) in response.headers() {
            if name != CONTENT_TYPE {
                settled.headers_mut().append(name.clone(), value.clone());
            }
        }
        return settled;
    }
    // An error whose type is forgotten has lost the answer of the denial behind it.
    let denial = match response.error().and_then(KnownError::in_box) {
        None => {
            if response.error().is_some_and(|error| error.as_error::<Denied>().is_some()) {
                note_denied(request);
            }
            return response;
        }
        Some(KnownError::Denied(denied)) if denied.is_settled() => {
            note_denied(request);
            return denied.error_response();
        }
        Some(known) => known.denial(),
    };
    HttpResponse::from_error(refuse_inside(request, denial))
}

/// Notes that the handler answers with the denial of a resource, without which it could have gone on.
#[cfg_attr(
    not(feature = "session"),
    expect(unused_variables, reason = "only sessions ask whether a request was denied")
)]
fn note_denied(request: &HttpRequest) {
    #[cfg(feature = "session")]
    crate::schemes::session::visit::Visit::deny(request);
}

/// Makes the response to a refusal, or to the error of an argument.
#[inline]
pub(super) fn fail(request: HttpRequest, error: Error) -> ServiceResponse {
    // Every `Denied` that comes here is settled.
    if error.as_error::<Denied>().is_some() {
        ServiceResponse::from_err(error, request)
    } else {
        fail_otherwise(request, error)
    }
}

#[cold]
fn fail_otherwise(request: HttpRequest, error: Error) -> ServiceResponse {
    let response = settle_error_response(&request, HttpResponse::from_error(error));
    ServiceResponse::new(request, response)
}

/// Settles the error of an argument if it is a denial itself. The response of another error is made once, by whoever sends
/// it, so it is not looked at here.
#[cold]
pub(super) fn settle_error(request: &HttpRequest, error: Error) -> Error {
    let denial = if let Some(denied) = error.as_error::<Denied>() {
        (!denied.is_settled()).then(|| denied.as_denial())
    } else if error.as_error::<NotFound>().is_some() {
        Some(Denial::Absent)
    } else {
        error.as_error::<Denial>().cloned()
    };
    denial.map_or(error, |denial| refuse_inside(request, denial).into())
}

impl Responder for NotFound {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        Authorizer::answer_not_found(Authorizer::in_force(request).ok(), request).copy()
    }
}
