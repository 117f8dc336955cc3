//! A requirement for a group of routes, before routing inside it.

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
    authorizer::{
        Authorizer,
        authorize::{Terms, admit_to_group},
    },
    policy::{requirement::Requirement, statement::Hide},
};

/// A middleware that lets in principals who meet a requirement: `web::scope("/admin").wrap(authorizer.require(..))`.
///
/// Its denials are those of an attribute, and they are given before anything behind it is routed, so nobody else learns
/// which paths there are. What is registered behind it states its own requirement beside; a `public` handler or service
/// is open to those alone who are let in here. In a [`Group`](crate::Group) it shows in the access table, if it is what is
/// wrapped, and not inside another middleware.
///
/// Wrap it last: what is wrapped around it answers too, and a field that it adds gives a hidden group away. The authorizer
/// has to be in the application's `app_data` as well, for the handlers behind it.
///
/// # Example
/// ```
/// use actix_web::{App, web};
/// use auth_runtime::{Authorizer, Hide, Principal, Requirement};
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let authorizer = Authorizer::builder().bearer(jwt).build()?;
/// let admin = web::scope("/admin").wrap(authorizer.require(Requirement::role("admin")).hide(Hide::Unauthorized));
/// let app = App::new().app_data(authorizer.clone()).service(admin);
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Require {
    authorizer: Authorizer,
    pub(crate) terms: Terms,
}

impl Require {
    pub(crate) fn new(authorizer: Authorizer, requirement: Requirement) -> Self {
        Self { authorizer, terms: Terms { requirement, hide: Hide::Never } }
    }

    /// Hides the group from those who are not let in. From nobody by default.
    pub fn hide(mut self, hide: Hide) -> Self {
        self.terms.hide = hide;
        self
    }
}

impl fmt::Debug for Require {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Require").field(&self.terms).finish()
    }
}

impl<S, B> Transform<S, ServiceRequest> for Require
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = RequireService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequireService { require: self.clone(), service: Rc::new(service) }))
    }
}

/// A [`Require`] in front of a service.
pub struct RequireService<S> {
    require: Require,
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for RequireService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (Require { authorizer, terms }, service) = (self.require.clone(), Rc::clone(&self.service));
        Box::pin(async move {
            // Nobody else may hold the request while it goes on.
            let admitted = admit_to_group(request.request(), &authorizer, terms).await;
            Ok(match admitted {
                Ok(()) => service.call(request).await?.map_into_left_body(),
                Err(denied) => request.error_response(denied).map_into_right_body(),
            })
        })
    }
}
