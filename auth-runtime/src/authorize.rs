//! The way of a request: credential, principal, decision. Nothing else of the request is touched on it.

use actix_web::{
    HttpMessage as _, HttpRequest,
    http::header::{AUTHORIZATION, HeaderValue},
};

use crate::{
    authenticate::Eventual,
    authorizer::Authorizer,
    challenge::{Denied, Lines},
    credential::Credential,
    decision::{Decision, Denial},
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
    let asking = request.clone();
    authenticate_for(request, requirement, hide).map(move |principal| {
        let principal = principal?;
        match requirement.evaluate(&principal) {
            Decision::Allow => Ok(Allowed(())),
            Decision::Deny(denial) => {
                let authorizer = asking.app_data::<Authorizer>();
                let challenges = authorizer.map(|authorizer| {
                    authorizer.challenges(&denial, None, || requirement.scopes_for(Some(&principal)))
                });
                Err(deny(&asking, denial, hide, challenges.unwrap_or_default()))
            }
        }
    })
}

/// Authenticates the caller of `request`, whoever it is.
pub(crate) fn authenticate(request: &HttpRequest) -> Eventual<Result<Principal, Denied>> {
    authenticate_for(request, Requirement::authenticated(), Hide::Never)
}

/// `requirement` and `hide` only shape the denial.
fn authenticate_for(
    request: &HttpRequest,
    requirement: Requirement,
    hide: Hide,
) -> Eventual<Result<Principal, Denied>> {
    let Some(authorizer) = request.app_data::<Authorizer>() else {
        let denial = Denial::Misconfigured(NO_AUTHORIZER);
        return Eventual::Now(Err(deny(request, denial, hide, Lines::default())));
    };
    if let Some(principal) = recall(request, authorizer) {
        return Eventual::Now(Ok(principal));
    }
    let fields = request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes);
    let denial = match Credential::read(fields, |name| authorizer.scheme(name)) {
        Ok(Some((credential, scheme))) => {
            let (asking, authorizer, scheme) = (request.clone(), authorizer.clone(), scheme.clone());
            return scheme.authenticate.clone().authenticate(&credential).0.map(move |answer| match answer {
                Ok(principal) => {
                    remember(&asking, authorizer, principal.clone());
                    Ok(principal)
                }
                Err(denial) => {
                    let challenges = authorizer.challenges(&denial, Some(&scheme), Vec::new);
                    Err(deny(&asking, denial, hide, challenges))
                }
            });
        }
        Ok(None) => Denial::Anonymous,
        Err(malformed) => Denial::MalformedCredential(malformed),
    };
    // The scopes of a hidden handler would tell that it is there.
    let scopes = || if hide == Hide::Never { requirement.scopes_for(None) } else { Vec::new() };
    let challenges = authorizer.challenges(&denial, None, scopes);
    Eventual::Now(Err(deny(request, denial, hide, challenges)))
}

/// The denial of a principal whose claims are not those that the handler needs.
pub(crate) fn misshapen(request: &HttpRequest, error: ClaimsError) -> Denied {
    tracing::info!(%error, "claims do not fit");
    deny(request, Denial::Forbidden, Hide::Never, Lines::default())
}

const NO_AUTHORIZER: &str = "no `Authorizer` in the app; add `.app_data(authorizer.clone())` to `App::new()`, \
                             the authorizer itself, not inside `web::Data`";

/// The principal of a request, and the authorizer that vouches for it: another one on an inner scope has to look
/// for itself.
struct Remembered {
    authorizer: Authorizer,
    principal: Principal,
}

fn remember(request: &HttpRequest, authorizer: Authorizer, principal: Principal) {
    request.extensions_mut().insert(Remembered { authorizer, principal });
}

fn recall(request: &HttpRequest, authorizer: &Authorizer) -> Option<Principal> {
    let extensions = request.extensions();
    let remembered = extensions.get::<Remembered>()?;
    remembered.authorizer.is_same(authorizer).then(|| remembered.principal.clone())
}

/// The one place where a denial is made and logged, with its true cause, hidden or not.
fn deny(request: &HttpRequest, denial: Denial, hide: Hide, challenges: Lines) -> Denied {
    let hidden = hide.conceals(&denial);
    let (method, path) = (request.method(), request.path());
    match denial {
        Denial::Misconfigured(_) | Denial::Unavailable { .. } => {
            tracing::error!(%method, path, hidden, reason = %denial, "denied");
        }
        // The first request of every client, and not worth a line by default.
        Denial::Anonymous => tracing::debug!(%method, path, hidden, reason = %denial, "denied"),
        _ => tracing::info!(%method, path, hidden, reason = %denial, "denied"),
    }
    if hidden { Denied::hidden(denial) } else { Denied::new(denial, challenges) }
}
