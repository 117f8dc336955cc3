//! The statement of an attribute: who may call a handler, and from whom it is hidden.

use serde::Serialize;

use crate::policy::{decision::Denial, requirement::Requirement};

/// The callers from whom the existence of a handler is hidden. They get the application's not-found answer.
///
/// RFC 9110 §15.5.4 allows to hide a resource. The server's own failures are never hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hide {
    /// Hidden from nobody: denials are 401 and 403.
    #[default]
    Never,
    /// Hidden from principals that do not meet the requirement: they get 404 in place of 403. An attribute says `hide`.
    ///
    /// A caller without a valid credential still gets the one 401 of every other handler, so that a client whose
    /// token has expired knows to refresh it.
    Unauthorized,
    /// Hidden from everyone who is not allowed in, also without a credential. An attribute says `hide(anonymous)`.
    Anonymous,
}

impl Hide {
    /// Whether the caller gets the not-found answer in place of this denial.
    pub(crate) fn conceals(self, denial: &Denial) -> bool {
        match denial {
            Denial::Absent | Denial::Invisible => true,
            Denial::CrossSite
            | Denial::Forbidden
            | Denial::InsufficientScope
            | Denial::Refused(_)
            | Denial::RefusedWith { .. } => self != Self::Never,
            Denial::Anonymous | Denial::InvalidCredential(_) | Denial::MalformedCredential(_) => {
                self == Self::Anonymous
            }
            // A failure of the server is never turned into a 404, because clients would believe the 404. Paths that do
            // not exist fail alike, so a failure does not give a hidden handler away.
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

/// The statement of a handler: who may call it, and from whom it is hidden.
///
/// An attribute writes the statement as constant data. The runtime alone evaluates the statement.
///
/// # Example
/// ```
/// use auth_runtime::{endpoints::Statement, Hide, Requirement};
///
/// const CANCEL: Statement =
///     Statement::Require { requirement: Requirement::scope("orders:write"), hide: Hide::Unauthorized };
/// const HEALTH: Statement = Statement::Public { reason: "the load balancer polls it" };
/// assert_ne!(CANCEL, HEALTH);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Anyone may call the handler, for this reason. No credential is looked at.
    Public {
        /// Why the handler is open.
        reason: &'static str,
    },
    /// A principal that meets `requirement` may call the handler.
    Require {
        /// What the principal has to be or to hold.
        requirement: Requirement,
        /// From whom the handler is hidden.
        hide: Hide,
    },
}
