//! Turns a denial into an answer: hidden or not, with challenges and a body.

use actix_web::HttpRequest;

use super::{Authorizer, per_request::PerRequest};
use crate::{
    answer::{challenge::Lines, denied::Denied},
    credential::scheme::Scheme,
    policy::{
        decision::Denial,
        names::Scope,
        principal::Principal,
        requirement::Requirement,
        statement::{Hide, Terms},
    },
};

/// What is known of a denied request.
#[derive(Clone, Copy)]
pub(crate) struct Deny<'request> {
    pub(crate) request: &'request HttpRequest,
    /// The authorizer; `None` if the application has none.
    pub(crate) authorizer: Option<&'request Authorizer>,
    pub(crate) hide: Hide,
    /// The scheme of the credential, good or refused.
    pub(crate) used: Option<&'request Scheme>,
}

impl<'request> Deny<'request> {
    pub(crate) fn new(
        request: &'request HttpRequest,
        authorizer: Option<&'request Authorizer>,
        terms: Option<Terms>,
    ) -> Self {
        let hide = terms.map_or(Hide::Never, |terms| terms.hide);
        Self { request, authorizer, hide, used: None }
    }

    /// Sets the scheme that proved the principal who is denied.
    pub(crate) fn of(self, principal: &Principal) -> Self {
        let named = |authorizer: &'request Authorizer| authorizer.schemes().named(principal.scheme()?);
        Self { used: self.authorizer.and_then(named), ..self }
    }

    /// Turns a denial into an answer. `missing` returns the scopes of the operation, and is called only if they are
    /// disclosed.
    pub(crate) fn because(self, denial: Denial, missing: impl FnOnce() -> Vec<Scope>) -> Denied {
        let Self { request, authorizer, hide, used } = self;
        if hide.conceals(&denial) {
            return Denied::hidden(denial, Authorizer::answer_not_found(authorizer, request));
        }
        let Some(authorizer) = authorizer else { return Denied::new(denial, Lines::default()) };
        let challenges = authorizer.challenges(&denial, used, missing);
        let denied = Denied::new(denial, challenges);
        let body = authorizer.denial_bodies().choose(request, &denied);
        denied.with_body(body)
    }
}

/// Returns the known scopes of the whole operation, because a client may ask for a token that has only these scopes. A
/// group with another authorizer asks for another token.
pub(crate) fn operation(
    request: &HttpRequest,
    authorizer: Option<&Authorizer>,
    requirements: impl Iterator<Item = Requirement>,
    principal: &Principal,
) -> Vec<Scope> {
    let mut scopes = Vec::new();
    let groups = authorizer.map(|authorizer| PerRequest::groups(request, authorizer.schemes()));
    let all = groups.into_iter().flatten().chain(requirements);
    for scope in all.flat_map(|requirement| requirement.scopes_for(Some(principal))) {
        scope.join(&mut scopes);
    }
    scopes
}
