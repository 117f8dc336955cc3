//! The one way in which a decision is told to those who watch: the log.

use std::fmt;

use actix_web::HttpRequest;

use crate::{
    answer::denied::Denied,
    policy::{decision::Denial, principal::ClaimsError},
};

/// Where in a request's way a decision was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A principal as an argument. Where it is optional, nobody is denied.
    Argument,
    /// The claims of a principal as an argument, which do not have the shape of the argument's type.
    Claims(ClaimsError),
    /// The gate in front of an application.
    Gate,
    /// The requirement of a group of routes.
    Group,
    /// The statement of a handler.
    Handler,
    /// A resource, or the rule of a handler.
    Rule,
}

/// What a denial at this stage is called.
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Claims(error) => return write!(f, "denied: {error}"),
            Self::Argument => "no principal",
            Self::Gate => "denied at the gate",
            Self::Group => "denied at the group",
            Self::Handler => "denied",
            Self::Rule => "denied by a rule",
        })
    }
}

/// One decision about one request.
pub(crate) struct Decided<'request> {
    pub(crate) request: &'request HttpRequest,
    pub(crate) stage: Stage,
    pub(crate) outcome: Result<(), &'request Denied>,
}

impl Decided<'_> {
    /// Tells a denial with its true cause, hidden or not. Nothing of a credential is in it.
    #[inline]
    pub(crate) fn tell(&self) {
        if let Err(denied) = self.outcome {
            self.log(denied);
        }
    }

    #[cold]
    fn log(&self, denied: &Denied) {
        let Self { request, stage, .. } = self;
        let (method, path, hidden, reason) =
            (request.method(), request.path(), denied.is_hidden(), denied.denial());
        match reason {
            Denial::Failed { .. } | Denial::Misconfigured(_) => {
                tracing::error!(%method, path, hidden, %reason, "{stage}");
            }
            // Anybody can send many of these while something is out of reach.
            Denial::Unavailable { .. } => tracing::warn!(%method, path, hidden, %reason, "{stage}"),
            // The first request of every client, or a link that is out of date: not worth a line by default.
            Denial::Absent | Denial::Anonymous => tracing::debug!(%method, path, hidden, %reason, "{stage}"),
            // Perhaps nobody is denied.
            _ if *stage == Stage::Argument => tracing::debug!(%method, path, hidden, %reason, "{stage}"),
            Denial::Forbidden
            | Denial::InsufficientScope
            | Denial::InvalidCredential(_)
            | Denial::Invisible
            | Denial::MalformedCredential(_)
            | Denial::Refused(_) => tracing::info!(%method, path, hidden, %reason, "{stage}"),
        }
    }
}
