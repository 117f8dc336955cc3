//! The application's one not-found answer. Absent and hidden resources share it.

use std::{any::TypeId, fmt, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        ConnectionType, StatusCode,
        header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    },
};

/// Makes the not-found answer. The default is the empty answer of actix-web.
#[derive(Clone, Default)]
pub(crate) struct NotFoundAnswer(Option<(Function, Arc<Respond>)>);

/// What is known about a function: its type, unless values of the type may differ.
type Function = Option<TypeId>;

type Respond = dyn Fn(&HttpRequest) -> HttpResponse + Send + Sync;

impl NotFoundAnswer {
    pub(crate) fn of<F: Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static>(answer: F) -> Self {
        let function = (size_of::<F>() == 0).then(TypeId::of::<F>);
        Self(Some((function, Arc::new(answer))))
    }

    /// Returns whether both answers come from the same function. Two closures that capture something are never the
    /// same, unless one is a clone of the other.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some((function, one)), Some((other_function, other))) => {
                Arc::ptr_eq(one, other) || (function.is_some() && function == other_function)
            }
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// Returns the answer to `request`.
    pub(crate) fn to(&self, request: &HttpRequest) -> HttpResponse {
        let mut response = self.0.as_ref().map_or_else(empty, |(_, respond)| respond(request));
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
