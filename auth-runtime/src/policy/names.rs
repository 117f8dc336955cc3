//! The names that a requirement is made of: scopes and roles.

/// A name with its hash, which finds it among others without comparing it with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) text: &'static str,
    pub(crate) hash: u64,
    /// Broader names: whoever holds one of these holds this name too.
    pub(crate) implied_by: &'static [&'static str],
}

/// FNV-1a. Two names with the same hash are compared as a whole.
pub(crate) const fn hash(name: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut rest = name.as_bytes();
    while let [byte, tail @ ..] = rest {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = tail;
    }
    hash
}

/// Defines a type of names. A scope and a role differ in their alphabet and in what their methods are called.
macro_rules! name {
    ($(#[$docs:meta])* $Type:ident, $(#[$new_docs:meta])* new = $check:ident, $itself:ident) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $Type(pub(crate) Name);

        impl $Type {
            $(#[$new_docs])*
            pub const fn new(name: &'static str) -> Self {
                $check(name);
                Self(Name { text: name, hash: hash(name), implied_by: &[] })
            }

            /// Sets the broader names: whoever holds one of them holds this one too. Names that were set before are
            /// replaced.
            pub const fn implied_by(self, broader: &'static [&'static str]) -> Self {
                Self(Name { implied_by: broader, ..self.0 })
            }

            /// Returns the name itself. Derived enums have the same method, so that a path to either can stand in an
            /// attribute.
            pub const fn $itself(&self) -> Self {
                *self
            }

            /// The name, as it stands in a token.
            pub const fn name(self) -> &'static str {
                self.0.text
            }
        }
    };
}

name! {
    /// The name of a permission that a credential was delegated (RFC 6749 §3.3).
    ///
    /// [`Scopes`](crate::Scopes) derives scopes from an enum.
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
    Scope,
    /// Makes a scope of this name.
    ///
    /// # Panics
    /// In a `const`, when compiling: the name is empty or outside RFC 6749's alphabet for a scope-token, which is
    /// printable ASCII without space, `"` and `\`.
    new = check_scope,
    as_scope
}

name! {
    /// The name of a group that a principal is in.
    ///
    /// [`Roles`](crate::Roles) derives roles from an enum.
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
    Role,
    /// Makes a role of this name.
    ///
    /// # Panics
    /// In a `const`, when compiling: the name is empty or holds a control character.
    new = check_role,
    as_role
}

const fn check_scope(name: &str) {
    let mut rest = name.as_bytes();
    let mut legal = !rest.is_empty();
    while let [byte, tail @ ..] = rest {
        legal = legal && matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        rest = tail;
    }
    assert!(legal, "a scope is printable ASCII without space, quote and backslash (RFC 6749 section 3.3)");
}

const fn check_role(name: &str) {
    let mut rest = name.as_bytes();
    assert!(!rest.trim_ascii().is_empty(), "a role has a name");
    while let [byte, tail @ ..] = rest {
        assert!(!byte.is_ascii_control(), "a role holds no control characters");
        rest = tail;
    }
}
