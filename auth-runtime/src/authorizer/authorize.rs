//! The steps of authorization: from a credential to a principal, and from the principal to a decision.

use std::sync::Arc;

use actix_web::HttpRequest;

use super::{
    Authorizer,
    decided::{Decided, Stage},
    deny::{Deny, operation},
    per_request::PerRequest,
    presented::{Kept, Malformed, Presented},
};
use crate::{
    answer::denied::Denied,
    credential::{eventual::Eventual, scheme::Scheme},
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
    principal(request, authorizer, Some(terms), is_read).then(request, move |request, principal| {
        let authorizer = || Authorizer::in_force(request);
        let met = principal.and_then(|principal| meet(request, authorizer, terms, &principal));
        tell(request, Stage::Handler, &met);
        met.map(Allowed)
    })
}

/// Authenticates the caller of `request` for an argument. An optional argument turns the denial into `None`.
pub(crate) fn authenticate(request: &HttpRequest) -> Eventual<Result<Principal, Denied>> {
    principal(request, Authorizer::in_force(request), None, true).then(request, |request, principal| {
        tell(request, Stage::Argument, &principal);
        principal
    })
}

/// Lets a request in if its credential is good or if it has none. The principal is kept for the rest of the request.
///
/// A refused credential that is ambient is not denied here: a dead cookie must not block a public handler, such as the
/// login. The handlers that need a principal deny the request.
pub(crate) async fn admit(request: &HttpRequest, authorizer: &Authorizer) -> Result<(), Denied> {
    let presented = authorizer.schemes().presented(request);
    let is_ambient = match &presented {
        Ok(None) => return Ok(()),
        Ok(Some(presented)) => presented.scheme.is_ambient(),
        Err(Malformed { scheme, .. }) => scheme.is_some_and(|scheme| scheme.is_ambient()),
    };
    let admitted = proved(request, authorizer, presented, None, true).wait().await.map(drop);
    if is_ambient {
        return Ok(());
    }
    tell(request, Stage::Gate, &admitted);
    admitted
}

/// Lets a request into a group if its caller meets the group's terms. The principal is kept for the rest of the
/// request.
pub(crate) async fn admit_to_group(
    request: &HttpRequest,
    authorizer: &Authorizer,
    terms: Terms,
) -> Result<(), Denied> {
    let principal = principal(request, Some(authorizer), Some(terms), true).wait().await;
    let admitted = principal.and_then(|principal| meet(request, || Some(authorizer), terms, &principal));
    if admitted.is_ok() {
        PerRequest::enter_group(request, terms.requirement);
    }
    tell(request, Stage::Group, &admitted);
    admitted
}

/// Denies a principal whose claims do not have the shape that the handler needs. The denial is hidden if the handler
/// is.
pub(crate) fn refuse_claims(request: &HttpRequest, error: ClaimsError) -> Denied {
    let deny = Deny::new(request, Authorizer::in_force(request), PerRequest::terms(request));
    let denied = deny.because(Denial::Forbidden, Vec::new);
    Decided { request, stage: Stage::Claims(error), outcome: Err(&denied) }.tell();
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
            operation(request, handler.into_iter().chain([action]), principal)
        })
    };
    let denied = Deny::new(request, Authorizer::in_force(request), None).because(denial, missing);
    Decided { request, stage: Stage::Rule, outcome: Err(&denied) }.tell();
    denied
}

/// Returns whether the credential that proved the principal stood outside `Authorization`, so that shared caches do not
/// know of it.
pub(crate) fn is_outside_authorization(request: &HttpRequest, authorizer: &Authorizer) -> bool {
    authorizer.schemes().read_other_fields() && PerRequest::is_outside_authorization(request)
}

#[inline]
fn tell<T>(request: &HttpRequest, stage: Stage, outcome: &Result<T, Denied>) {
    Decided { request, stage, outcome: outcome.as_ref().map(|_| ()) }.tell();
}

/// Denies a principal who does not meet the terms. The authorizer is looked up only for a denial.
#[inline]
fn meet<'request>(
    request: &'request HttpRequest,
    authorizer: impl FnOnce() -> Option<&'request Authorizer>,
    terms: Terms,
    principal: &Principal,
) -> Result<(), Denied> {
    match terms.requirement.evaluate(principal) {
        Decision::Allow => Ok(()),
        Decision::Deny(denial) => {
            let missing = || operation(request, [terms.requirement].into_iter(), principal);
            Err(Deny::new(request, authorizer(), Some(terms)).because(denial, missing))
        }
    }
}

/// Finds the principal of a request. `terms` only shapes the denial if there is no principal; [`meet`] checks the
/// terms. An argument and a gate have no terms.
fn principal(
    request: &HttpRequest,
    authorizer: Option<&Authorizer>,
    terms: Option<Terms>,
    is_read: bool,
) -> Eventual<Result<Principal, Denied>> {
    let Some(authorizer) = authorizer else {
        return Eventual::Now(Err(Deny::new(request, None, terms).because(NO_AUTHORIZER, Vec::new)));
    };
    proved(request, authorizer, authorizer.schemes().presented(request), terms, is_read)
}

