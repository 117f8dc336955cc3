//! The application's one answer for what does not exist, and for what a caller is not to know to exist.

use std::{fmt, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        ConnectionType, StatusCode,
        header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    },
};

/// Makes the answer. The answer is actix-web's own, which is empty, where the application has none.
#[derive(Clone, Default)]
pub(crate) struct NotFoundAnswer(Option<Arc<Respond>>);

type Respond = dyn Fn(&HttpRequest) -> HttpResponse + Send + Sync;

impl NotFoundAnswer {
    pub(crate) fn of(answer: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(answer)))
    }

    /// The answer to `request`.
    pub(crate) fn to(&self, request: &HttpRequest) -> HttpResponse {
        let mut response = self.0.as_ref().map_or_else(empty, |respond| respond(request));
        // What is not found is 404, also for those who count and store answers.
        *response.status_mut() = StatusCode::NOT_FOUND;
        if announces_body(request) {
            // actix-web does so where a body was not read, and whether one was read is not to be seen.
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }
}

/// The answer of an application that has none of its own: actix-web's, to the byte.
pub(crate) fn empty() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

/// Whether the request has a body (RFC 9112 §6.3).
fn announces_body(request: &HttpRequest) -> bool {
    let length = request.headers().get(CONTENT_LENGTH);
    request.headers().contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

impl fmt::Debug for NotFoundAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "NotFoundAnswer(..)" } else { "NotFoundAnswer" })
    }
}
