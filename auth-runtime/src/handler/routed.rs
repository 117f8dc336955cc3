//! An annotated handler with a route, as the service that actix-web routes to.
//!
//! Handlers with the same arguments share everything here but one call, so the compiler makes it once for all of them.

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{
    Error, HttpRequest, HttpResponse, Responder,
    dev::{AppService, Payload, ResourceDef, Service, ServiceFactory, ServiceRequest, ServiceResponse},
    guard::{self, Guard},
    http::Method,
};
use pin_project_lite::pin_project;

use super::{
    annotation::{Annotation, Arguments as ArgumentsOf, HandlerInfo, Route},
    arguments::Arguments,
    authorized::{Deciding, Stage, decide},
};

/// The answer of a handler on its way.
pub type Responding = Pin<Box<dyn Future<Output = ServiceResponse>>>;

/// What an expansion adds to the [`Annotation`] of a handler with a route.
pub trait Handles: Annotation {
    /// Calls the user's function with arguments that were extracted from an authorized request.
    fn call(request: HttpRequest, arguments: ArgumentsOf<Self>) -> Responding;
}

/// What a handler may return. The trait stands in front of actix-web's `Responder`, so that the compiler reports every
/// other type in our words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer, so a handler cannot return it",
    label = "is not made into a response",
    note = "return a text, an `HttpResponse`, a `web::Json<..>` or a `Result` of one of them, or implement \
            `actix_web::Responder` for it"
)]
pub trait HandlerOutput {
    /// Makes a response of the answer.
    fn answer(self, request: &HttpRequest) -> HttpResponse;
}

#[diagnostic::do_not_recommend]
impl<R: Responder> HandlerOutput for R {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        self.respond_to(request).map_into_boxed_body()
    }
}

/// Makes the answer of a handler out of what the user's function returns.
pub fn respond<R: HandlerOutput>(
    request: HttpRequest,
    returned: impl Future<Output = R> + 'static,
) -> Responding {
    Box::pin(async move {
        let response = returned.await.answer(&request);
        ServiceResponse::new(request, response)
    })
}

/// Registers the handler with the annotation `A` at its routes.
pub fn register<A: Handles>(routes: &[Route], config: &mut AppService) {
    let handler = RoutedHandler {
        info: HandlerInfo::of::<A>(),
        call: A::call,
        ask: A::RULE.is_some().then_some(decide::<A>),
    };
    for route in routes {
        handler.register(route, config);
    }
}

type Ask<Args> = fn(HttpRequest, Args) -> Deciding<Args>;

/// A handler as data: what its annotation says, and the calls of the user's functions.
struct RoutedHandler<Args> {
    info: HandlerInfo,
    call: fn(HttpRequest, Args) -> Responding,
    ask: Option<Ask<Args>>,
}

impl<Args> Clone for RoutedHandler<Args> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Args> Copy for RoutedHandler<Args> {}

impl<Args: Arguments + 'static> RoutedHandler<Args> {
    /// Registers the handler as actix-web's route attributes do.
    fn register(self, route: &Route, config: &mut AppService) {
        let is_whole = route.path.is_empty() || route.path.starts_with('/');
        let path = if is_whole { route.path.to_owned() } else { format!("/{}", route.path) };
        let mut definition = ResourceDef::new(path);
        definition.set_name(route.name);
        let mut guards: Vec<Box<dyn Guard>> = vec![methods(route.methods)];
        guards.extend(route.guards.iter().map(|guard| Box::new(guard::fn_guard(*guard)) as Box<dyn Guard>));
        config.register_service(definition, Some(guards), self, None);
    }
}

/// Takes requests with one of these methods.
fn methods(names: &[&str]) -> Box<dyn Guard> {
    let mut methods = names.iter().filter_map(|name| Method::from_bytes(name.as_bytes()).ok());
    // The attribute refuses a route without a method.
    let Some(first) = methods.next() else { return Box::new(guard::fn_guard(|_| false)) };
    match names {
        [_] => Box::new(guard::Method(first)),
        _ => Box::new(
            methods.fold(guard::Any(guard::Method(first)), |any, method| any.or(guard::Method(method))),
        ),
    }
}

impl<Args: Arguments + 'static> ServiceFactory<ServiceRequest> for RoutedHandler<Args> {
    type Response = ServiceResponse;
    type Error = Error;
    type Config = ();
    type Service = Self;
    type InitError = ();
    type Future = Ready<Result<Self, ()>>;

    fn new_service(&self, (): ()) -> Self::Future {
        ready(Ok(*self))
    }
}

impl<Args: Arguments + 'static> Service<ServiceRequest> for RoutedHandler<Args> {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Answering<Args>;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (request, payload) = request.into_parts();
        Answering { handler: *self, request: Some(request), payload, step: Step::Waiting }
    }
}

pin_project! {
    /// The way of a request through a handler. Nothing happens before the first poll, because middleware may enter a
    /// span of the log there.
    pub struct Answering<Args: Arguments> {
        handler: RoutedHandler<Args>,
        // The request, until the answer is made.
        request: Option<HttpRequest>,
        // A payload that no argument takes is kept until the answer is there, as actix-web does.
        payload: Payload,
        #[pin]
        step: Step<Args>,
    }
}

pin_project! {
    /// The step of a request. It moves downwards only.
    #[project = StepProjection]
    enum Step<Args: Arguments> {
        Waiting,
        Extracting {
            #[pin]
            stage: Stage<Args>,
        },
        Deciding { deciding: Deciding<Args> },
        Responding { responding: Responding },
    }
}

impl<Args: Arguments + 'static> Future for Answering<Args> {
    type Output = Result<ServiceResponse, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let handler = *this.handler;
        loop {
            let (extracted, ask) = match this.step.as_mut().project() {
                StepProjection::Waiting => {
                    let Some(request) = this.request.as_ref() else { return Poll::Pending };
                    let stage = Stage::begin(&handler.info, request, this.payload);
                    this.step.set(Step::Extracting { stage });
                    continue;
                }
                StepProjection::Extracting { stage } => (ready!(stage.poll(context)), handler.ask),
                StepProjection::Deciding { deciding } => {
                    (ready!(deciding.as_mut().poll(context)).map_err(Error::from), None)
                }
                StepProjection::Responding { responding } => {
                    return responding.as_mut().poll(context).map(Ok);
                }
            };
            // A future that is polled after its end has nothing left to give.
            let Some(request) = this.request.take() else { return Poll::Pending };
            let next = match (extracted, ask) {
                (Err(error), _) => return Poll::Ready(Ok(ServiceResponse::from_err(error, request))),
                (Ok(arguments), Some(ask)) => {
                    *this.request = Some(request.clone());
                    Step::Deciding { deciding: ask(request, arguments) }
                }
                (Ok(arguments), None) => Step::Responding { responding: (handler.call)(request, arguments) },
            };
            this.step.set(next);
        }
    }
}
