//! What the session of a browser asks the authorizer.

use actix_web::HttpRequest;

use super::{
    Authorizer,
    authorize::tell_denied,
    decided::Stage,
    deny::Deny,
    per_request::PerRequest,
    prove::{Asker, prove_presented},
};
use crate::{
    answer::denied::Denied,
    credential::{site::is_cross_site, source::Source},
    policy::decision::Denial,
    schemes::session::visit::Visit,
};

/// Returns whether a page of another site sent a request that may change the session of this cookie.
pub(crate) fn is_cross_site_session(request: &HttpRequest, cookie: &Source) -> bool {
    let schemes = Authorizer::in_force(request).map(Authorizer::schemes);
    let scheme = schemes.ok().and_then(|schemes| schemes.all().iter().find(|scheme| scheme.reads(cookie)));
    match scheme.map(|scheme| &scheme.origins) {
        // Every origin may send the cookie, so every origin may set it.
        Some(None) => false,
        Some(Some(listed)) => is_cross_site(request, listed),
        None => is_cross_site(request, &[]),
    }
}

/// Returns whether another credential than this cookie decides about the request, good or not. The cookie is then none.
pub(crate) fn is_decided_otherwise(request: &HttpRequest, cookie: &Source) -> bool {
    let Ok(authorizer) = Authorizer::in_force(request) else { return false };
    match authorizer.schemes().presented(request) {
        Ok(presented) => presented.is_some_and(|presented| !presented.scheme.reads(cookie)),
        Err(malformed) => malformed.scheme.is_none_or(|scheme| !scheme.reads(cookie)),
    }
}

/// Asks the scheme of this cookie whether it accepts the login, and returns why not. A login that no scheme reads is
/// accepted by nobody.
///
/// # Errors
/// The denial if the scheme could not decide, such as [`Denial::Unavailable`].
pub(crate) async fn ask_scheme(request: &HttpRequest, cookie: &Source) -> Result<Option<Denial>, Denial> {
    let Ok(authorizer) = Authorizer::in_force(request) else { return Ok(Some(Denial::Anonymous)) };
    let presented = authorizer.schemes().presented(request).ok().flatten();
    let Some(presented) = presented.filter(|presented| presented.scheme.reads(cookie)) else {
        return Ok(Some(Denial::Anonymous));
    };
    match prove_presented(request, authorizer, &presented, None, Asker::Again).wait().await {
        Ok(_) => Ok(None),
        Err(refused) if refused.denial.is_failure() => Err(refused.denial),
        Err(refused) => Ok(Some(refused.denial)),
    }
}

/// Denies a request because of its session, in a handler that was reached.
pub(crate) fn deny(request: &HttpRequest, denial: Denial) -> Denied {
    let denied = Deny::new(request, Authorizer::in_force(request).ok(), PerRequest::terms(request))
        .because(denial, Vec::new);
    tell_denied(request, Stage::Rule, &denied);
    Visit::deny(request);
    denied
}
