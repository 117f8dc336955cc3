//! The answer about its credential that a request keeps in its extensions.

use actix_web::{HttpMessage as _, HttpRequest};

use super::choice::{Kept, Presented, Schemes};
use crate::policy::{decision::Denial, principal::Principal, requirement::Requirement, statement::Terms};

/// Who the credential of a request belongs to, or why it was refused, and what the principal was authorized for.
///
/// A kept answer counts only for the credential that it is about and for the authorizer that gave it. If a
/// middleware replaces the credential, or an inner scope has another authorizer, the caller is authenticated anew.
pub(crate) struct PerRequest {
    credential: Kept,
    answer: Result<Principal, Denial>,
    /// The terms of the handler or group that was reached last.
    terms: Option<Terms>,
    /// The requirements of the groups around the handler.
    groups: Vec<Requirement>,
    /// Whether a gate asked.
    is_of_gate: bool,
}

impl PerRequest {
    pub(crate) fn remember(
        request: &HttpRequest,
        credential: Kept,
        answer: &Result<Principal, Denial>,
        terms: Option<Terms>,
        is_of_gate: bool,
    ) {
        let answer = answer.clone();
        request.extensions_mut().insert(Self { credential, answer, terms, groups: Vec::new(), is_of_gate });
    }

    /// Returns the answer about the credential, if the request knows it already. It also keeps the new terms, because a
    /// middleware that asked first did not know them.
    pub(crate) fn resume(
        request: &HttpRequest,
        presented: &Presented<'_, '_>,
        terms: Option<Terms>,
    ) -> Option<Result<Principal, Denial>> {
        let mut extensions = request.extensions_mut();
        let remembered = extensions.get_mut::<Self>()?;
        remembered.terms = terms.or(remembered.terms);
        presented.is(&remembered.credential).then(|| remembered.answer.clone())
    }

    /// Returns whether the gate of another authorizer asked about the credential.
    pub(crate) fn is_of_another_gate(request: &HttpRequest, schemes: &Schemes) -> bool {
        let extensions = request.extensions();
        let remembered = extensions.get::<Self>();
        remembered.is_some_and(|remembered| remembered.is_of_gate && !remembered.credential.is_of(schemes))
    }

    /// Keeps what a group required of the principal that it let in.
    pub(crate) fn enter_group(request: &HttpRequest, requirement: Requirement) {
        if let Some(remembered) = request.extensions_mut().get_mut::<Self>() {
            remembered.groups.push(requirement);
        }
    }

    /// Returns the terms of the handler that let the request in.
    pub(crate) fn terms(request: &HttpRequest) -> Option<Terms> {
        request.extensions().get::<Self>().and_then(|remembered| remembered.terms)
    }

    /// Returns whether a good credential stood outside `Authorization`, whatever site the request comes from.
    #[inline]
    pub(crate) fn is_outside_authorization(request: &HttpRequest) -> bool {
        let extensions = request.extensions();
        let is_good = |remembered: &&Self| matches!(remembered.answer, Ok(_) | Err(Denial::CrossSite));
        extensions
            .get::<Self>()
            .filter(is_good)
            .is_some_and(|remembered| remembered.credential.is_elsewhere())
    }

    /// Returns the requirements of the groups around the handler that ask for a credential of these schemes.
    pub(crate) fn groups(request: &HttpRequest, schemes: &Schemes) -> Vec<Requirement> {
        let extensions = request.extensions();
        let remembered = extensions.get::<Self>().filter(|remembered| remembered.credential.is_of(schemes));
        remembered.map(|remembered| remembered.groups.clone()).unwrap_or_default()
    }
}
