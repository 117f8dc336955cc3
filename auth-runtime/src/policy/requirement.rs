//! The requirement of a handler: constant data, and how it is evaluated for a [`Principal`].

use std::fmt;

use crate::policy::{
    decision::{Decision, Denial},
    names::{Name, Role, Scope},
    principal::Principal,
};

/// What a principal has to be or to hold, as a tree of scopes, roles, issuers and schemes.
///
/// A requirement is data: the attributes write it, and only [`evaluate`](Self::evaluate) interprets it. There is no
/// negation, so an additional role or scope never takes access away.
///
/// # Example
/// ```
/// use auth_runtime::{Decision, Denial, Principal, Requirement};
///
/// const AUDIT: Requirement = Requirement::any(&[
///     Requirement::role("admin"),
///     Requirement::all(&[Requirement::role("auditor"), Requirement::scope("orders:read")]),
/// ]);
/// assert_eq!(AUDIT.to_string(), r#"any(role("admin"), all(role("auditor"), scope("orders:read")))"#);
///
/// let auditor = Principal::builder().role("auditor").build();
/// assert_eq!(AUDIT.evaluate(&auditor), Decision::Deny(Denial::InsufficientScope));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement(Node);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    All(&'static [Requirement]),
    Any(&'static [Requirement]),
    Authenticated,
    Issuer(&'static str),
    Role(Role),
    Scheme(&'static str),
    Scope(Scope),
}

impl Requirement {
    /// Requires all of these requirements.
    ///
    /// # Panics
    /// Panics if the list is empty. In a `const`, the panic is a compile error.
    pub const fn all(requirements: &'static [Self]) -> Self {
        assert!(!requirements.is_empty(), "`all` of nothing would let every caller in");
        Self(Node::All(requirements))
    }

    /// Requires at least one of these requirements.
    ///
    /// # Panics
    /// Panics if the list is empty. In a `const`, the panic is a compile error.
    pub const fn any(requirements: &'static [Self]) -> Self {
        assert!(!requirements.is_empty(), "`any` of nothing would let no caller in");
        Self(Node::Any(requirements))
    }

    /// Requires a principal, whoever it is.
    pub const fn authenticated() -> Self {
        Self(Node::Authenticated)
    }

    /// Requires a principal for whom this issuer vouches, compared exactly with [`Principal::issuer`].
    ///
    /// # Panics
    /// Panics if the name is empty, has spaces around it or holds a control character. In a `const`, the panic is a compile error.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Decision, Denial, Principal, Requirement};
    ///
    /// /// People of our own who logged in, and no partner's key.
    /// const PEOPLE: Requirement =
    ///     Requirement::all(&[Requirement::issuer("https://id.example"), Requirement::scheme("Session")]);
    /// let principal = Principal::builder().issuer("https://id.example").subject("alice");
    /// assert_eq!(PEOPLE.evaluate(&principal.scheme("Bearer").build()), Decision::Deny(Denial::Forbidden));
    /// ```
    pub const fn issuer(name: &'static str) -> Self {
        check_issuer(name);
        Self(Node::Issuer(name))
    }

    /// Requires the role of this name. No other role implies it.
    ///
    /// # Panics
    /// Panics if [`Role::new`] panics for the name.
    pub const fn role(name: &'static str) -> Self {
        Self::of_role(Role::new(name))
    }

    /// Requires a principal whose credential is of the scheme of this name. Scheme names ignore case (RFC 9110 §11.1).
    ///
    /// # Panics
    /// Panics if the name is no token of RFC 9110 §5.6.2, which is what every scheme's name is. In a `const`, the panic is a
    /// compile error.
    pub const fn scheme(name: &'static str) -> Self {
        check_scheme(name);
        Self(Node::Scheme(name))
    }

    /// Requires the scope of this name. No other scope implies it.
    ///
    /// # Panics
    /// Panics if [`Scope::new`] panics for the name.
    pub const fn scope(name: &'static str) -> Self {
        Self::of_scope(Scope::new(name))
    }

    /// Requires this role or a role that implies it. The role is a constant, or `Role::Admin.as_role()` of a derived
    /// enum.
    pub const fn of_role(role: Role) -> Self {
        Self(Node::Role(role))
    }

    /// Requires this scope or a scope that implies it. The scope is a constant, or `Scope::OrdersRead.as_scope()` of a
    /// derived enum.
    pub const fn of_scope(scope: Scope) -> Self {
        Self(Node::Scope(scope))
    }

    /// Decides whether `principal` meets the requirement.
    ///
    /// The denial is [`Denial::InsufficientScope`] if the principal lacks only scopes, and [`Denial::Forbidden`]
    /// otherwise.
    pub fn evaluate(&self, principal: &Principal) -> Decision {
        if self.is_met(principal, &|scope| principal.holds_scope(scope)) {
            Decision::Allow
        } else if self.is_met(principal, &|_| true) {
            Decision::Deny(Denial::InsufficientScope)
        } else {
            Decision::Deny(Denial::Forbidden)
        }
    }

    fn is_met(&self, principal: &Principal, holds: &impl Fn(&Scope) -> bool) -> bool {
        match &self.0 {
            Node::All(list) => list.iter().all(|requirement| requirement.is_met(principal, holds)),
            Node::Any(list) => list.iter().any(|requirement| requirement.is_met(principal, holds)),
            Node::Authenticated => true,
            Node::Issuer(name) => principal.issuer() == Some(name),
            Node::Role(role) => principal.holds_role(role),
            Node::Scheme(name) => is_of_scheme(principal, name),
            Node::Scope(scope) => holds(scope),
        }
    }

    /// Returns the scopes that a token of `principal` needs, so that the decision is not
    /// [`InsufficientScope`](Denial::InsufficientScope). The list holds all scopes of the operation, in the order of
    /// the requirement and without duplicates. It is empty if the principal lacks something else than scopes.
    ///
    /// For an `any`, the list holds the scopes of the alternative that is met already, or else of the first alternative
    /// that scopes alone can meet. `None` stands for a caller who is not known yet; such a caller counts as having
    /// every role, issuer and scheme.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Requirement, Scope};
    ///
    /// const BOTH: Requirement =
    ///     Requirement::all(&[Requirement::scope("orders:read"), Requirement::scope("orders:write")]);
    /// let names: Vec<_> = BOTH.scopes_for(None).into_iter().map(Scope::name).collect();
    /// assert_eq!(names, ["orders:read", "orders:write"]);
    /// ```
    pub fn scopes_for(&self, principal: Option<&Principal>) -> Vec<Scope> {
        let mut scopes = Vec::new();
        self.collect_scopes(principal, &mut scopes);
        scopes
    }

    /// Appends the scopes of this node. Returns `false` and appends nothing if scopes alone cannot meet the node.
    fn collect_scopes(&self, principal: Option<&Principal>, scopes: &mut Vec<Scope>) -> bool {
        let before = scopes.len();
        let curable = match self.0 {
            Node::All(list) => list.iter().all(|requirement| requirement.collect_scopes(principal, scopes)),
            Node::Any(list) => {
                // An alternative that is met already needs no further scopes.
                let is_met = |one: &&Self| {
                    principal
                        .is_some_and(|principal| one.is_met(principal, &|scope| principal.holds_scope(scope)))
                };
                let met = list.iter().find(is_met).into_iter();
                met.chain(list).any(|requirement| requirement.collect_scopes(principal, scopes))
            }
            Node::Authenticated => true,
            Node::Issuer(name) => principal.is_none_or(|principal| principal.issuer() == Some(name)),
            Node::Role(role) => principal.is_none_or(|principal| principal.holds_role(&role)),
            Node::Scheme(name) => principal.is_none_or(|principal| is_of_scheme(principal, name)),
            Node::Scope(scope) => {
                scope.join(scopes);
                true
            }
        };
        if !curable {
            scopes.truncate(before);
        }
        curable
    }
}

/// Everything that [`Principal::holds`] takes: a variant of an enum that derives [`Scopes`](crate::Scopes) or
/// [`Roles`](crate::Roles), a [`Scope`], a [`Role`], a [`Requirement`], or a reference to one of them.
///
/// The derives implement the trait. A text is none of them, because a text knows nothing of `implies`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a principal holds or meets",
    label = "is no scope, role or requirement",
    note = "write a variant of an enum that derives `Scopes` or `Roles`, a `Scope`, a `Role` or a `Requirement`",
    note = "for a name in quotes write `has_scope` or `has_role`, which compare the names themselves, without `implies`"
)]
pub trait AsRequirement {
    /// Returns what a principal has to hold or to meet.
    fn as_requirement(&self) -> Requirement;
}