/// Finds the principal of the credential that a request presents, or denies the request.
#[inline]
fn proved(
    request: &HttpRequest,
    authorizer: &Authorizer,
    presented: Result<Option<Presented<'_, '_>>, Malformed<'_>>,
    terms: Option<Terms>,
    is_read: bool,
) -> Eventual<Result<Principal, Denied>> {
    let proved = match presented {
        Ok(Some(presented)) => prove(request, authorizer, &presented, terms, is_read),
        Ok(None) => return Eventual::Now(Err(refuse_nothing(request, authorizer, terms))),
        Err(malformed) => Err(malformed),
    };
    proved.unwrap_or_else(|malformed| {
        Eventual::Now(Err(refuse_malformed(request, authorizer, terms, malformed)))
    })
}

/// Denies a request without a credential.
#[cold]
fn refuse_nothing(request: &HttpRequest, authorizer: &Authorizer, terms: Option<Terms>) -> Denied {
    // The scopes of a hidden handler would tell that the handler exists.
    let told = terms.filter(|terms| terms.hide == Hide::Never);
    let scopes = || told.map_or_else(Vec::new, |terms| terms.requirement.scopes_for(None));
    Deny::new(request, Some(authorizer), terms).because(Denial::Anonymous, scopes)
}

/// Denies a request whose credential breaks its grammar.
#[cold]
fn refuse_malformed(
    request: &HttpRequest,
    authorizer: &Authorizer,
    terms: Option<Terms>,
    Malformed { how, scheme }: Malformed<'_>,
) -> Denied {
    let used = scheme.map(|scheme| &**scheme);
    let deny = Deny { used, ..Deny::new(request, Some(authorizer), terms) };
    deny.because(Denial::MalformedCredential(how), Vec::new)
}

/// Finds who a credential belongs to: this request may know it already, the token cache may remember it, and otherwise
/// the scheme authenticates it.
#[inline]
fn prove<'authorizer>(
    request: &HttpRequest,
    authorizer: &Authorizer,
    presented: &Presented<'authorizer, '_>,
    terms: Option<Terms>,
    is_read: bool,
) -> Result<Eventual<Result<Principal, Denied>>, Malformed<'authorizer>> {
    if let Some(principal) = PerRequest::recall(request, presented, terms) {
        return Ok(Eventual::Now(Ok(principal)));
    }
    let scheme = presented.scheme;
    let conclusion = Conclusion { request, authorizer, scheme, terms, is_read };
    if let Some(answer) = authorizer.recall(presented) {
        return Ok(Eventual::Now(conclusion.draw(answer, || presented.keep())));
    }
    Ok(match authorizer.authenticate(scheme, &presented.credential(request)?) {
        Eventual::Now(answer) => Eventual::Now(conclusion.draw(answer, || presented.keep())),
        Eventual::Later(answer) => {
            let (request, authorizer, scheme) = (request.clone(), authorizer.clone(), Arc::clone(scheme));
            let kept = presented.keep();
            Eventual::later(async move {
                let answer = answer.await;
                let (request, authorizer, scheme) = (&request, &authorizer, &*scheme);
                Conclusion { request, authorizer, scheme, terms, is_read }.draw(answer, || kept)
            })
        }
    })
}

/// What turns the answer about a credential into a principal or a denial.
struct Conclusion<'request> {
    request: &'request HttpRequest,
    authorizer: &'request Authorizer,
    scheme: &'request Scheme,
    terms: Option<Terms>,
    /// Whether an argument or a handler reads the principal later.
    is_read: bool,
}

impl Conclusion<'_> {
    /// Keeps the principal for the rest of the request, or turns the denial into an answer.
    fn draw(
        self,
        answer: Result<Principal, Denial>,
        keep: impl FnOnce() -> Kept,
    ) -> Result<Principal, Denied> {
        let Self { request, authorizer, scheme, terms, is_read } = self;
        match answer {
            // A principal that is not kept is looked up again when needed. This crate's verifiers give the same answer
            // then.
            Ok(principal) if !is_read && scheme.is_own => Ok(principal),
            Ok(principal) => {
                PerRequest::remember(request, keep(), &principal, terms);
                Ok(principal)
            }
            Err(denial) => {
                let deny = Deny { used: Some(scheme), ..Deny::new(request, Some(authorizer), terms) };
                Err(deny.because(denial, Vec::new))
            }
        }
    }
}

const NO_AUTHORIZER: Denial = Denial::Misconfigured(
    "no `Authorizer` in the app; add `.app_data(authorizer.clone())` to `App::new()`, the authorizer itself, not inside \
     `web::Data`",
);
