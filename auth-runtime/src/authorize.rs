//! The way of a request: credential, principal, decision. Nothing else of the request is touched on it.

use std::sync::Arc;

use actix_web::{
    HttpMessage as _, HttpRequest,
    http::header::{AUTHORIZATION, HeaderValue},
};

use crate::{
    authenticate::{Eventual, Scheme},
    authorizer::Authorizer,
    challenge::{Denied, Lines},
    credential::{Credential, Presented},
    decision::{Decision, Denial},
    not_found::not_found,
    principal::{ClaimsError, Principal},
    requirement::Requirement,
    statement::{Hide, Statement},
};

/// Proof that a request was allowed. Only this module can make one, and the arguments of an annotated handler are
/// extracted only against one.
#[derive(Debug)]
pub struct Allowed(());

/// Authenticates the caller of `request` and holds it against what the handler states.
pub(crate) fn authorize(request: &HttpRequest, statement: Statement) -> Eventual<Result<Allowed, Denied>> {
    let (requirement, hide) = match statement {
        Statement::Public { .. } => return Eventual::Now(Ok(Allowed(()))),
        Statement::Require { requirement, hide } => (requirement, hide),
    };
    authenticate_for(request, requirement, hide).then(request, move |request, principal| {
        let decided = principal.and_then(|principal| match requirement.evaluate(&principal) {
            Decision::Allow => Ok(Allowed(())),
            Decision::Deny(denial) => {
                let missing = || requirement.scopes_for(Some(&principal));
                let authorizer = request.app_data::<Authorizer>();
                let challenges = authorizer.map(|authorizer| authorizer.challenges(&denial, None, missing));
                Err(deny(request, denial, hide, challenges.unwrap_or_default()))
            }
        });
        decided.inspect_err(|denied| log(request, denied, "denied"))
    })
}

/// Authenticates the caller of `request` for an argument, which may be optional: then nobody is denied.
pub(crate) fn authenticate(request: &HttpRequest) -> Eventual<Result<Principal, Denied>> {
    authenticate_for(request, Requirement::authenticated(), Hide::Never).then(
        request,
        |request, principal| {
            principal.inspect_err(|denied| match denied.denial() {
                Denial::Misconfigured(_) | Denial::Unavailable { .. } => log(request, denied, "no principal"),
                denial => tracing::debug!(path = request.path(), reason = %denial, "no principal"),
            })
        },
    )
}

/// Lets a request on that has no credential, or a good one. The principal is remembered.
pub(crate) async fn admit(request: &HttpRequest, authorizer: &Authorizer) -> Result<(), Denied> {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Ok(());
    }
    let principal = match authenticate_by(authorizer, request, Requirement::authenticated(), Hide::Never) {
        Eventual::Now(principal) => principal,
        Eventual::Later(principal) => principal.await,
    };
    match principal {
        Err(denied) if *denied.denial() != Denial::Anonymous => {
            log(request, &denied, "denied at the gate");
            Err(denied)
        }
        _ => Ok(()),
    }
}

/// `requirement` and `hide` only shape the denial.
fn authenticate_for(
    request: &HttpRequest,
    requirement: Requirement,
    hide: Hide,
) -> Eventual<Result<Principal, Denied>> {
    if let Some(authorizer) = request.app_data::<Authorizer>() {
        authenticate_by(authorizer, request, requirement, hide)
    } else {
        Eventual::Now(Err(deny(request, Denial::Misconfigured(NO_AUTHORIZER), hide, Lines::default())))
    }
}

fn authenticate_by(
    authorizer: &Authorizer,
    request: &HttpRequest,
    requirement: Requirement,
    hide: Hide,
) -> Eventual<Result<Principal, Denied>> {
    if let Some(principal) = recall(request, authorizer, hide) {
        return Eventual::Now(Ok(principal));
    }
    let fields = request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes);
    let read = Credential::read(
        fields,
        |name| authorizer.scheme(name),
        |scheme, token| Some((authorizer.recall(scheme, token)?, *scheme)),
    );
    let denial = match read {
        Ok(Presented::Known((answer, scheme))) => {
            return Eventual::Now(conclude(request, authorizer, scheme, hide, answer));
        }
        Ok(Presented::New(credential, scheme)) => {
            return match authorizer.authenticate(scheme, &credential) {
                Eventual::Now(answer) => Eventual::Now(conclude(request, authorizer, scheme, hide, answer)),
                Eventual::Later(answer) => {
                    let (request, authorizer, scheme) =
                        (request.clone(), authorizer.clone(), Arc::clone(scheme));
                    Eventual::Later(Box::pin(async move {
                        conclude(&request, &authorizer, &scheme, hide, answer.await)
                    }))
                }
            };
        }
        Ok(Presented::Nothing) => Denial::Anonymous,
        Err(malformed) => Denial::MalformedCredential(malformed),
    };
    // The scopes of a hidden handler would tell that it is there.
    let scopes = || if hide == Hide::Never { requirement.scopes_for(None) } else { Vec::new() };
    let challenges = authorizer.challenges(&denial, None, scopes);
    Eventual::Now(Err(deny(request, denial, hide, challenges)))
}

