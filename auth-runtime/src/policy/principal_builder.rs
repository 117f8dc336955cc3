//! The builder of principals.

use std::{sync::Arc, time::SystemTime};

use serde_json::{Map, Value};

use super::{
    principal::{Principal, Proven},
    principal_id::{PrincipalId, SCHEME_AS_ISSUER},
};

impl Principal {
    /// Starts a principal, for your own [`Authenticate`](crate::authenticate::Authenticate) and for tests of a requirement.
    pub fn builder() -> PrincipalBuilder {
        PrincipalBuilder::default()
    }

    /// Starts a builder with everything of this principal, to change a copy of it.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::Principal;
    ///
    /// let alice = Principal::builder().subject("alice").roles(["clerk", "admin"]).build();
    /// let tonight = alice.to_builder().retain_roles(|role| role != "admin").role("on-call").build();
    /// assert_eq!(tonight.id(), alice.id());
    /// assert_eq!(tonight.roles().collect::<Vec<_>>(), ["clerk", "on-call"]);
    /// ```
    pub fn to_builder(&self) -> PrincipalBuilder {
        PrincipalBuilder(Proven::clone(&self.0))
    }
}

/// Builds a [`Principal`].
///
/// # Example
/// ```
/// let alice = auth_runtime::Principal::builder().subject("alice").scope("orders:read").build();
/// assert!(alice.has_scope("orders:read"));
/// assert!(!alice.has_scope("orders"));
/// ```
#[derive(Default)]
pub struct PrincipalBuilder(Proven);

impl PrincipalBuilder {
    /// Sets the authentication context class.
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        self.0.acr = Some(acr.into());
        self
    }

    /// Sets when the principal last authenticated.
    pub fn auth_time(mut self, at: SystemTime) -> Self {
        self.0.auth_time = Some(at);
        self
    }

    /// Adds a claim, or replaces the claim of this name.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.claims.insert(name.into(), value.into());
        self
    }

    /// Replaces all claims.
    pub fn claims(mut self, claims: Map<String, Value>) -> Self {
        self.0.claims = claims;
        self
    }

    /// Sets when the credential expires.
    pub fn expires_at(mut self, at: SystemTime) -> Self {
        self.0.expires_at = Some(at);
        self
    }

    /// Sets the issuer, who vouches for the principal. Without an issuer, the scheme vouches, as in `scheme:ApiKey`.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.0.issuer = Some(issuer.into().into());
        self
    }

    /// Keeps the roles for which `keep` returns `true`, of those that were added so far. `|_| false` takes all away.
    pub fn retain_roles(mut self, keep: impl FnMut(&str) -> bool) -> Self {
        self.0.roles.retain(keep);
        self
    }

    /// Keeps the scopes for which `keep` returns `true`, of those that were added so far. `|_| false` takes all away.
    pub fn retain_scopes(mut self, keep: impl FnMut(&str) -> bool) -> Self {
        self.0.scopes.retain(keep);
        self
    }

    /// Adds a role.
    pub fn role(self, role: impl Into<String>) -> Self {
        self.roles([role])
    }

    /// Adds roles.
    pub fn roles(mut self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.roles.extend(roles);
        self
    }

    /// Sets the authentication scheme, for tests that depend on it. An [`Authorizer`](crate::Authorizer) replaces it by
    /// the scheme of the presented credential.
    pub fn scheme(mut self, scheme: impl Into<String>) -> Self {
        self.0.scheme = Some(scheme.into());
        self
    }

    /// Adds a scope.
    pub fn scope(self, scope: impl Into<String>) -> Self {
        self.scopes([scope])
    }

    /// Adds scopes.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.scopes.extend(scopes);
        self
    }

    /// Sets whom the credential is about.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.0.id = Some(PrincipalId::new(SCHEME_AS_ISSUER, subject));
        self
    }

    /// Finishes the principal.
    pub fn build(mut self) -> Principal {
        match self.0.scheme.take() {
            Some(scheme) => {
                self.0.identify();
                self.0.set_scheme(scheme);
            }
            None => self.0.identify(),
        }
        self.0.roles.prepare();
        self.0.scopes.prepare();
        Principal(Arc::new(self.0))
    }
}
