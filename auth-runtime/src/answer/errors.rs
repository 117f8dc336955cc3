//! What a handler may fail with: `NotFound`, `Denial` and `Denied` as errors, and how they are found behind others.

use std::{any::Any, error::Error, fmt};

use actix_web::{HttpResponse, ResponseError, body::BoxBody, http::StatusCode};

use super::{
    denied::Denied,
    problem::{NOT_FOUND, Problem},
    unsettled::Unsettled,
};
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
        Problem::of(self).status
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
/// A [`ClaimsError`] becomes [`Forbidden`](Denial::Forbidden), [`NotFound`] becomes [`Absent`](Denial::Absent), a
/// [`Denied`] becomes the denial that it is made of, and every other error becomes [`Failed`](Denial::Failed).
impl<E: Error + 'static> From<E> for Denial {
    fn from(error: E) -> Self {
        let known: &dyn Any = &error;
        if known.is::<ClaimsError>() {
            return Self::Forbidden;
        }
        if known.is::<NotFound>() {
            return Self::Absent;
        }
        match known.downcast_ref::<Denied>() {
            // What was hidden stays hidden.
            Some(denied) if denied.is_hidden() => Self::Invisible,
            Some(denied) => denied.denial().clone(),
            None => Self::Failed { cause: error.to_string() },
        }
    }
}

/// A denial behind an error.
pub(crate) enum FoundDenial<'error> {
    /// The denial knows its request.
    Settled(&'error Denied),
    /// The denial knows no request.
    Unsettled(Denial),
}

impl<'error> FoundDenial<'error> {
    /// Finds the denial in an error whose type is known, or in a `Box<dyn Error>`, which actix-web answers with 500.
    pub(crate) fn in_error(error: &'error actix_web::Error) -> Option<Self> {
        if let Some(denied) = error.as_error::<Denied>() {
            return Some(Self::of(denied));
        }
        let mut next: Option<&(dyn Error + 'static)> = Some(error.as_error::<Box<dyn Error>>()?.as_ref());
        while let Some(error) = next {
            if error.is::<NotFound>() {
                return Some(Self::Unsettled(Denial::Absent));
            }
            if let Some(denied) = error.downcast_ref::<Denied>() {
                return Some(Self::of(denied));
            }
            next = error.source();
        }
        None
    }

    fn of(denied: &'error Denied) -> Self {
        if denied.is_settled() { Self::Settled(denied) } else { Self::Unsettled(denied.denial().clone()) }
    }
}
