//! The names that a requirement is made of: scopes and roles.

use crate::policy::principal::Principal;

/// FNV-1a: finds a name among a few without comparing it with each. Names with the same hash are compared as a whole.
pub(crate) const fn hash(name: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut rest = name.as_bytes();
    while let [byte, tail @ ..] = rest {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = tail;
    }
    hash
}

/// The name of a permission that a credential was delegated (RFC 6749 §3.3).
///
/// [`Scopes`](crate::Scopes) derives them from an enum.
///
/// # Example
/// ```
/// use auth_runtime::{Principal, Scope, require_scope};
///
/// const ORDERS_READ: Scope = Scope::new("orders:read").implied_by(&["orders"]);
///
/// #[require_scope(ORDERS_READ)]
/// async fn list() -> &'static str {
///     "orders"
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    name: &'static str,
    hash: u64,
    implied_by: &'static [&'static str],
}

impl Scope {
    /// A scope of this name.
    ///
    /// # Panics
    /// In a `const`, when compiling: the name is empty or outside RFC 6749's alphabet for a scope-token, which is
    /// printable ASCII without space, `"` and `\`.
    pub const fn new(name: &'static str) -> Self {
        assert!(
            is_scope_token(name),
            "a scope is printable ASCII without space, quote and backslash (RFC 6749 section 3.3)"
        );
        Self { name, hash: hash(name), implied_by: &[] }
    }

    /// Broader scopes: whoever holds one of them holds this one too. They replace those that were named before.
    pub const fn implied_by(self, broader: &'static [&'static str]) -> Self {
        Self { implied_by: broader, ..self }
    }

    /// The scope itself. Derived enums have the same method, so that a path to either can stand in an attribute.
    pub const fn as_scope(&self) -> Self {
        *self
    }

    /// The name, as it stands in a token.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The names that imply it.
    pub(crate) fn broader(self) -> &'static [&'static str] {
        self.implied_by
    }

    #[inline]
    pub(crate) fn is_held_by(&self, principal: &Principal) -> bool {
        principal.has_hashed_scope(self.name, self.hash)
            || self.implied_by.iter().any(|broader| principal.has_scope(broader))
    }
}

const fn is_scope_token(name: &str) -> bool {
    let mut rest = name.as_bytes();
    if rest.is_empty() {
        return false;
    }
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E) {
            return false;
        }
        rest = tail;
    }
    true
}

/// The name of a group that a principal is in.
///
/// [`Roles`](crate::Roles) derives them from an enum.
///
/// # Example
/// ```
/// use auth_runtime::{Role, require_role};
///
/// const ADMIN: Role = Role::new("admin");
///
/// #[require_role(ADMIN)]
/// async fn report() -> &'static str {
///     "figures"
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Role {
    name: &'static str,
    hash: u64,
    implied_by: &'static [&'static str],
}

impl Role {
    /// A role of this name.
    ///
    /// # Panics
    /// In a `const`, when compiling: the name is empty or holds a control character.
    pub const fn new(name: &'static str) -> Self {
        let mut rest = name.as_bytes();
        assert!(!rest.trim_ascii().is_empty(), "a role has a name");
        while let [byte, tail @ ..] = rest {
            assert!(!byte.is_ascii_control(), "a role holds no control characters");
            rest = tail;
        }
        Self { name, hash: hash(name), implied_by: &[] }
    }

    /// Broader roles: whoever is in one of them is in this one too. They replace those that were named before.
    pub const fn implied_by(self, broader: &'static [&'static str]) -> Self {
        Self { implied_by: broader, ..self }
    }

    /// The role itself. Derived enums have the same method, so that a path to either can stand in an attribute.
    pub const fn as_role(&self) -> Self {
        *self
    }

    /// The name, as it stands in a token.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The names that imply it.
    pub(crate) fn broader(self) -> &'static [&'static str] {
        self.implied_by
    }

    #[inline]
    pub(crate) fn is_held_by(&self, principal: &Principal) -> bool {
        principal.has_hashed_role(self.name, self.hash)
            || self.implied_by.iter().any(|broader| principal.has_role(broader))
    }
}
