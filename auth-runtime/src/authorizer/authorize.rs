//! The way of a request: credential, principal, decision. Nothing else of the request is touched on it.

use std::sync::Arc;

use actix_web::{
    HttpMessage as _, HttpRequest,
    http::header::{AUTHORIZATION, HeaderValue},
};

use crate::{
    answer::{
        challenge::{Denied, Lines},
        not_found::not_found,
    },
    authorizer::Authorizer,
    credential::{
        authenticate::{Eventual, Scheme},
        presented::{Credential, Presented},
    },
    policy::{
        decision::{Decision, Denial},
        names::Scope,
        principal::{ClaimsError, Principal},
        requirement::Requirement,
        statement::{Hide, Statement},
    },
};

/// Proof that a request was allowed. Only this module can make one, and the arguments of an annotated handler are
/// extracted only against one.
#[derive(Debug)]
pub struct Allowed(());

/// What is asked of the caller, and who is not to know of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) requirement: Requirement,
    pub(crate) hide: Hide,
}

/// Authenticates the caller of `request` and holds it against what the handler states. The principal is remembered if
/// anybody is going to ask for it: that costs more than all the rest.
pub(crate) fn authorize(
    request: &HttpRequest,
    statement: Statement,
    is_read: bool,
) -> Eventual<Result<Allowed, Denied>> {
    let terms = match statement {
        Statement::Public { .. } => return Eventual::Now(Ok(Allowed(()))),
        Statement::Require { requirement, hide } => Terms { requirement, hide },
    };
    let principal = match request.app_data::<Authorizer>() {
        Some(authorizer) => authenticate_by(authorizer, request, Some(terms), is_read),
        None => Eventual::Now(Err(deny(request, None, NO_AUTHORIZER, terms.hide, None, Vec::new))),
    };
    principal.then(request, move |request, principal| {
        principal
            .and_then(|principal| meet(request, request.app_data::<Authorizer>(), terms, &principal))
            .map(Allowed)
            .inspect_err(|denied| log(request, denied, "denied"))
    })
}

/// Authenticates the caller of `request` for an argument, which may be optional: then nobody is denied.
pub(crate) fn authenticate(request: &HttpRequest) -> Eventual<Result<Principal, Denied>> {
    let principal = match request.app_data::<Authorizer>() {
        Some(authorizer) => authenticate_by(authorizer, request, None, true),
        None => Eventual::Now(Err(deny(request, None, NO_AUTHORIZER, Hide::Never, None, Vec::new))),
    };
    principal.then(request, |request, principal| {
        principal.inspect_err(|denied| match denied.denial() {
            Denial::Failed { .. } | Denial::Misconfigured(_) | Denial::Unavailable { .. } => {
                log(request, denied, "no principal");
            }
            denial => tracing::debug!(path = request.path(), reason = %denial, "no principal"),
        })
    })
}

/// Lets a request on that has no credential, or a good one. The principal is remembered.
pub(crate) async fn admit(request: &HttpRequest, authorizer: &Authorizer) -> Result<(), Denied> {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Ok(());
    }
    match authenticate_by(authorizer, request, None, true).wait().await {
        Err(denied) if *denied.denial() != Denial::Anonymous => {
            log(request, &denied, "denied at the gate");
            Err(denied)
        }
        _ => Ok(()),
    }
}

/// Lets a request on to a group whose terms its caller meets. The principal is remembered.
pub(crate) async fn admit_to_group(
    request: &HttpRequest,
    authorizer: &Authorizer,
    terms: Terms,
) -> Result<(), Denied> {
    let principal = authenticate_by(authorizer, request, Some(terms), true).wait().await;
    let admitted = principal.and_then(|principal| meet(request, Some(authorizer), terms, &principal));
    if admitted.is_ok()
        && let Some(remembered) = request.extensions_mut().get_mut::<Remembered>()
    {
        remembered.groups.push(terms.requirement);
    }
    admitted.inspect_err(|denied| log(request, denied, "denied at the group"))
}

/// Holds a principal against the terms.
fn meet(
    request: &HttpRequest,
    authorizer: Option<&Authorizer>,
    terms: Terms,
    principal: &Principal,
) -> Result<(), Denied> {
    match terms.requirement.evaluate(principal) {
        Decision::Allow => Ok(()),
        Decision::Deny(denial) => {
            let missing = || operation(request, terms.requirement, None, principal);
            Err(deny(request, authorizer, denial, terms.hide, None, missing))
        }
    }
}

