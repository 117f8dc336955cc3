//! The answer of authorization: [`Decision::Allow`], or [`Decision::Deny`] with the reason.

use std::{any::Any, fmt, sync::Arc, time::Duration};

use super::credential_error::{InvalidCredential, MalformedCredential};

/// The outcome of authorizing one request.
///
/// There is no third state: every error on the way to a decision is a [`Denial`].
///
/// # Example
/// ```
/// use auth_runtime::{Decision, Denial, Principal, Requirement};
///
/// const REPORTS: Requirement = Requirement::role("admin");
/// let alice = Principal::builder().subject("alice").role("admin").build();
/// let bob = Principal::builder().subject("bob").build();
///
/// assert_eq!(REPORTS.evaluate(&alice), Decision::Allow);
/// assert_eq!(REPORTS.evaluate(&bob), Decision::Deny(Denial::Forbidden));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a decision that nobody looks at protects nothing"]
pub enum Decision {
    /// The handler may run.
    Allow,
    /// The handler does not run, and nothing more of the request is read.
    Deny(Denial),
}

/// `true` is [`Decision::Allow`], and `false` is [`Denial::Forbidden`].
impl From<bool> for Decision {
    fn from(allowed: bool) -> Self {
        if allowed { Self::Allow } else { Self::Deny(Denial::Forbidden) }
    }
}

/// Why a request was denied.
///
/// The text of [`Display`](fmt::Display) is for logs. This crate puts no part of a credential into it; an error of the
/// application that becomes [`Failed`](Self::Failed) by `?` may quote what it could not parse. None of the text is sent to the
/// caller, who gets one of a few fixed texts.
///
/// # Example
/// ```
/// use auth_runtime::{Denial, InvalidCredential};
///
/// let denial = Denial::InvalidCredential(InvalidCredential::Expired { seconds_ago: 40 });
/// assert_eq!(denial.to_string(), "credential is not valid: it expired 40 s ago");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denial {
    /// The resource does not exist: the application's not-found answer.
    Absent,
    /// The request has no credential, or only one of a scheme that is not accepted here: 401 without an error code, or
    /// 403 if nothing that could be sent would help.
    Anonymous,
    /// The credential came by itself, as cookies do, with a request that a page of another site sent: 403.
    CrossSite,
    /// Something that the decision depends on failed, such as the store: 500.
    Failed {
        /// What failed, for the log.
        cause: String,
    },
    /// The principal is known, and more scopes would not help: 403.
    Forbidden,
    /// The principal is known and lacks nothing but scopes: 403 `insufficient_scope`.
    InsufficientScope,
    /// The credential proves nothing: 401, of a bearer token with `invalid_token`.
    InvalidCredential(InvalidCredential),
    /// The resource exists, but the principal may not know that: the application's not-found answer.
    Invisible,
    /// The credential of the request breaks its grammar: 400 `invalid_request`.
    MalformedCredential(MalformedCredential),
    /// The service is set up wrongly, and the text says what to add: 500.
    Misconfigured(&'static str),
    /// A rule of the application refused the request for this reason, which is for the log: 403.
    Refused(&'static str),
    /// As [`Refused`](Self::Refused), with data that the application's body for the denial may use: 403.
    /// [`refused_with`](Self::refused_with) makes it.
    RefusedWith {
        /// Why, for the log.
        reason: &'static str,
        /// The data, for [`data`](Self::data).
        data: DenialData,
    },
    /// Authenticating or deciding is not possible at the moment: 503 with `Retry-After`, in whole seconds.
    Unavailable {
        /// How long the caller should wait before trying again.
        retry_after: Duration,
        /// What cannot be reached, for the log.
        cause: String,
    },
}

/// Data of a denial, of a type of the application's. Two are equal only if one is a clone of the other.
#[derive(Clone)]
pub struct DenialData(Arc<dyn Any + Send + Sync>);

impl PartialEq for DenialData {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for DenialData {}

impl fmt::Debug for DenialData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DenialData(..)")
    }
}

impl Denial {
    /// Refuses a request for this reason, which is for the log, with data for the application's
    /// [`denial_body`](crate::settings::AuthorizerBuilder::denial_body). Without such a body, nobody sees the data.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Authorizer, Denial, Principal, settings::DenialBody};
    /// use serde_json::json;
    ///
    /// struct Limit {
    ///     per_day: u32,
    /// }
    ///
    /// fn check(orders_today: u32) -> Result<(), Denial> {
    ///     let limit = Limit { per_day: 10 };
    ///     if orders_today < limit.per_day { Ok(()) } else { Err(Denial::refused_with("too many orders", limit)) }
    /// }
    ///
    /// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
    /// let authorizer = Authorizer::builder()
    ///     .bearer(jwt)
    ///     .denial_body(|_, denied| {
    ///         let limit = denied.denial().data::<Limit>()?;
    ///         Some(DenialBody::json(&json!({ "limit": limit.per_day })))
    ///     })
    ///     .build()?;
    /// # assert!(check(9).is_ok() && check(10).is_err());
    /// # Ok::<(), auth_runtime::ConfigError>(())
    /// ```
    pub fn refused_with(reason: &'static str, data: impl Any + Send + Sync) -> Self {
        Self::RefusedWith { reason, data: DenialData(Arc::new(data)) }
    }

    /// Returns the data of a [`refused_with`](Self::refused_with), if it is of this type.
    pub fn data<T: Any>(&self) -> Option<&T> {
        match self {
            Self::RefusedWith { data, .. } => data.0.downcast_ref(),
            _ => None,
        }
    }

    /// Returns whether the server failed to decide, so that the denial says nothing about the caller.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Misconfigured(_) | Self::Unavailable { .. })
    }

    /// Cuts the credential out of the text for the log.
    pub(crate) fn without(mut self, credential: &str) -> Self {
        if let Self::Failed { cause } | Self::Unavailable { cause, .. } = &mut self
            && !credential.is_empty()
        {
            *cause = cause.replace(credential, "[the credential]");
        }
        self
    }
}

impl From<InvalidCredential> for Denial {
    fn from(reason: InvalidCredential) -> Self {
        Self::InvalidCredential(reason)
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("the resource is not there"),
            Self::Anonymous => f.write_str("no credential of an accepted scheme"),
            Self::CrossSite => f.write_str("the request comes from a page of another site"),
            Self::Failed { cause } => write!(f, "the decision failed: {}", cause.escape_debug()),
            Self::Forbidden => f.write_str("the principal does not meet the requirement"),
            Self::InsufficientScope => f.write_str("the principal lacks scopes"),
            Self::InvalidCredential(why) => write!(f, "credential is not valid: {why}"),
            Self::Invisible => f.write_str("the principal is not to know of the resource"),
            Self::MalformedCredential(why) => write!(f, "credential is malformed: {why}"),
            Self::Misconfigured(remedy) => write!(f, "misconfigured: {remedy}"),
            Self::Refused(reason) | Self::RefusedWith { reason, .. } => f.write_str(reason),
            Self::Unavailable { cause, .. } => {
                write!(f, "the means to decide are unavailable: {}", cause.escape_debug())
            }
        }
    }
}
