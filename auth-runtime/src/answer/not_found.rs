//! The application's one answer for what does not exist, and for what a caller is not to know to exist.

use std::{fmt, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{
        ConnectionType,
        header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    },
};

use crate::{answer::challenge, authorizer::Authorizer};

/// Makes the answer. It is actix's own where the application has none.
#[derive(Clone, Default)]
pub(crate) struct NotFoundAnswer(Option<Arc<Answer>>);

type Answer = dyn Fn(&HttpRequest) -> HttpResponse + Send + Sync;

impl NotFoundAnswer {
    pub(crate) fn of(answer: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(answer)))
    }

    /// The answer to `request`: that of the authorizer in force there, and this one where there is none.
    pub(crate) fn to(&self, request: &HttpRequest) -> HttpResponse {
        let in_force = request.app_data::<Authorizer>().map(Authorizer::not_found_answer);
        let mut response = match &in_force.unwrap_or(self).0 {
            Some(answer) => challenge::as_not_found(answer(request)),
            None => challenge::not_found(),
        };
        if announces_body(request) {
            // As actix-web does where a body was not read: whether one was is not to be seen either.
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }
}

/// RFC 9112 §6.3.
fn announces_body(request: &HttpRequest) -> bool {
    let length = request.headers().get(CONTENT_LENGTH);
    request.headers().contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

impl fmt::Debug for NotFoundAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "NotFoundAnswer(..)" } else { "NotFoundAnswer" })
    }
}

/// The answer to `request`, of the authorizer that is in force there.
pub(crate) fn not_found(request: &HttpRequest) -> HttpResponse {
    NotFoundAnswer::default().to(request)
}

/// What a handler returns for a resource that is not there: the same answer as that of a hidden one, and of a path that
/// does not exist.
///
/// # Example
/// ```
/// use actix_web::{Either, web};
/// use auth_runtime::{NotFound, require_scope};
///
/// #[require_scope("orders:read", hide)]
/// async fn show(id: web::Path<u64>) -> Either<web::Json<u64>, NotFound> {
///     if *id == 1 { Either::Left(web::Json(1)) } else { Either::Right(NotFound) }
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotFound;

impl Responder for NotFound {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        not_found(request)
    }
}
