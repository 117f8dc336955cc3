//! A verified principal, and for how long it may be remembered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use super::clock::Clock;
use crate::policy::principal::Principal;

/// The success of an authentication.
pub(crate) struct Verified {
    pub(crate) principal: Principal,
    pub(crate) remember: Remember,
}

/// Whether the next request with the same credential may use the answer.
pub(crate) enum Remember {
    /// The next request is authenticated anew.
    No,
    /// The answer may be used as long as the validity holds. Only this crate's verifiers say so. If an authenticator of
    /// the application passes the answer on, it counts as `No`, because that authenticator may have looked at more than
    /// the credential.
    While(Validity),
    /// The answer may be used for this time, because the application says so. If there is a validity, it has to hold
    /// too.
    For(Duration, Option<Validity>),
}

impl From<Principal> for Verified {
    fn from(principal: Principal) -> Self {
        Self { principal, remember: Remember::No }
    }
}

impl Verified {
    /// Lets the answer be remembered for this time.
    pub(crate) fn remember_for(self, duration: Duration) -> Self {
        let (duration, validity) = match self.remember {
            Remember::No => (duration, None),
            Remember::While(validity) => (duration, Some(validity)),
            Remember::For(earlier, validity) => (earlier.min(duration), validity),
        };
        Self { remember: Remember::For(duration, validity), ..self }
    }

    /// Marks the answer as given by an authenticator that is not this crate's.
    pub(crate) fn by_application(self) -> Self {
        match self.remember {
            Remember::While(_) => Self { remember: Remember::No, ..self },
            Remember::No | Remember::For(..) => self,
        }
    }

    /// Returns the principal, and its validity if the answer may be remembered. An answer of the application has no
    /// clock of its own, so its validity uses `clock`.
    pub(crate) fn into_parts(self, clock: &Clock) -> (Principal, Option<Validity>) {
        let validity = match self.remember {
            Remember::No => None,
            Remember::While(validity) => Some(validity),
            Remember::For(duration, validity) => {
                let now = clock.now();
                let expires = self.principal.expires_at().map_or(u64::MAX, |at| {
                    at.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
                });
                let until = now.saturating_add(duration.as_secs()).min(expires);
                let validity = validity.unwrap_or_else(|| Validity {
                    verified_at: now,
                    until,
                    clock: clock.clone(),
                    key_trust: None,
                });
                Some(Validity { until: validity.until.min(until), ..validity })
            }
        };
        (self.principal, validity.filter(Validity::holds))
    }
}

/// What a remembered principal depends on. It is checked each time the principal is used.
#[derive(Debug)]
pub(crate) struct Validity {
    /// When the principal was verified, in seconds verified_at 1970.
    pub(crate) verified_at: u64,
    /// The first second in which the principal is no longer valid.
    pub(crate) until: u64,
    pub(crate) clock: Clock,
    /// The trust in the key that signed the credential; `None` if no key signed it.
    pub(crate) key_trust: Option<Arc<KeyTrust>>,
}

/// How many seconds a clock may go back and still count as adjusted.
const CLOCK_ADJUSTMENT: u64 = 60;

impl Validity {
    pub(crate) fn holds(&self) -> bool {
        let now = self.clock.now();
        // A clock that went back further than `CLOCK_ADJUSTMENT` cannot tell when anything ends.
        let begin = self.verified_at.saturating_sub(CLOCK_ADJUSTMENT);
        (begin..self.until).contains(&now) && self.key_trust.as_ref().is_none_or(|trust| trust.holds(now))
    }
}

/// The last second in which a key is trusted. The trust can be extended and withdrawn; both take effect at once, even
/// for remembered tokens.
#[derive(Debug)]
pub(crate) struct KeyTrust(AtomicU64);

impl KeyTrust {
    pub(crate) fn forever() -> Self {
        Self(AtomicU64::new(u64::MAX))
    }

    pub(crate) fn holds(&self, now: u64) -> bool {
        now <= self.0.load(Ordering::Acquire)
    }
}

#[cfg(feature = "oidc")]
impl KeyTrust {
    pub(crate) fn extend(&self, until: u64) {
        self.0.store(until, Ordering::Release);
    }

    pub(crate) fn withdraw(&self) {
        self.0.store(0, Ordering::Release);
    }
}
