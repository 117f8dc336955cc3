//! What one attribute states about one handler.

use serde::Serialize;

use crate::policy::{decision::Denial, requirement::Requirement};

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
