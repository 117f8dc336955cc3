//! How a service learns which authorizer answers for it: while an [`Api`](crate::Api) registers the service.

use std::{
    cell::RefCell,
    future::{self, Future, Ready},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use actix_web::{
    Error,
    dev::{
        AppService, Extensions, HttpServiceFactory, Service, ServiceRequest, ServiceResponse, Transform,
        forward_ready,
    },
};
use pin_project_lite::pin_project;

use crate::{
    answer::caching::{forbid_storing, keep_private},
    authorizer::{Authorizer, authorize::is_outside_authorization},
};

/// The data of the requests to the routes of one authorizer.
#[derive(Clone)]
pub(crate) struct RouteData {
    data: Rc<Extensions>,
    registered_by: RegisteredBy,
}

/// Who registered a route, which decides about the fields of its answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RegisteredBy {
    /// An `Api` whose credentials all stand in `Authorization`.
    Api,
    /// An `Api` some of whose credentials stand elsewhere.
    ApiWithOtherCredentials,
    /// The application itself.
    Application,
}

thread_local! {
    // actix-web registers services later than an `Api` hands them over, and passes nothing of the `Api`'s along.
    static REGISTERING: RefCell<Option<RouteData>> = const { RefCell::new(None) };
}

impl RouteData {
    pub(crate) fn of(authorizer: &Authorizer) -> Self {
        let mut data = Extensions::new();
        data.insert(authorizer.clone());
        let registered_by = if authorizer.reads_elsewhere() {
            RegisteredBy::ApiWithOtherCredentials
        } else {
            RegisteredBy::Api
        };
        Self { data: Rc::new(data), registered_by }
    }

    /// Returns the data of the service that is being registered; `None` if no `Api` registers it.
    pub(super) fn registering() -> Option<Self> {
        REGISTERING.with_borrow(Clone::clone)
    }

    /// Adds the data of a route to a request, and returns who registered the route. What is added last is found first.
    #[inline]
    pub(super) fn add(data: Option<&Self>, request: &mut ServiceRequest) -> RegisteredBy {
        let Some(Self { data, registered_by }) = data else { return RegisteredBy::Application };
        request.add_data_container(Rc::clone(data));
        *registered_by
    }
}

/// Completes the answer of a handler. Caches do not store the denials of an `Api`, because they would send a denial to
/// the next caller. Caches do not store the 404s of its handlers either: otherwise such a 404 would differ from a hidden
/// one. An answer to a credential outside `Authorization` is for one caller, which caches do not know (RFC 9111 §3.5).
#[inline]
pub(super) fn answered<B>(mut response: ServiceResponse<B>, by: RegisteredBy) -> ServiceResponse<B> {
    if by != RegisteredBy::Application {
        forbid_storing(response.response_mut());
    }
    if by == RegisteredBy::ApiWithOtherCredentials {
        keep_private_outside(&mut response);
    }
    response
}

#[cold]
fn keep_private_outside<B>(response: &mut ServiceResponse<B>) {
    if is_outside_authorization(response.request()) {
        keep_private(response.response_mut());
    }
}

/// A service together with the data of its requests.
pub(crate) struct WithRouteData<S> {
    pub(crate) data: RouteData,
    pub(crate) service: S,
}

impl<S: HttpServiceFactory> HttpServiceFactory for WithRouteData<S> {
    fn register(self, config: &mut AppService) {
        let _outer = Outer(REGISTERING.replace(Some(self.data)));
        self.service.register(config);
    }
}

/// What was registered before, which is set again at the end, also if a registration panics.
struct Outer(Option<RouteData>);

impl Drop for Outer {
    fn drop(&mut self) {
        REGISTERING.set(self.0.take());
    }
}

/// A middleware that adds the data of the service that is being registered to its requests. The expansion above a route
/// attribute of actix-web's wraps the route in it.
#[derive(Clone)]
pub struct RouteDataMiddleware(Option<RouteData>);

impl RouteDataMiddleware {
    /// Takes the data of the service that is being registered.
    #[expect(clippy::new_without_default, reason = "the value depends on when it is made")]
    pub fn new() -> Self {
        Self(RouteData::registering())
    }
}

impl<S, B> Transform<S, ServiceRequest> for RouteDataMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = RouteDataService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        future::ready(Ok(RouteDataService { data: self.0.clone(), service }))
    }
}

/// A [`RouteDataMiddleware`] together with the service behind it.
pub struct RouteDataService<S> {
    data: Option<RouteData>,
    service: S,
}

impl<S, B> Service<ServiceRequest> for RouteDataService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = Answered<S::Future>;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let registered_by = RouteData::add(self.data.as_ref(), &mut request);
        Answered { registered_by, response: self.service.call(request) }
    }
}

pin_project! {
    /// The answer of a handler on its way.
    pub struct Answered<F> {
        registered_by: RegisteredBy,
        #[pin]
        response: F,
    }
}

impl<F, B> Future for Answered<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.response.poll(context))?;
        Poll::Ready(Ok(answered(response, *this.registered_by)))
    }
}
