//! The names that a requirement is made of: scopes and roles.

/// A name and its hash, so that most comparisons look only at the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) text: &'static str,
    pub(crate) hash: u64,
    /// Broader names: a principal who holds one of them holds this name too.
    pub(crate) implied_by: &'static [&'static str],
}

/// Computes FNV-1a. Names with equal hashes are compared byte by byte.
pub(crate) const fn hash(name: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut rest = name.as_bytes();
    while let [byte, tail @ ..] = rest {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = tail;
    }
    hash
}

/// Defines a type of names. Scopes and roles differ in the allowed characters and in the name of one method.
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

            /// Sets the broader names: a principal who holds one of them holds this name too. It replaces names that
            /// were set before.
            pub const fn implied_by(self, broader: &'static [&'static str]) -> Self {
                Self(Name { implied_by: broader, ..self.0 })
            }

            /// Returns the name itself. Derived enums have a method of the same name, so an attribute can take a path
            /// to either.
            pub const fn $itself(&self) -> Self {
                *self
            }

            /// Returns the name as a token spells it.
            pub const fn name(self) -> &'static str {
                self.0.text
            }
        }
    };
}

name! {
    /// The name of a permission that a credential grants (RFC 6749 §3.3).
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
    /// Panics if the name is empty or is no scope-token of RFC 6749, which is printable ASCII without space, `"` and
    /// `\`. In a `const`, the panic is a compile error.
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
    /// Panics if the name is empty or holds a control character. In a `const`, the panic is a compile error.
    new = check_role,
    as_role
}

impl Scope {
    /// Adds the scope to a list for a challenge, unless its name is there. Two scopes of one name may differ in what
    /// implies them, which a challenge does not say.
    pub(crate) fn join(self, scopes: &mut Vec<Self>) {
        if scopes.iter().all(|known| known.name() != self.name()) {
            scopes.push(self);
        }
    }
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
