//! What one attribute states about one handler.

use std::{future::Future, panic::Location};

use serde::Serialize;

use crate::{
    handler::arguments::{Arguments, Kind},
    policy::{
        decision::{Decision, Denial},
        principal::Principal,
        requirement::Requirement,
    },
};

/// From whom the existence of a handler is hidden: they get the application's not-found answer.
///
/// RFC 9110 §15.5.4 allows it. The server's own failures are never hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hide {
    /// From nobody: denials are 401 and 403.
    #[default]
    Never,
    /// From principals that do not meet the requirement: 404 in place of 403. Written `hide`.
    ///
    /// A caller without a valid credential still gets the one 401 of every other handler, so that a client whose
    /// token has expired knows to refresh it.
    Unauthorized,
    /// From everyone who is not allowed in, without a credential too. Written `hide(anonymous)`.
    Anonymous,
}

impl Hide {
    /// Whether the caller gets the not-found answer in place of this denial.
    pub(crate) fn conceals(self, denial: &Denial) -> bool {
        match denial {
            Denial::Absent | Denial::Invisible => true,
            Denial::Forbidden | Denial::InsufficientScope | Denial::Refused(_) => self != Self::Never,
            Denial::Anonymous | Denial::InvalidCredential(_) | Denial::MalformedCredential(_) => {
                self == Self::Anonymous
            }
            // A failure of the server is never turned into a 404, which clients would believe. With `hide(anonymous)` it
            // therefore tells that there is something.
            Denial::Failed { .. } | Denial::Misconfigured(_) | Denial::Unavailable { .. } => false,
        }
    }
}

/// What is asked of the caller of a handler or a group, and who is not to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) requirement: Requirement,
    pub(crate) hide: Hide,
}

/// What a handler states: who may call it, and from whom it is hidden.
///
/// The attributes write it. It is constant data; the runtime alone gives it a meaning.
///
/// # Example
/// ```
/// use auth_runtime::{Hide, Requirement, Statement};
///
/// const CANCEL: Statement =
///     Statement::Require { requirement: Requirement::scope("orders:write"), hide: Hide::Unauthorized };
/// const HEALTH: Statement = Statement::Public { reason: "the load balancer polls it" };
/// assert_ne!(CANCEL, HEALTH);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Anyone may call it, for this reason. No credential is looked at.
    Public {
        /// Why it is open.
        reason: &'static str,
    },
    /// A principal that meets `requirement` may call it.
    Require {
        /// What the principal has to be or to hold.
        requirement: Requirement,
        /// From whom the handler is hidden.
        hide: Hide,
    },
}

/// What an attribute implements: it ties a [`Statement`] to a handler by type.
pub trait States: 'static {
    /// The handler's own arguments.
    type Arguments: Arguments + 'static;
    /// Of which kinds they are.
    const ARGUMENTS: &'static [Kind];
    /// Whether they may stand under this attribute, in this order: if not, it does not compile.
    const CHECKED: ();
    /// What the handler states.
    const STATEMENT: Statement;
    /// Where it states it.
    const LOCATION: &'static Location<'static>;
    /// Its own rule, as it is written behind `when`.
    const WHEN: Option<&'static str> = None;

    /// Holds the arguments against that rule, and gives them back.
    fn when(
        arguments: Self::Arguments,
        _: Principal,
    ) -> impl Future<Output = (Self::Arguments, Decision)> + 'static {
        std::future::ready((arguments, Decision::Allow))
    }
}

/// A statement, and where it stands: what is left of a [`States`] without its types, which may be private.
#[derive(Clone, Copy, Debug)]
pub struct Stated {
    pub(crate) arguments: &'static [Kind],
    pub(crate) location: &'static Location<'static>,
    pub(crate) statement: Statement,
    pub(crate) when: Option<&'static str>,
}

impl Stated {
    /// That of an attribute with a mistake. What it stands in does not compile.
    #[track_caller]
    pub const fn mistaken() -> Self {
        let statement =
            Statement::Require { requirement: Requirement::authenticated(), hide: Hide::Anonymous };
        Self { arguments: &[], location: Location::caller(), statement, when: None }
    }

    /// What `S` states.
    pub const fn by<S: States>() -> Self {
        Self { arguments: S::ARGUMENTS, location: S::LOCATION, statement: S::STATEMENT, when: S::WHEN }
    }
}

/// One route, as its attribute says it.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The methods that it answers.
    pub methods: &'static [&'static str],
    /// Its path, without the prefixes around it.
    pub path: &'static str,
    /// Whether a guard may keep it from answering.
    pub guarded: bool,
}