/// The scopes of the whole operation, as far as it is known: a client may ask for a token with these alone.
fn operation(
    request: &HttpRequest,
    handler: Requirement,
    action: Option<Requirement>,
    principal: &Principal,
) -> Vec<Scope> {
    let extensions = request.extensions();
    let groups = extensions.get::<Remembered>().map(|remembered| remembered.groups.as_slice());
    let requirements = groups.unwrap_or_default().iter().copied().chain([handler]).chain(action);
    let mut scopes = Vec::new();
    for scope in requirements.flat_map(|requirement| requirement.scopes_for(Some(principal))) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

/// The principal of a request, who meets the terms elsewhere. They shape the denial of everybody else; an argument and a
/// gate have none.
fn authenticate_by(
    authorizer: &Authorizer,
    request: &HttpRequest,
    terms: Option<Terms>,
    is_read: bool,
) -> Eventual<Result<Principal, Denied>> {
    if let Some(principal) = recall(request, authorizer, terms) {
        return Eventual::Now(Ok(principal));
    }
    let mut fields = request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes);
    // What nearly all requests present, at a glance: a token that is known to the byte, spelled as it is mostly.
    if let (Some(field), None) = (fields.next(), fields.next())
        && let Some((answer, scheme)) = authorizer.recall_bearer(field)
    {
        return Eventual::Now(conclude(request, authorizer, scheme, terms, is_read, answer));
    }
    let read = Credential::read(
        request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes),
        |name| authorizer.scheme(name),
        |scheme, token| Some((authorizer.recall(scheme, token)?, *scheme)),
    );
    let denial = match read {
        Ok(Presented::Known((answer, scheme))) => {
            return Eventual::Now(conclude(request, authorizer, scheme, terms, is_read, answer));
        }
        Ok(Presented::New(credential, scheme)) => {
            return match authorizer.authenticate(scheme, &credential) {
                Eventual::Now(answer) => {
                    Eventual::Now(conclude(request, authorizer, scheme, terms, is_read, answer))
                }
                Eventual::Later(answer) => {
                    let (request, authorizer, scheme) =
                        (request.clone(), authorizer.clone(), Arc::clone(scheme));
                    Eventual::Later(Box::pin(async move {
                        conclude(&request, &authorizer, &scheme, terms, is_read, answer.await)
                    }))
                }
            };
        }
        Ok(Presented::Nothing) => Denial::Anonymous,
        Err(malformed) => Denial::MalformedCredential(malformed),
    };
    // The scopes of a hidden handler would tell that it is there.
    let told = terms.filter(|terms| terms.hide == Hide::Never);
    let scopes = || told.map_or_else(Vec::new, |terms| terms.requirement.scopes_for(None));
    Eventual::Now(Err(deny(request, Some(authorizer), denial, hide(terms), None, scopes)))
}

/// Remembers the principal for the rest of the request, if somebody is going to ask, or puts the denial into words.
fn conclude(
    request: &HttpRequest,
    authorizer: &Authorizer,
    scheme: &Scheme,
    terms: Option<Terms>,
    is_read: bool,
    answer: Result<Principal, Denial>,
) -> Result<Principal, Denied> {
    match answer {
        // Where it is not remembered, it is asked again of our own verifiers alone, who say the same.
        Ok(principal) if !is_read && scheme.remembers => Ok(principal),
        Ok(principal) => {
            let remembered = Remembered {
                authorizer: authorizer.id(),
                credential: request.headers().get(AUTHORIZATION).cloned(),
                principal: principal.clone(),
                terms,
                groups: Vec::new(),
            };
            request.extensions_mut().insert(remembered);
            Ok(principal)
        }
        Err(denial) => Err(deny(request, Some(authorizer), denial, hide(terms), Some(scheme), Vec::new)),
    }
}

fn hide(terms: Option<Terms>) -> Hide {
    terms.map_or(Hide::Never, |terms| terms.hide)
}

const NO_AUTHORIZER: Denial = Denial::Misconfigured(
    "no `Authorizer` in the app; add `.app_data(authorizer.clone())` to `App::new()`, the authorizer itself, not inside \
     `web::Data`",
);

