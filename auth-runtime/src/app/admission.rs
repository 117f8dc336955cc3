//! The middleware that admits or denies a request before anything behind it is routed.

use std::{
    fmt,
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
};

use actix_web::{
    Error, HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{Extensions, Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
};

use crate::{
    answer::{caching::keep_private, denied::Denied},
    authorizer::{Authorizer, authorize::is_outside_authorization},
};

/// Decides who is let in.
pub trait Admission: Clone + fmt::Debug + 'static {
    /// Lets a request in, or denies it.
    fn admit(
        &self,
        request: &HttpRequest,
        authorizer: &Authorizer,
    ) -> impl Future<Output = Result<(), Denied>>;

    /// Returns what admitted requests carry on. The default is nothing.
    fn data(&self, _: &Authorizer) -> Option<Extensions> {
        None
    }

    /// Changes the answer to an admitted request. The default changes nothing.
    fn answer<B>(
        &self,
        response: ServiceResponse<EitherBody<B>>,
        _: &Authorizer,
    ) -> ServiceResponse<EitherBody<B>> {
        response
    }
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
        let data = self.admission.data(&self.authorizer).map(Rc::new);
        ready(Ok(AdmissionService { middleware: self.clone(), data, service: Rc::new(service) }))
    }
}

/// A [`AdmissionMiddleware`] together with the service behind it.
pub struct AdmissionService<A, S> {
    middleware: AdmissionMiddleware<A>,
    data: Option<Rc<Extensions>>,
    service: Rc<S>,
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

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let (AdmissionMiddleware { authorizer, admission }, service) =
            (self.middleware.clone(), Rc::clone(&self.service));
        let data = self.data.clone();
        Box::pin(async move {
            // The request is borrowed only while it is admitted, because routing needs the sole reference to it.
            let admitted = admission.admit(request.request(), &authorizer).await;
            let response = match admitted {
                Ok(()) => {
                    if let Some(data) = data {
                        request.add_data_container(data);
                    }
                    let mut response = service.call(request).await?;
                    if is_outside_authorization(response.request()) {
                        keep_private(response.response_mut());
                    }
                    response.map_into_left_body()
                }
                // A field that only denials here have would give a hidden group away.
                Err(denied) => request.error_response(denied).map_into_right_body(),
            };
            Ok(admission.answer(response, &authorizer))
        })
    }
}

impl<A, S> fmt::Debug for AdmissionService<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdmissionService").finish_non_exhaustive()
    }
}
