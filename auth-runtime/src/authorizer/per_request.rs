//! What a request remembers of its principal.

use actix_web::{HttpMessage as _, HttpRequest};

use super::presented::{Kept, Presented};
use crate::policy::{principal::Principal, requirement::Requirement, statement::Terms};

/// The principal of a request, and what it was authorized for.
///
/// It counts for the credential that it came from, as long as no middleware replaces that, and for the authorizer that
/// vouches for it: another one on an inner scope looks for itself.
pub(crate) struct PerRequest {
    credential: Kept,
    principal: Principal,
    /// The terms of the handler or group that was reached last.
    terms: Option<Terms>,
    /// What the groups around the handler required.
    groups: Vec<Requirement>,
}

impl PerRequest {
    pub(crate) fn remember(
        request: &HttpRequest,
        credential: Kept,
        principal: &Principal,
        terms: Option<Terms>,
    ) {
        let principal = principal.clone();
        request.extensions_mut().insert(Self { credential, principal, terms, groups: Vec::new() });
    }

    /// Who the credential belongs to, if that was found out before. A middleware that asked first did not know the terms.
    pub(crate) fn recall(
        request: &HttpRequest,
        presented: &Presented<'_, '_>,
        terms: Option<Terms>,
    ) -> Option<Principal> {
        let mut extensions = request.extensions_mut();
        let remembered = extensions.get_mut::<Self>()?;
        remembered.terms = terms.or(remembered.terms);
        presented.is(&remembered.credential).then(|| remembered.principal.clone())
    }

    /// Remembers what a group required of the principal that it let in.
    pub(crate) fn enter_group(request: &HttpRequest, requirement: Requirement) {
        if let Some(remembered) = request.extensions_mut().get_mut::<Self>() {
            remembered.groups.push(requirement);
        }
    }

    /// The terms of the handler that a request was let in to.
    pub(crate) fn terms(request: &HttpRequest) -> Option<Terms> {
        request.extensions().get::<Self>().and_then(|remembered| remembered.terms)
    }

    /// Whether the credential stood outside `Authorization`.
    pub(crate) fn is_private(request: &HttpRequest) -> bool {
        request.extensions().get::<Self>().is_some_and(|remembered| remembered.credential.is_elsewhere())
    }

    /// What the groups around the handler required.
    pub(crate) fn groups(request: &HttpRequest) -> Vec<Requirement> {
        request.extensions().get::<Self>().map(|remembered| remembered.groups.clone()).unwrap_or_default()
    }
}
