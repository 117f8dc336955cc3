//! The principal: the identity that a credential proves.

use std::{fmt, sync::Arc, time::SystemTime};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::names::{Name, Role, Scope, hash};

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
pub struct Principal(Arc<Proven>);

#[derive(Clone, Default)]
struct Proven {
    acr: Option<String>,
    auth_time: Option<SystemTime>,
    claims: Map<String, Value>,
    expires_at: Option<SystemTime>,
    issuer: Option<String>,
    roles: Names,
    scheme: Option<String>,
    scopes: Names,
    subject: Option<String>,
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

    /// Returns the issuer, who vouches for the principal (`iss`).
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
            Arc::make_mut(&mut self.0).scheme = Some(name.to_owned());
        }
        self
    }

    /// Estimates how many bytes the principal occupies in memory. The estimate is rather too high than too low.
    pub(crate) fn bytes(&self) -> usize {
        let Proven { acr, auth_time: _, claims, expires_at: _, issuer, roles, scheme, scopes, subject } =
            &*self.0;
        let texts = [acr, issuer, scheme, subject].into_iter().flatten().map(|text| heap_bytes(text));
        let names = roles
            .iter()
            .chain(scopes.iter())
            .map(|name| size_of::<String>() + size_of::<u64>() + heap_bytes(name));
        size_of::<Proven>() + texts.chain(names).sum::<usize>() + map_bytes(claims)
    }

    /// Returns whom the credential is about (`sub`). The subject is unique within its [`issuer`](Self::issuer), and not
    /// always a person.
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }
}

/// Leaves out the claims, because they are personal data.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("subject", &self.subject())
            .field("issuer", &self.issuer())
            .field("scheme", &self.scheme())
            .field("scopes", &self.0.scopes.names)
            .field("roles", &self.0.roles.names)
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

    /// Sets the issuer, who vouches for the principal.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.0.issuer = Some(issuer.into());
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
        self.0.subject = Some(subject.into());
        self
    }

    /// Finishes the principal.
    pub fn build(mut self) -> Principal {
        self.0.roles.prepare();
        self.0.scopes.prepare();
        Principal(Arc::new(self.0))
    }
}

/// Estimates what a string occupies on the heap, including the allocator's own bytes.
fn heap_bytes(text: &str) -> usize {
    16 + text.len().next_multiple_of(16)
}

/// Estimates the heap bytes of a map. The map is a tree whose nodes have room for eleven members each. If there are
/// several nodes, each holds at least five members.
fn map_bytes(map: &Map<String, Value>) -> usize {
    const ROOM: usize = 11;
    const NODE: usize = ROOM * (size_of::<String>() + size_of::<Value>()) + 32;
    let nodes = if map.len() <= ROOM { 1 } else { map.len() / 5 + 1 };
    let members = map.iter().map(|(name, value)| heap_bytes(name) + value_bytes(value));
    nodes * NODE + members.sum::<usize>()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => heap_bytes(text),
        Value::Array(list) => {
            let room = 16 + list.len().next_power_of_two().max(4) * size_of::<Value>();
            room + list.iter().map(value_bytes).sum::<usize>()
        }
        Value::Object(map) => map_bytes(map),
    }
}

/// Names that are prepared once and looked up often.
#[derive(Clone, Default)]
struct Names {
    names: Vec<String>,
    /// The hashes of the names, in the same order.
    hashes: Vec<u64>,
}

impl Names {
    fn extend(&mut self, names: impl IntoIterator<Item = impl Into<String>>) {
        self.names.extend(names.into_iter().map(Into::into));
    }

    fn prepare(&mut self) {
        self.names.sort_unstable();
        self.names.dedup();
        self.hashes = self.names.iter().map(|name| hash(name)).collect();
    }

    #[inline]
    fn contains(&self, name: &str, hash: u64) -> bool {
        let mut hashes = self.hashes.iter().zip(&self.names);
        hashes.any(|(other_hash, other)| *other_hash == hash && other == name)
    }

    #[inline]
    fn hold(&self, name: &Name) -> bool {
        self.contains(name.text, name.hash)
            || name.implied_by.iter().any(|broader| self.contains(broader, hash(broader)))
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
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
