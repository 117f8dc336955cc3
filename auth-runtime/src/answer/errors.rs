//! What a handler may fail with: `NotFound`, `Denial` and `Denied` as errors, and how they are found behind others.

use std::{error::Error, fmt};

use actix_web::{HttpResponse, ResponseError, body::BoxBody, http::StatusCode};

use super::{denied::Denied, problem::NOT_FOUND, unsettled::Unsettled};
use crate::policy::{decision::Denial, principal::ClaimsError};

/// What a handler returns, or fails with, for a resource that is not there. The answer is the same as that of a hidden
/// resource, and of a path that does not exist.
///
/// # Example
/// ```
/// use actix_web::{Error, web};
/// use auth_runtime::{NotFound, require_scope};
///
/// #[require_scope("orders:read", hide)]
/// async fn show(id: web::Path<u64>) -> Result<String, Error> {
///     if *id != 1 {
///         return Err(NotFound.into());
///     }
///     Ok("milk".to_owned())
/// }
/// ```
///
/// A handler that never fails otherwise returns an `Either`:
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

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NOT_FOUND.text())
    }
}

impl Error for NotFound {}

/// The service around an annotated handler replaces the answer by the application's not-found answer.
impl ResponseError for NotFound {
    fn status_code(&self) -> StatusCode {
        StatusCode::NOT_FOUND
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        Unsettled(Denial::Absent).respond()
    }
}

/// The service around an annotated handler replaces the answer by that of every other denial, with challenges and the
/// application's body.
impl ResponseError for Denial {
    fn status_code(&self) -> StatusCode {
        self.error_response().status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        Unsettled(self.clone()).respond()
    }
}

impl From<NotFound> for Denied {
    fn from(_: NotFound) -> Self {
        Self::unsettled(Denial::Absent)
    }
}

impl From<Denial> for Denied {
    fn from(denial: Denial) -> Self {
        Self::unsettled(denial)
    }
}

/// Every error becomes a denial, so `?` works on all of them in a [`Resource`](crate::Resource) and in a rule, which ask
/// stores. An authenticator has a [`Refusal`](crate::Refusal) for that.
///
/// A [`ClaimsError`] becomes [`Forbidden`](Denial::Forbidden), [`NotFound`] becomes [`Absent`](Denial::Absent), and a
/// [`Denied`] becomes the denial that it is made of. Each of them may be the source of the error, at any depth. Every other
/// error becomes [`Failed`](Denial::Failed).
impl<E: Error + 'static> From<E> for Denial {
    fn from(error: E) -> Self {
        match KnownError::behind(&error) {
            Some(KnownError::Claims) => Self::Forbidden,
            Some(KnownError::Denied(denied)) => denied.as_denial(),
            Some(KnownError::NotFound) => Self::Absent,
            None => Self::Failed { cause: error.to_string() },
        }
    }
}

/// An error that says how it is answered.
pub(crate) enum KnownError<'error> {
    Claims,
    Denied(&'error Denied),
    NotFound,
}

impl<'error> KnownError<'error> {
    /// Finds such an error in an error and its sources.
    fn behind(error: &'error (dyn Error + 'static)) -> Option<Self> {
        let known = |error: &'error (dyn Error + 'static)| {
            if error.is::<ClaimsError>() {
                Some(Self::Claims)
            } else if error.is::<NotFound>() {
                Some(Self::NotFound)
            } else {
                error.downcast_ref().map(Self::Denied)
            }
        };
        let source = |error: &&'error (dyn Error + 'static)| -> Option<&'error (dyn Error + 'static)> {
            let error: &'error (dyn Error + 'static) = *error;
            error.source()
        };
        std::iter::successors(Some(error), source).take(MOST_SOURCES).find_map(known)
    }

    /// Finds such an error behind one whose type is forgotten, which actix-web answers with 500.
    pub(crate) fn in_box(error: &'error actix_web::Error) -> Option<Self> {
        Self::behind(error.as_error::<Box<dyn Error>>()?.as_ref())
    }
}

/// How many sources of an error are looked at. An error could be its own source.
const MOST_SOURCES: usize = 64;
