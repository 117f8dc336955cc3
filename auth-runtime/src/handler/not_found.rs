//! The not-found answer of a handler.

use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody};

use crate::authorizer::Authorizer;

/// What a handler returns for a resource that is not there. The answer is the same as that of a hidden resource, and of a
/// path that does not exist.
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
        Authorizer::answer_not_found(Authorizer::in_force(request).ok(), request).copy()
    }
}
