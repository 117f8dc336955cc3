//! The principal: the identity that a credential proves.

use std::{fmt, sync::Arc, time::SystemTime};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    held_names::HeldNames,
    names::{Role, Scope, hash},
    principal_id::{PrincipalId, SCHEME_AS_ISSUER, scheme_as_issuer},
    weight::{heap_bytes, map_bytes},
};

/// The identity that a credential proves, with its claims, roles and scopes. A principal is cheap to clone.
///
/// A handler can take three kinds of argument:
///
/// - `Principal` denies a request without a principal, usually with 401.
/// - `Option<Principal>` is `None` if there is no principal, whether the credential is absent or refused or the server
///   failed.
/// - `Result<Principal, Denied>` says which of these it was.
///
/// Under an attribute, the argument is the principal that was authorized.
///
/// # Example
/// ```
/// use auth_runtime::{Principal, require_auth};
///
/// #[require_auth]
/// async fn me(principal: Principal) -> String {
///     principal.subject().unwrap_or("nobody").to_owned()
/// }
/// ```
#[derive(Clone)]
pub struct Principal(pub(super) Arc<Proven>);

#[derive(Clone, Default)]
pub(super) struct Proven {
    acr: Option<String>,
    pub(super) auth_time: Option<SystemTime>,
    pub(super) claims: Map<String, Value>,
    pub(super) expires_at: Option<SystemTime>,
    /// The issuer and the subject; `None` if there is no subject.
    id: Option<PrincipalId>,
    issuer: Option<Arc<str>>,
    roles: HeldNames,
    scheme: Option<String>,
    scopes: HeldNames,
}

impl Principal {
    /// Starts a principal, for your own [`Authenticate`](crate::authenticate::Authenticate) and for tests of a requirement.
    pub fn builder() -> PrincipalBuilder {
        PrincipalBuilder::default()
    }

    /// Returns the authentication context class that the credential proves (`acr`, RFC 9470).
    pub fn acr(&self) -> Option<&str> {
        self.0.acr.as_deref()
    }

    /// Returns when the principal last authenticated (`auth_time`, RFC 9470).
    pub fn auth_time(&self) -> Option<SystemTime> {
        self.0.auth_time
    }

