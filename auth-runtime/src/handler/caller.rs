//! The caller as an argument of a handler: the principal, or its claims.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use crate::{
    answer::denied::Denied,
    authorizer::authorize::{authenticate, refuse_claims},
    credential::eventual::Eventual,
    policy::principal::Principal,
};

/// Under an attribute, the principal is the one that was authorized. Without a credential that proves somebody, the answer
/// is 401.
impl FromRequest for Principal {
    type Error = Denied;
    type Future = Authenticating<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Authenticating::of(authenticate(request))
    }
}

/// The principal's claims, as a type of the application.
///
/// # Errors
/// As an argument: 401 without a credential that proves somebody, 403 if the claims do not have the shape of `T`.
///
/// # Example
/// ```
/// use auth_runtime::{Claims, require_auth};
///
/// #[derive(serde::Deserialize)]
/// struct Tenant {
///     tenant: String,
/// }
///
/// #[require_auth]
/// async fn tenant(Claims(claims): Claims<Tenant>) -> String {
///     claims.tenant
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Claims<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Claims<T> {
    type Error = Denied;
    type Future = Authenticating<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Authenticating::of(authenticate(request).then(request, |request, principal| {
            principal?.claims().map(Self).map_err(|error| refuse_claims(request, error))
        }))
    }
}

/// Waits for a principal, or for a value that is made of one.
pub struct Authenticating<T>(Option<Eventual<Result<T, Denied>>>);

impl<T> Authenticating<T> {
    pub(super) fn of(value: Eventual<Result<T, Denied>>) -> Self {
        Self(Some(value))
    }
}

// The one future inside is boxed, so nothing inside is ever pinned.
impl<T> Unpin for Authenticating<T> {}

impl<T> Future for Authenticating<T> {
    type Output = Result<T, Denied>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(Eventual::Later(later)) = &mut self.0 {
            let answer = ready!(later.as_mut().poll(context));
            self.0 = Some(Eventual::Now(answer));
        }
        match self.0.take() {
            Some(Eventual::Now(answer)) => Poll::Ready(answer),
            Some(Eventual::Later(_)) | None => Poll::Pending,
        }
    }
}