/// Remembers the principal for the rest of the request, or puts the denial into words.
fn conclude(
    request: &HttpRequest,
    authorizer: &Authorizer,
    scheme: &Scheme,
    hide: Hide,
    answer: Result<Principal, Denial>,
) -> Result<Principal, Denied> {
    match answer {
        Ok(principal) => {
            let remembered = Remembered {
                authorizer: authorizer.id(),
                credential: request.headers().get(AUTHORIZATION).cloned(),
                principal: principal.clone(),
                hide,
            };
            request.extensions_mut().insert(remembered);
            Ok(principal)
        }
        Err(denial) => {
            let challenges = authorizer.challenges(&denial, Some(scheme), Vec::new);
            Err(deny(request, denial, hide, challenges))
        }
    }
}

const NO_AUTHORIZER: &str = "no `Authorizer` in the app; add `.app_data(authorizer.clone())` to `App::new()`, \
                             the authorizer itself, not inside `web::Data`";

/// The principal of a request and what the handler hides that it was authorized for. It counts for the authorizer that
/// vouches for it, because another one on an inner scope has to look for itself, and as long as no middleware replaces the
/// credential.
struct Remembered {
    authorizer: usize,
    credential: Option<HeaderValue>,
    principal: Principal,
    hide: Hide,
}

fn recall(request: &HttpRequest, authorizer: &Authorizer, hide: Hide) -> Option<Principal> {
    let mut extensions = request.extensions_mut();
    let remembered = extensions.get_mut::<Remembered>()?;
    // A middleware that asked first did not know what the handler hides.
    if hide != Hide::Never {
        remembered.hide = hide;
    }
    let mut presented = request.headers().get_all(AUTHORIZATION);
    let is_same = presented.next() == remembered.credential.as_ref() && presented.next().is_none();
    (is_same && remembered.authorizer == authorizer.id()).then(|| remembered.principal.clone())
}

/// The denial of a principal whose claims are not those that the handler needs, as hidden as the handler.
pub(crate) fn misshapen(request: &HttpRequest, error: ClaimsError) -> Denied {
    let hide = request.extensions().get::<Remembered>().map_or(Hide::Never, |remembered| remembered.hide);
    let denied = deny(request, Denial::Forbidden, hide, Lines::default());
    tracing::info!(%error, path = request.path(), hidden = denied.is_hidden(), "denied");
    denied
}

fn deny(request: &HttpRequest, denial: Denial, hide: Hide, challenges: Lines) -> Denied {
    if hide.conceals(&denial) {
        Denied::hidden(denial, not_found(request))
    } else {
        let denied = Denied::new(denial, challenges);
        let authorizer = request.app_data::<Authorizer>();
        let body = authorizer.and_then(|authorizer| authorizer.denial_bodies().choose(request, &denied));
        denied.with_body(body)
    }
}

/// The true cause, hidden or not. Nothing of a credential is in it.
fn log(request: &HttpRequest, denied: &Denied, what: &str) {
    let (method, path, hidden, reason) =
        (request.method(), request.path(), denied.is_hidden(), denied.denial());
    match reason {
        Denial::Misconfigured(_) => tracing::error!(%method, path, hidden, %reason, "{what}"),
        // Anybody can send many of these while something is out of reach.
        Denial::Unavailable { .. } => tracing::warn!(%method, path, hidden, %reason, "{what}"),
        // The first request of every client, and not worth a line by default.
        Denial::Anonymous => tracing::debug!(%method, path, hidden, %reason, "{what}"),
        _ => tracing::info!(%method, path, hidden, %reason, "{what}"),
    }
}
