//! The report of a decision: a log entry if the request is denied.

use std::fmt;

use actix_web::HttpRequest;

use crate::policy::{decision::Denial, principal::ClaimsError};

/// The stage of a request at which a decision was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The extraction of a principal as an argument. An optional argument denies nobody.
    Argument,
    /// The extraction of claims as an argument, if they do not have the shape of the argument's type.
    Claims(ClaimsError),
    /// The gate in front of an application.
    Gate,
    /// The requirement of a group of routes.
    Group,
    /// The statement of a handler.
    Handler,
    /// The code of a handler, or of an argument of the application's.
    Inside,
    /// How the application is put together.
    Registration,
    /// A resource or the rule of a handler.
    Rule,
    /// A path that does not exist.
    Unmapped,
}

/// Writes what a denial at this stage is called.
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Claims(error) => return write!(f, "denied: {error}"),
            Self::Argument => "no principal",
            Self::Gate => "denied at the gate",
            Self::Group => "denied at the group",
            Self::Handler => "denied",
            Self::Inside => "denied by the handler",
            Self::Registration => "no decision",
            Self::Rule => "denied by a resource or a rule",
            Self::Unmapped => "denied where nothing is",
        })
    }
}

/// A decision about a request.
pub(crate) struct Decided<'request> {
    pub(crate) request: &'request HttpRequest,
    pub(crate) stage: Stage,
    /// Why the request was denied; `None` if it was allowed.
    pub(crate) denial: Option<&'request Denial>,
    /// Whether the caller gets the not-found answer in place of the denial.
    pub(crate) is_hidden: bool,
}

impl Decided<'_> {
    /// Reports a denial with its true cause, hidden or not. The report contains nothing of a credential.
    pub(crate) fn tell(&self) {
        let Self { request, stage, denial: Some(reason), is_hidden: hidden } = self else { return };
        let (method, path, hidden) = (request.method(), request.path(), *hidden);
        match reason {
            Denial::Failed { .. } | Denial::Misconfigured(_) => {
                tracing::error!(%method, path, hidden, %reason, "{stage}");
            }
            // Anybody can cause many of these while something cannot be reached, so they are only warnings.
            Denial::Unavailable { .. } => tracing::warn!(%method, path, hidden, %reason, "{stage}"),
            // A client's first request and an outdated link are normal, so they are not logged by default.
            Denial::Absent | Denial::Anonymous => tracing::debug!(%method, path, hidden, %reason, "{stage}"),
            // An optional argument denies nobody, so its entry is not logged by default.
            _ if *stage == Stage::Argument => tracing::debug!(%method, path, hidden, %reason, "{stage}"),
            Denial::CrossSite
            | Denial::Forbidden
            | Denial::InsufficientScope
            | Denial::InvalidCredential(_)
            | Denial::Invisible
            | Denial::MalformedCredential(_)
            | Denial::Refused(_)
            | Denial::RefusedWith { .. } => tracing::info!(%method, path, hidden, %reason, "{stage}"),
        }
    }
}
