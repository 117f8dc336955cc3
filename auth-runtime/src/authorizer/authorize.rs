//! The steps of authorization: from a principal to a decision, at each place where one is made.

use actix_web::HttpRequest;

use super::{
    Authorizer,
    choice::Malformed,
    decided::{Decided, Stage},
    deny::{Deny, operation},
    in_force::misconfigured,
    per_request::PerRequest,
    prove::{Asker, Refused, prove, prove_presented},
};
#[cfg(feature = "session")]
use crate::schemes::session::visit::Visit;
use crate::{
    answer::denied::Denied,
    credential::eventual::Eventual,
    policy::{
        decision::{Decision, Denial},
        principal::{ClaimsError, Principal},
        requirement::Requirement,
        statement::{Hide, Statement, Terms},
    },
};

/// Proof that a request was allowed. Only this module can make one, and the arguments of an annotated handler are
/// extracted only with such a proof.
#[derive(Debug)]
pub struct Allowed(());

/// Authenticates the caller of `request` and checks whether the caller meets the handler's statement. The principal is
/// kept only if an argument reads it (`is_read`), because keeping it costs more than everything else.
pub(crate) fn authorize(
    request: &HttpRequest,
    statement: Statement,
    is_read: bool,
) -> Eventual<Result<Allowed, Denied>> {
    let terms = match statement {
        Statement::Public { .. } => return Eventual::Now(Ok(Allowed(()))),
        Statement::Require { requirement, hide } => Terms { requirement, hide },
    };
    let authorizer = Authorizer::in_force(request);
    let asker = if is_read { Asker::Again } else { Asker::Once };
    match prove(request, authorizer, Some(terms), asker) {
        Eventual::Now(proved) => Eventual::Now(allow(request, authorizer.ok(), terms, proved)),
        Eventual::Later(proved) => {
            let request = request.clone();
            Eventual::later(async move {
                let proved = proved.await;
                allow(&request, Authorizer::in_force(&request).ok(), terms, proved)
            })
        }
    }
}

/// Allows a request to a handler if its caller was proved and meets the handler's terms.
#[inline]
fn allow(
    request: &HttpRequest,
    authorizer: Option<&Authorizer>,
    terms: Terms,
    proved: Result<Principal, Refused>,
) -> Result<Allowed, Denied> {
    let met = meet(request, authorizer, terms, proved);
    tell(request, Stage::Handler, &met);
    met.map(|_| Allowed(()))
}

/// Authenticates the caller of `request` for an argument. An optional argument turns the denial into `None`.
pub(crate) fn authenticate(request: &HttpRequest) -> Eventual<Result<Principal, Denied>> {
    prove(request, Authorizer::in_force(request), None, Asker::Again).then(request, |request, proved| {
        let authorizer = Authorizer::in_force(request).ok();
        let principal = proved.map_err(|refused| refuse_credential(request, authorizer, None, refused));
        tell(request, Stage::Argument, &principal);
        principal
    })
}

/// Lets a request in if its credential is good or if it has none. The principal is kept for the rest of the request.
///
/// A refused credential that a browser sends by itself is not denied here: a dead cookie must not block a public handler,
/// such as the login. The handlers that need a principal deny the request.
pub(crate) async fn admit(request: &HttpRequest, authorizer: &Authorizer) -> Result<(), Denied> {
    let (refused, is_sent_unasked) = match authorizer.schemes().presented(request) {
        Ok(None) => return Ok(()),
        Ok(Some(presented)) => {
            if PerRequest::is_of_another_gate(request, authorizer.schemes()) {
                return Err(misplaced_gate(request));
            }
            let proved = prove_presented(request, authorizer, &presented, None, Asker::Gate).wait().await;
            let Err(refused) = proved else { return Ok(()) };
            let is_sent_unasked = presented.scheme.is_ambient() || refused.denial == Denial::CrossSite;
            (refused, is_sent_unasked)
        }
        Err(malformed) => {
            let Malformed { scheme, .. } = &malformed;
            let is_ambient = scheme.is_some_and(|scheme| scheme.is_ambient());
            (Refused::from(malformed), is_ambient)
        }
    };
    if is_sent_unasked {
        Decided { request, stage: Stage::Argument, denial: Some(&refused.denial), is_hidden: false }.tell();
        return Ok(());
    }
    let denied = Err(refuse_credential(request, Some(authorizer), None, refused));
    tell(request, Stage::Gate, &denied);
    denied
}

/// Denies a request, because a gate decides over routes of another authorizer, whose credentials it would refuse.
#[cold]
pub(crate) fn misplaced_gate(request: &HttpRequest) -> Denied {
    misconfigured(
        request,
        "a gate stands in front of routes, or of another gate, with another authorizer; wrap each gate around a \
         `web::scope` with the routes of its own authorizer",
    )
}

