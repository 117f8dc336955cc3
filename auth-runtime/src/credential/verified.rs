//! A principal that was verified, and on what that goes on hanging while it is remembered.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::{credential::clock::Clock, policy::principal::Principal};

/// The success of an authentication.
pub(crate) struct Verified {
    pub(crate) principal: Principal,
    /// None if nobody may remember it: every request is authenticated anew.
    pub(crate) validity: Option<Validity>,
}

impl From<Principal> for Verified {
    fn from(principal: Principal) -> Self {
        Self { principal, validity: None }
    }
}

/// On what a remembered principal hangs. It is looked at each time the principal is used.
#[derive(Debug)]
pub(crate) struct Validity {
    /// When it was verified.
    pub(crate) since: u64,
    /// The first second in which the credential is expired.
    pub(crate) until: u64,
    pub(crate) clock: Clock,
    /// The trust in the key that signed it; none where no key did.
    pub(crate) trust: Option<Arc<Trust>>,
}

/// In seconds.
const SET_RIGHT: u64 = 60;

impl Validity {
    pub(crate) fn holds(&self) -> bool {
        let now = self.clock.now();
        // A clock that was set back, and not only set right, does not say when anything ends.
        let begin = self.since.saturating_sub(SET_RIGHT);
        (begin..self.until).contains(&now) && self.trust.as_ref().is_none_or(|trust| trust.holds(now))
    }
}

/// Until when a key is trusted, in seconds. It can be extended and withdrawn, and that takes effect at once.
#[derive(Debug)]
pub(crate) struct Trust(AtomicU64);

impl Trust {
    pub(crate) fn forever() -> Self {
        Self(AtomicU64::new(u64::MAX))
    }

    pub(crate) fn holds(&self, now: u64) -> bool {
        now <= self.0.load(Ordering::Acquire)
    }
}

#[cfg(feature = "oidc")]
impl Trust {
    pub(crate) fn extend(&self, until: u64) {
        self.0.store(until, Ordering::Release);
    }

    pub(crate) fn withdraw(&self) {
        self.0.store(0, Ordering::Release);
    }
}
