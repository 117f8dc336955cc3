//! The arguments of handlers, which exist only after the request was allowed.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{Error, FromRequest, Handler, HttpRequest, dev::Payload};
use pin_project_lite::pin_project;

use crate::{
    answer::denied::Denied,
    authorizer::authorize::{Allowed, authorize},
    credential::eventual::Eventual,
    handler::{
        access::{ExpectedAccesses, Unexpected},
        annotation::{self, Annotation, HandlerInfo},
        arguments::Arguments,
        asked::{Ask, Deciding},
        output::Returned,
    },
};

/// The arguments of a handler, extracted after the request met the annotation `A`. An attribute makes an `Authorized` the
/// handler's one argument.
///
/// # Design
/// actix-web starts the extractors of one handler all at once and polls them together, so an authorization argument
/// beside the others would lose to a malformed body. Inside an `Authorized` the others are not even started.
pub struct Authorized<A: Annotation> {
    arguments: annotation::Arguments<A>,
}

impl<A: Annotation> Authorized<A> {
    /// Calls the user's function with its arguments.
    #[expect(clippy::needless_pass_by_value, reason = "the expansion has no use for it afterwards")]
    pub fn call<F: Handler<annotation::Arguments<A>>>(self, function: F) -> Calling<F::Future> {
        Calling { returned: function.call(self.arguments) }
    }
}

pin_project! {
    /// What the user's function returns, on its way.
    pub struct Calling<F> {
        #[pin]
        returned: F,
    }
}

impl<F: Future> Future for Calling<F> {
    type Output = Returned<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().returned.poll(context).map(Returned)
    }
}

impl<A: Annotation> fmt::Debug for Authorized<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorized").finish_non_exhaustive()
    }
}

impl<A: Annotation> FromRequest for Authorized<A> {
    type Error = Error;
    type Future = Authorizing<A>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // A handler with type parameters is checked here, when it is compiled for some of them.
        let () = A::CHECKED;
        Authorizing {
            stage: Stage::begin(const { &HandlerInfo::of::<A>() }, request, payload),
            undecided: A::RULE.map(|rule| (request.clone(), rule.ask)),
            deciding: None,
        }
    }
}

pin_project! {
    /// Authorizes the request, extracts the arguments, and asks the handler's rule about the arguments, if there is one.
    pub struct Authorizing<A: Annotation> {
        #[pin]
        stage: Stage<annotation::Arguments<A>>,
        // The request, until the rule is asked.
        undecided: Option<(HttpRequest, Ask<annotation::Arguments<A>>)>,
        deciding: Option<Deciding<annotation::Arguments<A>>>,
    }
}

impl<A: Annotation> Future for Authorizing<A> {
    type Output = Result<Authorized<A>, Error>;

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
                Some((request, ask)) => *this.deciding = Some(ask(request, arguments)),
            }
        }
    }
}

pin_project! {
    /// The stage of a request, which moves downwards only. The type does not know the annotation, so that all handlers
    /// with the same arguments share its code.
    #[project = StageProjection]
    pub(super) enum Stage<Args: Arguments> {
        Authorizing {
            decision: Pin<Box<dyn Future<Output = Result<Allowed, Denied>>>>,
            is_opaque: bool,
            request: HttpRequest,
            payload: Payload,
        },
        Denied { denied: Option<Denied> },
        Extracting {
            #[pin]
            arguments: Args::Extraction,
            // The request, if an argument may hide an `Access` and its refusal.
            opaque: Option<HttpRequest>,
        },
    }
}

impl<Args: Arguments> Stage<Args> {
    /// Authorizes a request to the handler. If the decision is there at once, the extraction begins.
    pub(super) fn begin(info: &HandlerInfo, request: &HttpRequest, payload: &mut Payload) -> Self {
        ExpectedAccesses::put(request, info.resources);
        let decision = authorize(request, info.statement, info.is_principal_read);
        Self::start(decision, info.is_opaque, request, payload)
    }

    fn start(
        decision: Eventual<Result<Allowed, Denied>>,
        is_opaque: bool,
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> Self {
        match decision {
            Eventual::Now(Ok(allowed)) => Self::Extracting {
                arguments: Args::extract(allowed, request, payload),
                opaque: is_opaque.then(|| request.clone()),
            },
            Eventual::Now(Err(denied)) => Self::Denied { denied: Some(denied) },
            Eventual::Later(decision) => {
                Self::Authorizing { decision, is_opaque, request: request.clone(), payload: payload.take() }
            }
        }
    }

    pub(super) fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Args, Error>> {
        loop {
            let next = match self.as_mut().project() {
                StageProjection::Authorizing { decision, is_opaque, request, payload } => {
                    let decision = Eventual::Now(ready!(decision.as_mut().poll(context)));
                    Self::start(decision, *is_opaque, request, payload)
                }
                StageProjection::Denied { denied } => {
                    return denied.take().map_or(Poll::Pending, |denied| Poll::Ready(Err(denied.into())));
                }
                StageProjection::Extracting { arguments, opaque } => {
                    let arguments = ready!(arguments.poll(context));
                    return Poll::Ready(match opaque {
                        Some(request) => Unexpected::refuse(request, arguments),
                        None => arguments,
                    });
                }
            };
            self.set(next);
        }
    }
}