/// Lets a request into a group if its caller meets the group's terms. The principal is kept for the rest of the
/// request.
pub(crate) async fn admit_to_group(
    request: &HttpRequest,
    authorizer: &Authorizer,
    terms: Terms,
) -> Result<(), Denied> {
    let proved = prove(request, Ok(authorizer), Some(terms), Asker::Again).wait().await;
    let admitted = meet(request, Some(authorizer), terms, proved).map(drop);
    if admitted.is_ok() {
        PerRequest::enter_group(request, terms.requirement);
    }
    tell(request, Stage::Group, &admitted);
    admitted
}

/// Denies a principal whose claims do not have the shape that the handler needs. The denial is hidden if the handler
/// is.
pub(crate) fn refuse_claims(request: &HttpRequest, error: ClaimsError) -> Denied {
    let deny = Deny::new(request, Authorizer::in_force(request).ok(), PerRequest::terms(request));
    let denied = deny.because(Denial::Forbidden, Vec::new);
    tell_denied(request, Stage::Claims(error), &denied);
    denied
}

/// Denies a principal who met the handler's requirement but not a rule of the application: a rule over arguments, or an
/// action on a resource. The denial is hidden only if the rule says so.
pub(crate) fn refuse(
    request: &HttpRequest,
    principal: &Principal,
    denial: Denial,
    action: Option<Requirement>,
) -> Denied {
    let authorizer = Authorizer::in_force(request).ok();
    // The caller was authenticated before, so a rule's denial cannot be about the credential.
    let denial = match denial {
        Denial::Anonymous | Denial::InvalidCredential(_) | Denial::MalformedCredential(_) => {
            Denial::Forbidden
        }
        denial => denial,
    };
    let missing = || {
        // If the caller already holds the scopes, a challenge for them would make the client ask again and again.
        let unmet = action.filter(|action| action.evaluate(principal) != Decision::Allow);
        let handler = PerRequest::terms(request).map(|terms| terms.requirement);
        unmet.map_or_else(Vec::new, |action| {
            operation(request, authorizer, handler.into_iter().chain([action]), principal)
        })
    };
    let denied = Deny::new(request, authorizer, None).of(principal).because(denial, missing);
    tell_denied(request, Stage::Rule, &denied);
    denied
}

/// Denies a request that the code of a handler denies. As with a rule, the denial is hidden only if the code says so.
pub(crate) fn refuse_inside(request: &HttpRequest, denial: Denial) -> Denied {
    let authorizer = Authorizer::in_force(request).ok();
    let presented = authorizer.and_then(|authorizer| authorizer.schemes().presented(request).ok()?);
    let used = presented.as_ref().map(|presented| &**presented.scheme);
    let denied = Deny { used, ..Deny::new(request, authorizer, None) }.because(denial, Vec::new);
    tell_denied(request, Stage::Inside, &denied);
    denied
}

/// Returns whether the credential that proved the principal stood outside `Authorization`, so that shared caches do not
/// know of it.
#[inline]
pub(crate) fn is_outside_authorization(request: &HttpRequest) -> bool {
    PerRequest::is_outside_authorization(request)
}

#[inline]
fn tell<T>(request: &HttpRequest, stage: Stage, outcome: &Result<T, Denied>) {
    if let Err(denied) = outcome {
        tell_denied(request, stage, denied);
    }
}

#[cold]
pub(super) fn tell_denied(request: &HttpRequest, stage: Stage, denied: &Denied) {
    // An optional argument denies nobody, and a handler may go on without a resource.
    #[cfg(feature = "session")]
    if !matches!(stage, Stage::Argument | Stage::Rule) {
        Visit::deny(request);
    }
    Decided { request, stage, denial: Some(denied.denial()), is_hidden: denied.is_hidden() }.tell();
}

/// Denies a caller who was not proved, or who does not meet the terms.
#[inline]
fn meet(
    request: &HttpRequest,
    authorizer: Option<&Authorizer>,
    terms: Terms,
    proved: Result<Principal, Refused>,
) -> Result<Principal, Denied> {
    let principal = match proved {
        Ok(principal) => principal,
        Err(refused) => return Err(refuse_credential(request, authorizer, Some(terms), refused)),
    };
    match terms.requirement.evaluate(&principal) {
        Decision::Allow => Ok(principal),
        Decision::Deny(denial) => {
            let missing = || operation(request, authorizer, [terms.requirement].into_iter(), &principal);
            Err(Deny::new(request, authorizer, Some(terms)).of(&principal).because(denial, missing))
        }
    }
}

/// Denies a request without a good credential.
#[cold]
pub(super) fn refuse_credential(
    request: &HttpRequest,
    authorizer: Option<&Authorizer>,
    terms: Option<Terms>,
    Refused { denial, used }: Refused,
) -> Denied {
    // The scopes of a hidden handler would tell that the handler exists.
    let told = terms.filter(|terms| terms.hide == Hide::Never && denial == Denial::Anonymous);
    let scopes = || told.map_or_else(Vec::new, |terms| terms.requirement.scopes_for(None));
    let deny = Deny { used: used.as_deref(), ..Deny::new(request, authorizer, terms) };
    deny.because(denial, scopes)
}
