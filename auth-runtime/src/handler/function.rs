//! A plain annotated function with its method and path, as the service that actix-web routes to.

use std::{
    future::{Future, Ready, ready},
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    Error, FromRequest, Handler, Responder,
    dev::{
        AppService, HttpServiceFactory, ResourceDef, Service, ServiceFactory, ServiceRequest, ServiceResponse,
    },
    guard::{self, Guard},
    http::Method,
};

use super::{
    output::fail,
    registering::{RouteData, answered},
};

/// A function with its method and path.
pub(crate) struct FunctionRoute<H, Args> {
    path: String,
    method: Method,
    function: H,
    arguments: PhantomData<fn(Args)>,
}

impl<H, Args> FunctionRoute<H, Args> {
    pub(crate) fn new(path: &str, method: Method, function: H) -> Self {
        Self { path: path.to_owned(), method, function, arguments: PhantomData }
    }
}

impl<H, Args> HttpServiceFactory for FunctionRoute<H, Args>
where
    H: Handler<Args>,
    H::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    fn register(self, config: &mut AppService) {
        let guards: Vec<Box<dyn Guard>> = vec![Box::new(guard::Method(self.method))];
        let service = FunctionService {
            data: RouteData::registering(),
            function: self.function,
            arguments: PhantomData,
        };
        config.register_service(ResourceDef::new(with_slash(&self.path)), Some(guards), service, None);
    }
}

/// Puts a slash before a path that has none, as actix-web does.
pub(crate) fn with_slash(path: &str) -> String {
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// A function that answers requests.
struct FunctionService<H, Args> {
    data: Option<RouteData>,
    function: H,
    arguments: PhantomData<fn(Args)>,
}

impl<H, Args> ServiceFactory<ServiceRequest> for FunctionService<H, Args>
where
    H: Handler<Args>,
    H::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Config = ();
    type Service = Self;
    type InitError = ();
    type Future = Ready<Result<Self, ()>>;

    fn new_service(&self, (): ()) -> Self::Future {
        let (data, function) = (self.data.clone(), self.function.clone());
        ready(Ok(Self { data, function, arguments: PhantomData }))
    }
}

impl<H, Args> Service<ServiceRequest> for FunctionService<H, Args>
where
    H: Handler<Args>,
    H::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<ServiceResponse, Error>>>>;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let registered_by = RouteData::add(self.data.as_ref(), &mut request);
        let function = self.function.clone();
        Box::pin(async move {
            let (request, mut payload) = request.into_parts();
            let response = match Args::from_request(&request, &mut payload).await {
                Ok(arguments) => {
                    let response = function.call(arguments).await.respond_to(&request);
                    ServiceResponse::new(request, response.map_into_boxed_body())
                }
                Err(error) => fail(request, error.into()),
            };
            Ok(answered(response, registered_by))
        })
    }
}