impl AsRequirement for Requirement {
    fn as_requirement(&self) -> Requirement {
        *self
    }
}

impl AsRequirement for Role {
    fn as_requirement(&self) -> Requirement {
        Requirement::of_role(*self)
    }
}

impl AsRequirement for Scope {
    fn as_requirement(&self) -> Requirement {
        Requirement::of_scope(*self)
    }
}

impl<T: AsRequirement + ?Sized> AsRequirement for &T {
    fn as_requirement(&self) -> Requirement {
        T::as_requirement(self)
    }
}

impl Principal {
    /// Returns whether the principal holds this scope or role, or one that implies it, or meets this requirement: the
    /// answer that an attribute would give.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Principal, Requirement, Scopes};
    ///
    /// #[derive(Scopes)]
    /// enum Permission {
    ///     #[wire("orders", implies = [OrdersRead])]
    ///     Orders,
    ///     #[wire("orders:read")]
    ///     OrdersRead,
    /// }
    ///
    /// let clerk = Principal::builder().scope("orders").build();
    /// assert!(clerk.holds(Permission::OrdersRead));
    /// assert!(!clerk.holds(Requirement::role("admin")));
    /// ```
    pub fn holds(&self, names: impl AsRequirement) -> bool {
        names.as_requirement().is_met(self, &|scope| self.holds_scope(scope))
    }
}