/// The principal of a request, and what it was authorized for. It counts for the authorizer that vouches for it, because
/// another one on an inner scope has to look for itself, and as long as no middleware replaces the credential.
struct Remembered {
    authorizer: usize,
    credential: Option<HeaderValue>,
    principal: Principal,
    /// Those of the innermost that has any.
    terms: Option<Terms>,
    /// What the groups around it required.
    groups: Vec<Requirement>,
}

fn recall(request: &HttpRequest, authorizer: &Authorizer, terms: Option<Terms>) -> Option<Principal> {
    let mut extensions = request.extensions_mut();
    let remembered = extensions.get_mut::<Remembered>()?;
    // A middleware that asked first did not know what the handler states.
    remembered.terms = terms.or(remembered.terms);
    let mut presented = request.headers().get_all(AUTHORIZATION);
    let is_same = presented.next() == remembered.credential.as_ref() && presented.next().is_none();
    (is_same && remembered.authorizer == authorizer.id()).then(|| remembered.principal.clone())
}

/// The terms of the handler that a request was let in to.
fn terms_of(request: &HttpRequest) -> Option<Terms> {
    request.extensions().get::<Remembered>().and_then(|remembered| remembered.terms)
}

/// The denial of a principal whose claims are not those that the handler needs, as hidden as the handler.
pub(crate) fn misshapen(request: &HttpRequest, error: ClaimsError) -> Denied {
    let authorizer = request.app_data::<Authorizer>();
    let denied = deny(request, authorizer, Denial::Forbidden, hide(terms_of(request)), None, Vec::new);
    tracing::info!(%error, path = request.path(), hidden = denied.is_hidden(), "denied");
    denied
}

/// The denial of a principal who met the handler's requirement, by a rule of the application's: one over arguments, or an
/// action on a resource. Hidden is only what the rule says is not to be seen; everything else is told.
pub(crate) fn refuse(
    request: &HttpRequest,
    principal: &Principal,
    denial: Denial,
    action: Option<Requirement>,
) -> Denied {
    // Who it is was found out before: there is nothing to be said about the credential.
    let denial = match denial {
        Denial::Anonymous | Denial::InvalidCredential(_) | Denial::MalformedCredential(_) => {
            Denial::Forbidden
        }
        denial => denial,
    };
    let missing = || {
        let handler = terms_of(request).map(|terms| terms.requirement);
        // Scopes that are held already would send the caller in circles.
        let unmet = action.filter(|action| action.evaluate(principal) != Decision::Allow);
        unmet.map_or_else(Vec::new, |action| {
            operation(request, handler.unwrap_or(Requirement::authenticated()), Some(action), principal)
        })
    };
    let denied = deny(request, request.app_data::<Authorizer>(), denial, Hide::Never, None, missing);
    log(request, &denied, "denied by a rule");
    denied
}

/// Puts a denial into words. `used` is the scheme of the credential that was refused; `missing`, the scopes of the
/// operation, is asked for only where it is disclosed.
fn deny(
    request: &HttpRequest,
    authorizer: Option<&Authorizer>,
    denial: Denial,
    hide: Hide,
    used: Option<&Scheme>,
    missing: impl FnOnce() -> Vec<Scope>,
) -> Denied {
    if hide.conceals(&denial) {
        let not_found = match authorizer {
            Some(authorizer) => authorizer.not_found_answer().to(request),
            None => not_found(request),
        };
        return Denied::hidden(denial, not_found);
    }
    let Some(authorizer) = authorizer else { return Denied::new(denial, Lines::default()) };
    let challenges = authorizer.challenges(&denial, used, missing);
    let denied = Denied::new(denial, challenges);
    let body = authorizer.denial_bodies().choose(request, &denied);
    denied.with_body(body)
}

/// The true cause, hidden or not. Nothing of a credential is in it.
fn log(request: &HttpRequest, denied: &Denied, what: &str) {
    let (method, path, hidden, reason) =
        (request.method(), request.path(), denied.is_hidden(), denied.denial());
    match reason {
        Denial::Failed { .. } | Denial::Misconfigured(_) => {
            tracing::error!(%method, path, hidden, %reason, "{what}");
        }
        // Anybody can send many of these while something is out of reach.
        Denial::Unavailable { .. } => tracing::warn!(%method, path, hidden, %reason, "{what}"),
        // The first request of every client, or a link that is out of date: not worth a line by default.
        Denial::Absent | Denial::Anonymous => tracing::debug!(%method, path, hidden, %reason, "{what}"),
        _ => tracing::info!(%method, path, hidden, %reason, "{what}"),
    }
}
