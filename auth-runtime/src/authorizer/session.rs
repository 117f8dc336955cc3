//! What the session of a browser asks the authorizer.

use actix_web::HttpRequest;

use super::{Authorizer, authorize::tell_denied, decided::Stage, deny::Deny, per_request::PerRequest};
use crate::{
    answer::denied::Denied,
    credential::{site::is_cross_site, source::Source},
    policy::decision::Denial,
};

/// Returns whether a page of another site sent a login, which would begin the session of this cookie.
pub(crate) fn is_login_cross_site(request: &HttpRequest, cookie: &Source) -> bool {
    let schemes = Authorizer::in_force(request).map(Authorizer::schemes);
    let scheme = schemes.ok().and_then(|schemes| schemes.all().iter().find(|scheme| scheme.reads(cookie)));
    match scheme.map(|scheme| &scheme.origins) {
        // Every origin may send the cookie, so every origin may set it.
        Some(None) => false,
        Some(Some(listed)) => is_cross_site(request, listed),
        None => is_cross_site(request, &[]),
    }
}

/// Denies a request because of its session, in a handler that was reached.
pub(crate) fn deny(request: &HttpRequest, denial: Denial) -> Denied {
    let denied = Deny::new(request, Authorizer::in_force(request).ok(), PerRequest::terms(request))
        .because(denial, Vec::new);
    tell_denied(request, Stage::Rule, &denied);
    denied
}
