//! The middleware that puts the session on a request, and stores what became of it.

use std::{
    fmt,
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
    sync::Arc,
};

use actix_web::{
    Error,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::{StatusCode, header::SET_COOKIE},
};

use crate::{
    answer::caching::{force_private, is_for_all, keep_private, may_be_denial},
    authorizer::session::deny,
    schemes::session::{
        Sessions, Settings,
        finish::{Outcome, SetCookie},
        visit::Visit,
    },
};

/// The middleware of [`Sessions`]: `App::new().wrap(sessions.middleware())`.
///
/// It puts the session on each request, where the scheme and the [`Session`](crate::session::Session) of a handler find it,
/// and loads nothing by itself. When the handler has answered, it stores what changed, and keeps a session alive that was used.
/// Denied requests keep no session alive and store no data, and neither do those that are answered 404, because a hidden
/// resource looks like an absent one. A denied request, and one that is answered 4xx or 5xx, begins no session either. A
/// logout counts always.
///
/// Wrap it last, so that it is around every gate.
#[derive(Clone)]
pub struct SessionMiddleware(Arc<Settings>);

impl Sessions {
    /// Returns the middleware of these sessions. See [`SessionMiddleware`](crate::session::SessionMiddleware).
    pub fn middleware(&self) -> SessionMiddleware {
        SessionMiddleware(Arc::clone(self.settings()))
    }
}

impl fmt::Debug for SessionMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionMiddleware").finish_non_exhaustive()
    }
}

impl<S, B> Transform<S, ServiceRequest> for SessionMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = SessionService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(SessionService { settings: Arc::clone(&self.0), service: Rc::new(service) }))
    }
}

/// A [`SessionMiddleware`] together with the service behind it.
pub struct SessionService<S> {
    settings: Arc<Settings>,
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for SessionService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        // Two of the same middleware are one.
        if Visit::of(request.request()).is_some_and(|visit| Arc::ptr_eq(&visit.settings, &self.settings)) {
            let answer = self.service.call(request);
            return Box::pin(async { Ok(answer.await?.map_into_left_body()) });
        }
        let visit = Visit::new(Arc::clone(&self.settings));
        visit.put(request.request());
        let answer = self.service.call(request);
        Box::pin(async move {
            match answer.await {
                Ok(response) => Ok(finish(&visit, response).await),
                Err(error) => {
                    // The answer is made outside, so it sets no cookie. A session that ended is forgotten all the same.
                    let _ = visit.finish(Outcome::Failed).await;
                    Err(error)
                }
            }
        })
    }
}

/// Stores what became of the session, and completes the answer.
async fn finish<B: MessageBody + 'static>(
    visit: &Visit,
    mut response: ServiceResponse<B>,
) -> ServiceResponse<EitherBody<B>> {
    let status = response.status();
    let outcome = if status == StatusCode::NOT_FOUND {
        Outcome::Absent
    } else if status.is_client_error() || status.is_server_error() {
        Outcome::Failed
    } else if is_for_all(response.response()) {
        Outcome::Shared
    } else {
        Outcome::Used
    };
    let cookie = match visit.finish(outcome).await {
        Ok(SetCookie::Nothing) => return response.map_into_left_body(),
        Ok(SetCookie::Used) => None,
        Ok(SetCookie::Field(cookie)) => Some(cookie),
        Err(denial) => {
            let denied = deny(response.request(), denial);
            return response.error_response(denied).map_into_right_body();
        }
    };
    // The answer is for one browser, which caches do not know (RFC 9111 §3.5).
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
        force_private(response.response_mut());
    } else if !may_be_denial(response.response()) {
        keep_private(response.response_mut());
    }
    response.map_into_left_body()
}

impl<S> fmt::Debug for SessionService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionService").finish_non_exhaustive()
    }
}
