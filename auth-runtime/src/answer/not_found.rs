//! The application's one not-found answer. Absent and hidden resources share it.

use std::{any::TypeId, cell::Cell, fmt, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    body::{self, BodySize, BoxBody, MessageBody as _},
    dev::ResponseHead,
    http::{
        ConnectionType, StatusCode,
        header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    },
    web::Bytes,
};

use super::caching::forbid_storing;

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
        self.answer(request).copy()
    }

    /// Returns the answer to `request`, which can be sent more than once.
    pub(crate) fn answer(&self, request: &HttpRequest) -> NotFoundResponse {
        let Some((_, respond)) = &self.0 else {
            return NotFoundResponse {
                kind: Kind::Plain { closes: announces_body(request) },
                is_stored: true,
            };
        };
        let mut response = respond(request);
        // The status stays 404 whatever the application sets, because caches and statistics would show a difference.
        *response.status_mut() = StatusCode::NOT_FOUND;
        if announces_body(request) {
            // actix-web closes the connection if the handler has not read the body. Closing it always hides whether a
            // body was read.
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        NotFoundResponse::of(response)
    }
}

/// The not-found answer to one denied request. Middleware may ask a denial for its answer more than once, and gets the
/// same one each time. The request itself is not kept for that, because actix-web panics in routing while somebody holds
/// a copy of it.
pub(crate) struct NotFoundResponse {
    kind: Kind,
    is_stored: bool,
}

enum Kind {
    /// actix-web's own answer.
    Plain { closes: bool },
    /// An answer of the application's.
    Own(Cell<Next>),
}

/// The next answer.
#[derive(Default)]
enum Next {
    /// The answer as it was made.
    Made(HttpResponse),
    /// The parts of a further answer, which hardly anybody asks for.
    Again(Box<(ResponseHead, Body)>),
    #[default]
    Taken,
}

enum Body {
    None,
    Bytes(Bytes),
}

impl NotFoundResponse {
    pub(crate) fn of(response: HttpResponse) -> Self {
        Self { kind: Kind::Own(Cell::new(Next::Made(response))), is_stored: true }
    }

    /// Forbids caches to store the answer.
    pub(crate) fn not_stored(self) -> Self {
        Self { is_stored: false, ..self }
    }

    /// Returns the answer. A body that is a stream is there once, and so are extensions, which are for middleware.
    pub(crate) fn copy(&self) -> HttpResponse {
        let mut response = match &self.kind {
            Kind::Plain { closes } => plain(*closes),
            Kind::Own(next) => Next::take(next),
        };
        if !self.is_stored {
            forbid_storing(&mut response);
        }
        response
    }
}

impl Next {
    fn take(next: &Cell<Self>) -> HttpResponse {
        let response = match next.take() {
            Self::Made(response) => response,
            Self::Again(parts) => again(*parts),
            Self::Taken => empty(),
        };
        let head = response.head().clone();
        let (response, body) = match response.body().size() {
            BodySize::None => (response, Body::None),
            BodySize::Sized(0) => (response, Body::Bytes(Bytes::new())),
            BodySize::Sized(_) | BodySize::Stream => keep_body(response),
        };
        next.set(Self::Again(Box::new((head, body))));
        response
    }
}

fn plain(closes: bool) -> HttpResponse {
    let mut response = empty();
    if closes {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    response
}

fn again((head, body): (ResponseHead, Body)) -> HttpResponse {
    let mut response = HttpResponse::new(head.status);
    *response.head_mut() = head;
    match body {
        Body::None => response.set_body(BoxBody::new(body::None::new())),
        Body::Bytes(bytes) => response.set_body(BoxBody::new(bytes)),
    }
}

fn keep_body(response: HttpResponse) -> (HttpResponse, Body) {
    let (response, body) = response.into_parts();
    match body.try_into_bytes() {
        Ok(bytes) => (response.set_body(BoxBody::new(bytes.clone())), Body::Bytes(bytes)),
        Err(stream) => (response.set_body(stream), Body::Bytes(Bytes::new())),
    }
}

/// Returns the not-found answer of actix-web, byte for byte. It is sent if the application has no answer of its own.
pub(crate) fn empty() -> HttpResponse {
    HttpResponse::with_body(StatusCode::NOT_FOUND, BoxBody::new(()))
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
