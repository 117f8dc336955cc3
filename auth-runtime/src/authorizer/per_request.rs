//! The principal that a request keeps in its extensions.

use actix_web::{HttpMessage as _, HttpRequest};

use super::presented::{Kept, Presented};
use crate::policy::{principal::Principal, requirement::Requirement, statement::Terms};

/// The principal of a request, and what the principal was authorized for.
///
/// A kept principal counts only for the credential that proved it and for the authorizer that accepted it. If a
/// middleware replaces the credential, or an inner scope has another authorizer, the caller is authenticated anew.
pub(crate) struct PerRequest {
    credential: Kept,
    principal: Principal,
    /// The terms of the handler or group that was reached last.
    terms: Option<Terms>,
    /// The requirements of the groups around the handler.
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

    /// Returns who the credential belongs to, if the request knows it already. It also keeps the new terms, because a
    /// middleware that asked first did not know them.
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

    /// Returns whether the credential stood outside `Authorization`.
    pub(crate) fn is_outside_authorization(request: &HttpRequest) -> bool {
        request.extensions().get::<Self>().is_some_and(|remembered| remembered.credential.is_elsewhere())
    }

    /// Returns the requirements of the groups around the handler.
    pub(crate) fn groups(request: &HttpRequest) -> Vec<Requirement> {
        request.extensions().get::<Self>().map(|remembered| remembered.groups.clone()).unwrap_or_default()
    }
}