fn is_of_scheme(principal: &Principal, name: &str) -> bool {
    principal.scheme().is_some_and(|scheme| scheme.eq_ignore_ascii_case(name))
}

const fn check_issuer(name: &str) {
    let mut rest = name.as_bytes();
    assert!(!rest.is_empty(), "an issuer has a name");
    assert!(rest.trim_ascii().len() == rest.len(), "no token has an issuer with spaces around it");
    while let [byte, tail @ ..] = rest {
        assert!(!byte.is_ascii_control(), "an issuer holds no control characters");
        rest = tail;
    }
}

const fn check_scheme(name: &str) {
    let mut rest = name.as_bytes();
    let mut legal = !rest.is_empty();
    while let [byte, tail @ ..] = rest {
        legal = legal
            && (byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
                ));
        rest = tail;
    }
    assert!(legal, "a scheme is a token: letters, digits and `-` (RFC 9110 section 5.6.2)");
}

/// Writes the requirement as in an attribute. A name that other names imply is written as `any` of all these names.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Node::All(list) => write_list(f, "all", list),
            Node::Any(list) => write_list(f, "any", list),
            Node::Authenticated => f.write_str("authenticated"),
            Node::Issuer(name) => write!(f, "issuer({name:?})"),
            Node::Role(role) => write_name(f, "role", &role.0),
            Node::Scheme(name) => write!(f, "scheme({name:?})"),
            Node::Scope(scope) => write_name(f, "scope", &scope.0),
        }
    }
}

fn write_name(f: &mut fmt::Formatter<'_>, kind: &str, name: &Name) -> fmt::Result {
    let Name { text, implied_by, .. } = name;
    if implied_by.is_empty() {
        return write!(f, "{kind}({text:?})");
    }
    write!(f, "{kind}(any({text:?}")?;
    for name in *implied_by {
        write!(f, ", {name:?}")?;
    }
    f.write_str("))")
}

fn write_list(f: &mut fmt::Formatter<'_>, name: &str, list: &[Requirement]) -> fmt::Result {
    write!(f, "{name}(")?;
    for (position, requirement) in list.iter().enumerate() {
        let separator = if position == 0 { "" } else { ", " };
        write!(f, "{separator}{requirement}")?;
    }
    f.write_str(")")
}
