//! An annotated handler with a route, as the service that actix-web routes to.
//!
//! Handlers with the same arguments share everything here but one call, so the compiler makes it once for all of them.

use std::{
    fmt,
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{
    Error, HttpRequest,
    dev::{
        AppService, HttpServiceFactory, Payload, ResourceDef, Service, ServiceFactory, ServiceRequest,
        ServiceResponse,
    },
    guard::{self, Guard},
    http::Method,
};
use pin_project_lite::pin_project;

use super::{
    annotated::AnnotatedService,
    annotation::{HandlerInfo, Route},
    arguments::Arguments,
    asked::{Deciding, Rule},
    authorized::Stage,
    function::with_slash,
    output::{HandlerOutput, fail},
    registering::{RegisteredBy, RouteData, answered},
};

/// The answer of a handler on its way.
pub(super) type Responding = Pin<Box<dyn Future<Output = ServiceResponse>>>;

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

/// The service of a handler with routes. An expansion makes a constant of this type with the name of the handler.
#[derive(Clone, Copy)]
pub struct RoutedHandler(#[doc(hidden)] pub &'static dyn Registers);

impl fmt::Debug for RoutedHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RoutedHandler").field(&self.0.name()).finish()
    }
}

impl HttpServiceFactory for RoutedHandler {
    fn register(self, config: &mut AppService) {
        self.0.register(config);
    }
}

impl AnnotatedService for RoutedHandler {
    fn name(&self) -> String {
        self.0.name()
    }

    fn info(&self) -> HandlerInfo {
        self.0.info()
    }

    fn routes(&self) -> &'static [Route] {
        self.0.routes()
    }
}

/// A [`Routed`] whose arguments are forgotten. They may be private to the module of the handler.
pub trait Registers {
    /// The path of the handler in the code.
    fn name(&self) -> String;
    /// What the attribute says about the handler.
    fn info(&self) -> HandlerInfo;
    /// The routes of the handler.
    fn routes(&self) -> &'static [Route];
    /// Registers the handler as actix-web's route attributes do.
    fn register(&'static self, config: &mut AppService);
}

/// A handler with routes as data: what its attributes say, and the calls of the user's functions.
pub struct Routed<Args: 'static> {
    info: HandlerInfo,
    path: [&'static str; 2],
    routes: &'static [Route],
    call: fn(HttpRequest, Args) -> Responding,
    rule: Option<Rule<Args>>,
    /// Registers one route. The function knows that the arguments are extractors.
    register: fn(&'static Self, ResourceDef, Vec<Box<dyn Guard>>, &mut AppService),
}

impl<Args> Routed<Args> {
    pub(super) const fn new(
        info: HandlerInfo,
        path: [&'static str; 2],
        routes: &'static [Route],
        call: fn(HttpRequest, Args) -> Responding,
    ) -> Self
    where
        Args: Arguments,
    {
        Self { info, path, routes, call, rule: None, register: register::<Args> }
    }

    /// Adds the rule behind `when`.
    pub const fn when(self, rule: Rule<Args>) -> Self {
        Self { info: self.info.with_rule(rule.text), rule: Some(rule), ..self }
    }
}

impl<Args> Registers for Routed<Args> {
    fn name(&self) -> String {
        self.path.join("::")
    }

    fn info(&self) -> HandlerInfo {
        self.info
    }

    fn routes(&self) -> &'static [Route] {
        self.routes
    }

    fn register(&'static self, config: &mut AppService) {
        for route in self.routes {
            let mut definition = ResourceDef::new(with_slash(route.path));
            definition.set_name(route.name);
            let mut guards: Vec<Box<dyn Guard>> = vec![methods(route.methods)];
            guards
                .extend(route.guards.iter().map(|guard| Box::new(guard::fn_guard(*guard)) as Box<dyn Guard>));
            (self.register)(self, definition, guards, config);
        }
    }
}

fn register<Args: Arguments>(
    handler: &'static Routed<Args>,
    definition: ResourceDef,
    guards: Vec<Box<dyn Guard>>,
    config: &mut AppService,
) {
    let service = RoutedService { data: RouteData::registering(), handler };
    config.register_service(definition, Some(guards), service, None);
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

/// A handler that answers requests.
struct RoutedService<Args: 'static> {
    data: Option<RouteData>,
    handler: &'static Routed<Args>,
}

impl<Args: Arguments> ServiceFactory<ServiceRequest> for RoutedService<Args> {
    type Response = ServiceResponse;
    type Error = Error;
    type Config = ();
    type Service = Self;
    type InitError = ();
    type Future = Ready<Result<Self, ()>>;

    fn new_service(&self, (): ()) -> Self::Future {
        ready(Ok(Self { data: self.data.clone(), handler: self.handler }))
    }
}

impl<Args: Arguments> Service<ServiceRequest> for RoutedService<Args> {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Answering<Args>;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let registered_by = RouteData::add(self.data.as_ref(), &mut request);
        let (request, payload) = request.into_parts();
        Answering {
            handler: self.handler,
            registered_by,
            request: Some(request),
            payload,
            step: Step::Waiting,
        }
    }
}

pin_project! {
    /// The way of a request through a handler. Nothing happens before the first poll, because middleware may enter a
    /// span of the log there.
    pub struct Answering<Args: Arguments> {
        handler: &'static Routed<Args>,
        registered_by: RegisteredBy,
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

impl<Args: Arguments> Future for Answering<Args> {
    type Output = Result<ServiceResponse, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let handler = *this.handler;
        loop {
            let (extracted, rule) = match this.step.as_mut().project() {
                StepProjection::Waiting => {
                    let Some(request) = this.request.as_ref() else { return Poll::Pending };
                    let stage = Stage::begin(&handler.info, request, this.payload);
                    this.step.set(Step::Extracting { stage });
                    continue;
                }
                StepProjection::Extracting { stage } => (ready!(stage.poll(context)), handler.rule.as_ref()),
                StepProjection::Deciding { deciding } => {
                    (ready!(deciding.as_mut().poll(context)).map_err(Error::from), None)
                }
                StepProjection::Responding { responding } => {
                    let response = ready!(responding.as_mut().poll(context));
                    return Poll::Ready(Ok(answered(response, *this.registered_by)));
                }
            };
            // A future that is polled after its end has nothing left to give.
            let Some(request) = this.request.take() else { return Poll::Pending };
            let next = match (extracted, rule) {
                (Err(error), _) => {
                    return Poll::Ready(Ok(answered(fail(request, error), *this.registered_by)));
                }
                (Ok(arguments), Some(rule)) => {
                    *this.request = Some(request.clone());
                    Step::Deciding { deciding: (rule.ask)(request, arguments) }
                }
                (Ok(arguments), None) => Step::Responding { responding: (handler.call)(request, arguments) },
            };
            this.step.set(next);
        }
    }
}
