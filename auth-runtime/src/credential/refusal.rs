//! The error of an authenticator, which is a refused credential unless the authenticator says otherwise.

use std::{any::Any, fmt, time::Duration};

use crate::policy::{credential_error::InvalidCredential, decision::Denial, principal::ClaimsError};

/// Why an authenticator proves nobody.
///
/// An authenticator reads what a stranger sent, so `?` on any error means that the credential is refused: the caller
/// gets 401, and the text of the error, which may quote the credential, is dropped. A failure of the service is said
/// with [`unavailable`](Self::unavailable).
///
/// | written | the caller gets |
/// |---|---|
/// | `?` on an error | 401 |
/// | [`Refusal::invalid`]`("nobody has this key")`, or an [`InvalidCredential`] | 401; the reason is for the log |
/// | `.map_err(`[`Refusal::unavailable`]`)?` | 503; the text of the error is for the log |
/// | [`Denial::Forbidden`]`.into()`, and every other denial | what the denial says |
///
/// # Example
/// ```
/// use auth_runtime::{Credential, Principal, Refusal};
///
/// async fn partner(key: &Credential<'_>) -> Result<Principal, Refusal> {
///     let number: u64 = key.value().parse()?; // 401
///     let name = find(number).await.map_err(Refusal::unavailable)?; // 503
///     let name = name.ok_or(Refusal::invalid("nobody has this key"))?; // 401
///     Ok(Principal::builder().subject(name).build())
/// }
/// # async fn find(_: u64) -> std::io::Result<Option<String>> { Ok(None) }
/// ```
///
/// # Design
/// A [`Denial`] takes `?` too, and means a failure (500) by that: a [`Resource`](crate::Resource) or a rule asks a store, and
/// not a stranger. [`Denial::Failed`] therefore becomes a refused credential when it becomes a refusal, because `?` in a
/// function that is shared may have made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Denial);

/// How long the caller of a service whose store fails should wait.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The reason of an error that says nothing else. The log has it in place of the error's text.
const UNREADABLE: InvalidCredential = InvalidCredential::Refused("the authenticator cannot read it");

impl Refusal {
    /// Refuses the credential with 401. The reason is for the log.
    pub fn invalid(reason: &'static str) -> Self {
        InvalidCredential::Refused(reason).into()
    }

    /// Says that the credential could not be checked, because a store or another service failed: 503 with `Retry-After`,
    /// five seconds. The text of `cause` is for the log, where the credential is cut out of it.
    /// [`Denial::Unavailable`] sets another time.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Denial, Refusal};
    ///
    /// let refusal = Refusal::unavailable(std::io::Error::other("no connection"));
    /// assert!(matches!(Denial::from(refusal), Denial::Unavailable { cause, .. } if cause == "no connection"));
    /// ```
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self(Denial::Unavailable { retry_after: RETRY_AFTER, cause: cause.to_string() })
    }

    /// Hands on the denial of an answer that this crate made.
    pub(crate) fn of(denial: Denial) -> Self {
        Self(denial)
    }
}

/// Every error is a refused credential, so `?` works on all of them. A [`ClaimsError`] becomes
/// [`Forbidden`](Denial::Forbidden), because the credential was proven before.
impl<E: std::error::Error + 'static> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(if (&error as &dyn Any).is::<ClaimsError>() { Denial::Forbidden } else { UNREADABLE.into() })
    }
}

impl From<InvalidCredential> for Refusal {
    fn from(reason: InvalidCredential) -> Self {
        Self(reason.into())
    }
}

/// Keeps the denial, except that [`Denial::Failed`] becomes a refused credential.
impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self(match denial {
            Denial::Failed { .. } => UNREADABLE.into(),
            denial => denial,
        })
    }
}

impl From<Refusal> for Denial {
    fn from(Refusal(denial): Refusal) -> Self {
        denial
    }
}

/// Writes the text for the log.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
