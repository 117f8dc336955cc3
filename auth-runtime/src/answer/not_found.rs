//! The application's one not-found answer. Absent and hidden resources share it.

use std::{cell::Cell, fmt, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    body::{self, BodySize, BoxBody, MessageBody as _},
    http::{
        ConnectionType, StatusCode,
        header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    },
};

/// Makes the not-found answer. The default is the empty answer of actix-web.
#[derive(Clone, Default)]
pub(crate) struct NotFoundAnswer(Option<Arc<Respond>>);

type Respond = dyn Fn(&HttpRequest) -> HttpResponse + Send + Sync;

impl NotFoundAnswer {
    pub(crate) fn of(answer: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(answer)))
    }

    /// Returns the answer to `request`.
    pub(crate) fn to(&self, request: &HttpRequest) -> HttpResponse {
        let mut response = self.0.as_ref().map_or_else(empty, |respond| respond(request));
        // The status stays 404 whatever the application sets, because caches and statistics would show a difference.
        *response.status_mut() = StatusCode::NOT_FOUND;
        if announces_body(request) {
            // actix-web closes the connection if the handler has not read the body. Closing it always hides whether a
            // body was read.
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }
}

/// The not-found answer to one denied request. Middleware may ask a denial for its answer more than once, and gets the
/// same one each time. The request itself is not kept for that, because actix-web panics in routing while somebody holds
/// a copy of it.
pub(crate) struct NotFoundResponse(Cell<Option<HttpResponse>>);

impl NotFoundResponse {
    pub(crate) fn of(response: HttpResponse) -> Self {
        Self(Cell::new(Some(response)))
    }

    /// Returns the answer. A body that is a stream is there once.
    pub(crate) fn copy(&self) -> HttpResponse {
        let (answer, next) = two(self.0.take().unwrap_or_else(empty));
        self.0.set(Some(next));
        answer
    }
}

/// Makes two answers of one. The second one has no extensions, which are for middleware.
fn two(response: HttpResponse) -> (HttpResponse, HttpResponse) {
    let (response, body) = response.into_parts();
    let mut second = HttpResponse::new(response.status());
    response.head().clone_into(second.head_mut());
    if body.size() == BodySize::None {
        return (response.set_body(body), second.set_body(BoxBody::new(body::None::new())));
    }
    match body.try_into_bytes() {
        Ok(bytes) => (response.set_body(BoxBody::new(bytes.clone())), second.set_body(BoxBody::new(bytes))),
        Err(stream) => (response.set_body(stream), second),
    }
}

/// Returns the not-found answer of actix-web, byte for byte. It is sent if the application has no answer of its own.
pub(crate) fn empty() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

/// Returns whether the request has a body (RFC 9112 §6.3).
fn announces_body(request: &HttpRequest) -> bool {
    let length = request.headers().get(CONTENT_LENGTH);
    request.headers().contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

impl fmt::Debug for NotFoundAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "NotFoundAnswer(..)" } else { "NotFoundAnswer" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_a_body_stays_without_one() {
        let bare = HttpResponse::with_body(StatusCode::NOT_FOUND, BoxBody::new(body::None::new()));
        let response = NotFoundResponse::of(bare);
        for _ in 0..3 {
            assert_eq!(response.copy().body().size(), BodySize::None);
        }
        let response = NotFoundResponse::of(empty());
        for _ in 0..3 {
            assert_eq!(response.copy().body().size(), BodySize::Sized(0));
        }
    }
}
