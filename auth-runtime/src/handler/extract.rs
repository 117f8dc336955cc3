//! The arguments of handlers: they exist only once the request was allowed.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{Error, FromRequest, Handler, HttpRequest, dev::Payload};
use pin_project_lite::pin_project;
use serde::de::DeserializeOwned;

use crate::{
    answer::denied::Denied,
    authorizer::authorize::{Allowed, authenticate, authorize, refuse, refuse_claims},
    credential::eventual::Eventual,
    handler::{
        access::Announced,
        arguments::{Arguments, Kind},
    },
    policy::{decision::Decision, principal::Principal, statement::States},
};

/// The arguments of a handler, authorized by what `R` states. The attributes make it the handler's one argument.
///
/// # Design
/// actix-web starts the extractors of one handler all at once and polls them together, so an authorization argument
/// beside the others would lose to a malformed body. Wrapped, the others are not even started.
pub struct Authorized<R: States> {
    arguments: R::Arguments,
}

impl<R: States> Authorized<R> {
    /// Calls the handler's own function with its own arguments.
    #[expect(clippy::needless_pass_by_value, reason = "the expansion has no use for it")]
    pub fn call<F: Handler<R::Arguments>>(self, function: F) -> F::Future {
        function.call(self.arguments)
    }
}

impl<R: States> fmt::Debug for Authorized<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorized").finish_non_exhaustive()
    }
}

impl<R: States> FromRequest for Authorized<R> {
    type Error = Error;
    type Future = Authorizing<R>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // A handler with type parameters is checked here, when it is compiled for some of them.
        let () = R::CHECKED;
        let is_read = const { Kind::ask_for_the_principal(R::ARGUMENTS) || R::WHEN.is_some() };
        Announced::put(request, const { Kind::count_resources(R::ARGUMENTS) });
        Authorizing {
            stage: Stage::start(authorize(request, R::STATEMENT, is_read), request, payload),
            undecided: R::WHEN.is_some().then(|| request.clone()),
            deciding: None,
        }
    }
}

pin_project! {
    /// Authorizes, extracts, and holds what was extracted against the handler's own rule, if it has one.
    pub struct Authorizing<R: States> {
        #[pin]
        stage: Stage<R::Arguments>,
        // The request, as long as a rule is still to be asked.
        undecided: Option<HttpRequest>,
        deciding: Option<Deciding<R::Arguments>>,
    }
}

type Deciding<Args> = Pin<Box<dyn Future<Output = Result<Args, Denied>>>>;

impl<R: States> Future for Authorizing<R> {
    type Output = Result<Authorized<R>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            if let Some(deciding) = this.deciding {
                let arguments = ready!(deciding.as_mut().poll(context))?;
                return Poll::Ready(Ok(Authorized { arguments }));
            }
            let arguments = ready!(this.stage.as_mut().poll(context))?;
            match this.undecided.take() {
                None => return Poll::Ready(Ok(Authorized { arguments })),
                Some(request) => *this.deciding = Some(Box::pin(decide::<R>(request, arguments))),
            }
        }
    }
}

async fn decide<R: States>(request: HttpRequest, arguments: R::Arguments) -> Result<R::Arguments, Denied> {
    let principal = authenticate(&request).wait().await?;
    match R::when(arguments, principal.clone()).await {
        (arguments, Decision::Allow) => Ok(arguments),
        (_, Decision::Deny(denial)) => Err(refuse(&request, &principal, denial, None)),
    }
}

pin_project! {
    /// Where a request stands. It moves downwards only. Without `R`, so that handlers with the same arguments share it.
    #[project = StageProjection]
    enum Stage<Args: Arguments> {
        Authorizing {
            decision: Pin<Box<dyn Future<Output = Result<Allowed, Denied>>>>,
            request: HttpRequest,
            payload: Payload,
        },
        Denied { denied: Option<Denied> },
        Extracting {
            #[pin]
            arguments: Args::Extraction,
        },
    }
}

impl<Args: Arguments> Stage<Args> {
    fn start(
        decision: Eventual<Result<Allowed, Denied>>,
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> Self {
        match decision {
            Eventual::Now(Ok(allowed)) => {
                Self::Extracting { arguments: Args::extract(allowed, request, payload) }
            }
            Eventual::Now(Err(denied)) => Self::Denied { denied: Some(denied) },
            Eventual::Later(decision) => {
                Self::Authorizing { decision, request: request.clone(), payload: payload.take() }
            }
        }
    }

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Args, Error>> {
        loop {
            let next = match self.as_mut().project() {
                StageProjection::Authorizing { decision, request, payload } => {
                    Self::start(Eventual::Now(ready!(decision.as_mut().poll(context))), request, payload)
                }
                StageProjection::Denied { denied } => {
                    return denied.take().map_or(Poll::Pending, |denied| Poll::Ready(Err(denied.into())));
                }
                StageProjection::Extracting { arguments } => return arguments.poll(context),
            };
            self.set(next);
        }
    }
}

/// 401 without a credential that proves somebody; under an attribute, the principal that was authorized.
impl FromRequest for Principal {
    type Error = Denied;
    type Future = Authenticating<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Authenticating(Some(authenticate(request)))
    }
}

/// The principal's claims, as a type of one's own.
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
        Authenticating(Some(authenticate(request).then(request, |request, principal| {
            principal?.claims().map(Self).map_err(|error| refuse_claims(request, error))
        })))
    }
}

/// Waits for a principal, or for what is made of it.
pub struct Authenticating<T>(Option<Eventual<Result<T, Denied>>>);

// The one future inside is boxed; nothing else is ever pinned.
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
