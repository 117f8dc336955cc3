//! An annotated handler with a route, as the service that actix-web routes to.
//!
//! Handlers with the same arguments share everything here but one call, so the compiler makes it once for all of them.

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{
    Error, HttpRequest, Responder,
    dev::{AppService, ResourceDef, Service, ServiceFactory, ServiceRequest, ServiceResponse},
    guard::{self, Guard},
    http::Method,
};
use pin_project_lite::pin_project;

use super::{
    access::ExpectedAccesses,
    annotation::{Annotation, Arguments as ArgumentsOf, HandlerInfo, Route},
    arguments::Arguments,
    authorized::{Deciding, Stage, decide},
};
use crate::authorizer::authorize::authorize;

/// The answer of a handler on its way.
pub type Responding = Pin<Box<dyn Future<Output = ServiceResponse>>>;

/// What an expansion adds to the [`Annotation`] of a handler with a route.
pub trait Handles: Annotation {
    /// Calls the user's function with arguments that were extracted from an authorized request.
    fn call(request: HttpRequest, arguments: ArgumentsOf<Self>) -> Responding;
}

/// Makes the answer of a handler out of what the user's function returns.
pub fn respond<R: Responder>(
    request: HttpRequest,
    returned: impl Future<Output = R> + 'static,
) -> Responding {
    Box::pin(async move {
        let response = returned.await.respond_to(&request).map_into_boxed_body();
        ServiceResponse::new(request, response)
    })
}

/// Registers the handler with the annotation `A` at its routes.
pub fn register<A: Handles>(name: &'static str, routes: &'static [Route], config: &mut AppService) {
    let handler = RoutedHandler {
        info: HandlerInfo::of::<A>(),
        call: A::call,
        ask: A::RULE.is_some().then_some(decide::<A>),
    };
    for route in routes {
        handler.register(name, route, config);
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
    fn register(self, name: &'static str, route: &Route, config: &mut AppService) {
        let is_whole = route.path.is_empty() || route.path.starts_with('/');
        let path = if is_whole { route.path.to_owned() } else { format!("/{}", route.path) };
        let mut definition = ResourceDef::new(path);
        definition.set_name(route.name.unwrap_or(name));
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
        let (request, mut payload) = request.into_parts();
        ExpectedAccesses::put(&request, self.info.resources);
        let decision = authorize(&request, self.info.statement, self.info.is_principal_read);
        let stage = Stage::start(decision, &request, &mut payload);
        Answering::Extracting { stage, request: Some(request), handler: *self }
    }
}

pin_project! {
    /// The way of a request through a handler. It moves downwards only.
    #[project = AnsweringProjection]
    enum Answering<Args: Arguments> {
        Extracting {
            #[pin]
            stage: Stage<Args>,
            request: Option<HttpRequest>,
            handler: RoutedHandler<Args>,
        },
        Deciding {
            deciding: Deciding<Args>,
            request: Option<HttpRequest>,
            handler: RoutedHandler<Args>,
        },
        Responding { responding: Responding },
    }
}

impl<Args: Arguments + 'static> Future for Answering<Args> {
    type Output = Result<ServiceResponse, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let next = match self.as_mut().project() {
                AnsweringProjection::Extracting { stage, request, handler } => {
                    let extracted = ready!(stage.poll(context));
                    // A future that is polled after its end has nothing left to give.
                    let Some(request) = request.take() else { return Poll::Pending };
                    match (extracted, handler.ask) {
                        (Err(error), _) => return Poll::Ready(Ok(ServiceResponse::from_err(error, request))),
                        (Ok(arguments), None) => {
                            Self::Responding { responding: (handler.call)(request, arguments) }
                        }
                        (Ok(arguments), Some(ask)) => Self::Deciding {
                            deciding: ask(request.clone(), arguments),
                            request: Some(request),
                            handler: *handler,
                        },
                    }
                }
                AnsweringProjection::Deciding { deciding, request, handler } => {
                    let decided = ready!(deciding.as_mut().poll(context));
                    let Some(request) = request.take() else { return Poll::Pending };
                    match decided {
                        Err(denied) => return Poll::Ready(Ok(ServiceResponse::from_err(denied, request))),
                        Ok(arguments) => Self::Responding { responding: (handler.call)(request, arguments) },
                    }
                }
                AnsweringProjection::Responding { responding } => {
                    return responding.as_mut().poll(context).map(Ok);
                }
            };
            self.set(next);
        }
    }
}