    /// Returns the claim of this name.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.0.claims.get(name)
    }

    /// Returns all claims as a type of your own. A handler can take [`Claims<T>`](crate::Claims) as an argument
    /// instead.
    ///
    /// # Errors
    /// [`ClaimsError`] if the claims do not have the shape of `T`.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::Principal;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Tenant {
    ///     tenant: String,
    /// }
    ///
    /// let principal = Principal::builder().claim("tenant", "acme").build();
    /// assert_eq!(principal.claims::<Tenant>()?.tenant, "acme");
    /// # Ok::<(), auth_runtime::principal::ClaimsError>(())
    /// ```
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, ClaimsError> {
        // The text of serde's error quotes the claims, so it is dropped here.
        T::deserialize(&self.0.claims).map_err(|_| ClaimsError { expected: std::any::type_name::<T>() })
    }

    /// Returns when the credential expires, if it says so (`exp`). A principal is never remembered for longer than that
    /// plus the leeway of its verifier.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// Returns whether the principal is in this role. Names are compared whole and case-sensitively, without `implies`.
    pub fn has_role(&self, role: &str) -> bool {
        self.0.roles.contains(role, hash(role))
    }

    /// Returns whether the credential grants this scope. Names are compared whole and case-sensitively (RFC 6749 §3.3),
    /// without `implies`.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.contains(scope, hash(scope))
    }

    /// Returns whether the principal is in this role, or in a role that implies it.
    #[inline]
    pub(crate) fn holds_role(&self, role: &Role) -> bool {
        self.0.roles.hold(&role.0)
    }

    /// Returns whether the credential grants this scope, or a scope that implies it.
    #[inline]
    pub(crate) fn holds_scope(&self, scope: &Scope) -> bool {
        self.0.scopes.hold(&scope.0)
    }

    /// Returns who the principal is: the issuer and the subject, together. It is `None` if the credential names no
    /// subject.
    ///
    /// The id says whom something belongs to. Two issuers may give the same subject to two people, so the subject alone
    /// does not.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Principal, PrincipalId};
    ///
    /// fn owns(principal: &Principal, owner: &PrincipalId) -> bool {
    ///     principal.id() == Some(owner)
    /// }
    ///
    /// let owner = PrincipalId::new("https://id.example", "alice");
    /// assert!(owns(&Principal::builder().issuer("https://id.example").subject("alice").build(), &owner));
    /// assert!(!owns(&Principal::builder().issuer("https://id.example").build(), &owner));
    /// ```
    pub fn id(&self) -> Option<&PrincipalId> {
        self.0.id.as_ref()
    }

    /// Returns the issuer, who vouches for the principal (`iss`). Every principal that an [`Authorizer`](crate::Authorizer)
    /// accepts has one: if the authenticator of a scheme names none, the issuer is `scheme:` and the scheme's name, such as
    /// `scheme:ApiKey`, which no `iss` can be.
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// Returns the roles, sorted and without duplicates.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.roles.iter()
    }

    /// Returns the authentication scheme of the credential, such as `Bearer`. The [`Authorizer`](crate::Authorizer)
    /// sets it.
    pub fn scheme(&self) -> Option<&str> {
        self.0.scheme.as_deref()
    }

    /// Returns the scopes, sorted and without duplicates.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter()
    }

    /// Sets the scheme of the credential that proved the principal. The principal is copied only if it is shared.
    pub(crate) fn of_scheme(mut self, name: &str) -> Self {
        if self.scheme() != Some(name) {
            Arc::make_mut(&mut self.0).set_scheme(name.to_owned());
        }
        self
    }

    /// Sets the issuer. The principal is copied only if it is shared.
    pub(crate) fn of_issuer(mut self, issuer: &str) -> Self {
        let proven = Arc::make_mut(&mut self.0);
        proven.issuer = Some(issuer.into());
        proven.identify();
        self
    }

    /// Estimates how many bytes the principal occupies in memory. The estimate is rather too high than too low.
    pub(crate) fn bytes(&self) -> usize {
        let Proven { acr, auth_time: _, claims, expires_at: _, id, issuer, roles, scheme, scopes } = &*self.0;
        let subject = id.as_ref().map(PrincipalId::subject);
        let texts = [acr.as_deref(), issuer.as_deref(), scheme.as_deref(), subject];
        // The issuer and the subject are shared texts, which count their owners.
        let texts = texts.into_iter().flatten().map(|text| 16 + heap_bytes(text));
        let names = roles
            .iter()
            .chain(scopes.iter())
            .map(|name| size_of::<String>() + size_of::<u64>() + heap_bytes(name));
        size_of::<Proven>() + texts.chain(names).sum::<usize>() + map_bytes(claims)
    }

    /// Returns whom the credential is about (`sub`). The subject is unique within its [`issuer`](Self::issuer), and not
    /// always a person. Compare the [`id`](Self::id), and not the subject alone.
    pub fn subject(&self) -> Option<&str> {
        self.id().map(PrincipalId::subject)
    }
}

impl Proven {
    /// Sets the scheme, and the issuer too if the scheme alone vouches for the principal.
    fn set_scheme(&mut self, name: String) {
        if self.issuer.as_ref().is_none_or(|issuer| issuer.starts_with(SCHEME_AS_ISSUER)) {
            self.issuer = Some(scheme_as_issuer(&name).into());
            self.identify();
        }
        self.scheme = Some(name);
    }

    /// Joins the issuer to the subject. The id of a principal without an issuer, such as one of a test, is that of a
    /// scheme without a name.
    fn identify(&mut self) {
        let issuer = self.issuer.clone().unwrap_or_else(|| SCHEME_AS_ISSUER.into());
        self.id = self.id.take().map(|id| id.of_issuer(issuer));
    }
}

/// Leaves out the claims, because they are personal data.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("subject", &self.subject())
            .field("issuer", &self.issuer())
            .field("scheme", &self.scheme())
            .field("scopes", &self.0.scopes.all())
            .field("roles", &self.0.roles.all())
            .finish_non_exhaustive()
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

/// The error of claims that do not have the requested shape. As an answer it is a 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimsError {
    expected: &'static str,
}

impl fmt::Display for ClaimsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the claims do not have the shape of `{}`", self.expected)
    }
}

impl std::error::Error for ClaimsError {}
