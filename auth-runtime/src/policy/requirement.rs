//! What a handler requires: constant data, and its evaluation over a [`Principal`].

use std::fmt;

use crate::policy::{
    decision::{Decision, Denial},
    names::{Role, Scope},
    principal::Principal,
};

/// What a principal has to be or to hold: a tree of scopes and roles.
///
/// It is data: the attributes write it, [`evaluate`](Self::evaluate) alone gives it a meaning. There is no
/// negation, so more grants never mean less access.
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
    Role(Role),
    Scope(Scope),
}

impl Requirement {
    /// Every one of these requirements.
    ///
    /// # Panics
    /// In a `const`, when compiling: the list is empty.
    pub const fn all(requirements: &'static [Self]) -> Self {
        assert!(!requirements.is_empty(), "`all` of nothing would let every caller in");
        Self(Node::All(requirements))
    }

    /// At least one of these requirements.
    ///
    /// # Panics
    /// In a `const`, when compiling: the list is empty.
    pub const fn any(requirements: &'static [Self]) -> Self {
        assert!(!requirements.is_empty(), "`any` of nothing would let no caller in");
        Self(Node::Any(requirements))
    }

    /// Any principal.
    pub const fn authenticated() -> Self {
        Self(Node::Authenticated)
    }

    /// The role of this name, and nothing that implies it.
    ///
    /// # Panics
    /// As [`Role::new`].
    pub const fn role(name: &'static str) -> Self {
        Self::of_role(Role::new(name))
    }

    /// The scope of this name, and nothing that implies it.
    ///
    /// # Panics
    /// As [`Scope::new`].
    pub const fn scope(name: &'static str) -> Self {
        Self::of_scope(Scope::new(name))
    }

    /// This role, with what implies it: a constant, or `Role::Admin.as_role()` of a derived enum.
    pub const fn of_role(role: Role) -> Self {
        Self(Node::Role(role))
    }

    /// This scope, with what implies it: a constant, or `Scope::OrdersRead.as_scope()` of a derived enum.
    pub const fn of_scope(scope: Scope) -> Self {
        Self(Node::Scope(scope))
    }

    /// Whether `principal` meets this requirement.
    ///
    /// The denial is [`Denial::InsufficientScope`] if more scopes alone would cure it, and
    /// [`Denial::Forbidden`] otherwise.
    pub fn evaluate(&self, principal: &Principal) -> Decision {
        if self.is_met(principal, &|scope| scope.is_held_by(principal)) {
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
            Node::Role(role) => role.is_held_by(principal),
            Node::Scope(scope) => holds(scope),
        }
    }

    /// The scopes that cure an [`InsufficientScope`](Denial::InsufficientScope) for `principal`: all of the
    /// operation's at once, each one once, in the order of the requirement.
    ///
    /// Of an `any` it is the alternative that is met already, or the first that scopes alone can meet. For a caller that is not known yet
    /// (`None`) every role is taken to be held. Empty where scopes are not what is missing.
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

    /// Appends the scopes of this node; `false`, with nothing appended, if scopes alone cannot meet it.
    fn collect_scopes(&self, principal: Option<&Principal>, scopes: &mut Vec<Scope>) -> bool {
        let before = scopes.len();
        let curable = match self.0 {
            Node::All(list) => list.iter().all(|requirement| requirement.collect_scopes(principal, scopes)),
            Node::Any(list) => {
                // What is met already needs no other scopes.
                let is_met = |one: &&Self| {
                    principal
                        .is_some_and(|principal| one.is_met(principal, &|scope| scope.is_held_by(principal)))
                };
                let met = list.iter().find(is_met).into_iter();
                met.chain(list).any(|requirement| requirement.collect_scopes(principal, scopes))
            }
            Node::Authenticated => true,
            Node::Role(role) => principal.is_none_or(|principal| role.is_held_by(principal)),
            Node::Scope(scope) => {
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
                true
            }
        };
        if !curable {
            scopes.truncate(before);
        }
        curable
    }
}

/// Written as in an attribute. A name that others imply is written as `any` of all of them.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Node::All(list) => write_list(f, "all", list),
            Node::Any(list) => write_list(f, "any", list),
            Node::Authenticated => f.write_str("authenticated"),
            Node::Role(role) => write_name(f, "role", role.name(), role.broader()),
            Node::Scope(scope) => write_name(f, "scope", scope.name(), scope.broader()),
        }
    }
}

fn write_name(f: &mut fmt::Formatter<'_>, kind: &str, name: &str, broader: &[&str]) -> fmt::Result {
    if broader.is_empty() {
        return write!(f, "{kind}({name:?})");
    }
    write!(f, "{kind}(any({name:?}")?;
    for name in broader {
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
