//! The middleware that admits or denies a request before anything behind it is routed.

use std::{
    fmt,
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
};

use crate::{
    answer::{
        caching::{forbid_storing, keep_private},
        denied::Denied,
    },
    authorizer::{Authorizer, authorize::is_outside_authorization, in_force::ApiAuthorizer},
};

/// Decides who is let in.
pub trait Admission: Clone + fmt::Debug + 'static {
    /// Lets a request in, or denies it.
    fn admit(
        &self,
        request: &HttpRequest,
        authorizer: &Authorizer,
    ) -> impl Future<Output = Result<(), Denied>>;

    /// Returns a denial that replaces the answer to the request. The default replaces none.
    fn object(&self, _: &HttpRequest, _: &Authorizer) -> Option<Denied> {
        None
    }

    /// Changes an answer before it is sent. The default changes nothing.
    fn answer(&self, _: &mut HttpResponse<impl Sized>) {}
}

/// A middleware that asks an authorizer who may be let in. [`Gate`](super::gate::Gate) and
/// [`GroupRequirement`](super::group_requirement::GroupRequirement) are such middleware.
#[derive(Clone)]
pub struct AdmissionMiddleware<A> {
    authorizer: Authorizer,
    pub(crate) admission: A,
}

impl<A> AdmissionMiddleware<A> {
    pub(crate) fn new(authorizer: &Authorizer, admission: A) -> Self {
        Self { authorizer: authorizer.clone(), admission }
    }

    /// Whether `authorizer` decides.
    pub(crate) fn is_of(&self, authorizer: &Authorizer) -> bool {
        self.authorizer.is(authorizer)
    }
}

impl<A: fmt::Debug> fmt::Debug for AdmissionMiddleware<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.admission.fmt(f)
    }
}

impl<A, S, B> Transform<S, ServiceRequest> for AdmissionMiddleware<A>
where
    A: Admission,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = AdmissionService<A, S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let Self { authorizer, admission } = self.clone();
        ready(Ok(AdmissionService(Rc::new(Entrance { authorizer, admission, service }))))
    }
}

/// An [`AdmissionMiddleware`] together with the service behind it.
pub struct AdmissionService<A, S>(Rc<Entrance<A, S>>);

struct Entrance<A, S> {
    authorizer: Authorizer,
    admission: A,
    service: S,
}

impl<A, S, B> Service<ServiceRequest> for AdmissionService<A, S>
where
    A: Admission,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let entrance = Rc::clone(&self.0);
        Box::pin(async move {
            let Entrance { authorizer, admission, service } = &*entrance;
            // The request is borrowed only while it is admitted, because routing needs the sole reference to it.
            let admitted = admission.admit(request.request(), authorizer).await;
            let mut response = match admitted {
                Ok(()) => {
                    // It is asked here, because routes behind may have another authorizer, which asks for its own
                    // credential.
                    let is_private =
                        authorizer.reads_elsewhere() && is_outside_authorization(request.request());
                    let mut response = service.call(request).await?;
                    if is_private {
                        keep_private(response.response_mut());
                    }
                    response.map_into_left_body()
                }
                // A field that only denials here have would give a hidden group away.
                Err(denied) => {
                    let mut response = request.error_response(denied);
                    if response.request().app_data::<Rc<ApiAuthorizer>>().is_some() {
                        forbid_storing(response.response_mut());
                    }
                    response.map_into_right_body()
                }
            };
            if let Some(denied) = admission.object(response.request(), authorizer) {
                response = response.error_response(denied).map_into_right_body();
            }
            admission.answer(response.response_mut());
            Ok(response)
        })
    }
}

impl<A, S> fmt::Debug for AdmissionService<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdmissionService").finish_non_exhaustive()
    }
}
