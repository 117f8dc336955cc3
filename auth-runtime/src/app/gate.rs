//! Authentication before routing, for a whole application.

use std::{
    fmt,
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
};

use actix_web::{
    Error,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
};

use crate::{
    answer::challenge::forbid_storing,
    authorizer::{Authorizer, authorize::admit},
};

/// A middleware that authenticates before routing: `App::new().wrap(authorizer.gate())`.
///
/// - A credential that is refused or malformed is answered at once, so it is the same 401 or 400 on every path, whether
///   the path exists or not, also where the handler is public. Requests without a credential go on.
/// - A principal is proved once for all that comes behind it.
/// - Every 401, 403 and 404 that is answered behind it is `Cache-Control: no-store`: a 404 may be stored without being
///   asked for (RFC 9110 §15.1), and what was hidden from one caller would be hidden from the next. An `Err` that a
///   middleware returns becomes an answer only in front of the gate, so it is left as it is.
///
/// Wrap it before CORS (`.wrap(authorizer.gate()).wrap(cors)`), so that preflights pass and denials carry its fields.
///
/// # Example
/// ```
/// use actix_web::App;
/// use auth_runtime::{Authorizer, Principal};
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let authorizer = Authorizer::builder().bearer(jwt).build()?;
/// let app = App::new().app_data(authorizer.clone()).wrap(authorizer.gate());
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Gate(Authorizer);

impl Gate {
    pub(crate) fn new(authorizer: Authorizer) -> Self {
        Self(authorizer)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gate").field(&self.0).finish()
    }
}

impl<S, B> Transform<S, ServiceRequest> for Gate
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = GateService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(GateService { authorizer: self.0.clone(), service: Rc::new(service) }))
    }
}

/// A [`Gate`] in front of a service.
pub struct GateService<S> {
    authorizer: Authorizer,
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for GateService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (authorizer, service) = (self.authorizer.clone(), Rc::clone(&self.service));
        Box::pin(async move {
            // Nobody else may hold the request while it goes on.
            let admitted = admit(request.request(), &authorizer).await;
            let mut response = match admitted {
                Ok(()) => service.call(request).await?.map_into_left_body(),
                Err(denied) => request.error_response(denied).map_into_right_body(),
            };
            forbid_storing(response.response_mut());
            Ok(response)
        })
    }
}
