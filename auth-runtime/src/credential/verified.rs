//! A verified principal, and for how long it may be remembered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::clock::Clock;
use crate::policy::principal::Principal;

/// The success of an authentication.
#[derive(Clone)]
pub(crate) struct Verified {
    pub(crate) principal: Principal,
    /// What the answer depends on, if one of this crate's verifiers gave it.
    pub(crate) validity: Option<Validity>,
    pub(crate) remember: Remember,
}

/// Whether the next request with the same credential may use the answer.
#[derive(Clone, Copy)]
pub(crate) enum Remember {
    /// The next request is authenticated anew.
    No,
    /// The answer may be used as long as its validity holds. Only this crate's verifiers say so.
    WhileValid,
    /// The answer may be used for this time, because the application says so. If there is a validity, it has to hold
    /// too.
    For(Duration),
}

impl From<Principal> for Verified {
    fn from(principal: Principal) -> Self {
        Self { principal, validity: None, remember: Remember::No }
    }
}

impl Verified {
    /// An answer of one of this crate's verifiers.
    pub(crate) fn with_validity(principal: Principal, validity: Validity) -> Self {
        Self { principal, validity: Some(validity), remember: Remember::WhileValid }
    }

    /// Lets the answer be remembered for this time, or for less if that was said before.
    pub(crate) fn remember_for(self, duration: Duration) -> Self {
        let duration = match self.remember {
            Remember::For(earlier) => earlier.min(duration),
            Remember::No | Remember::WhileValid => duration,
        };
        Self { remember: Remember::For(duration), ..self }
    }

    /// Marks the answer as given by an authenticator that is not this crate's. That authenticator may have looked at more
    /// than the credential, so the answer is remembered only if the application says so.
    pub(crate) fn by_application(self) -> Self {
        match self.remember {
            Remember::WhileValid => Self { remember: Remember::No, ..self },
            Remember::No | Remember::For(_) => self,
        }
    }

    /// Returns the principal, and a validity if the answer may be remembered. An answer of the application may have no
    /// validity of its own, so its validity uses `clock`.
    pub(crate) fn into_parts(self, clock: &Clock) -> (Principal, Option<Validity>) {
        let Self { principal, validity, remember } = self;
        let validity = match remember {
            Remember::No => None,
            Remember::WhileValid => validity,
            Remember::For(duration) => {
                let now = clock.now();
                let until = now.saturating_add(duration.as_secs()).min(end_of(&principal));
                let own = || Validity { until, ..Validity::lasting(duration, clock) };
                let validity = validity.unwrap_or_else(own);
                Some(Validity { until: validity.until.min(until), ..validity })
            }
        };
        (principal, validity)
    }
}

/// Returns the first second in which a principal is no longer valid, since 1970.
pub(crate) fn end_of(principal: &Principal) -> u64 {
    let seconds = |at: SystemTime| at.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    principal.expires_at().map_or(u64::MAX, seconds)
}

/// What a remembered principal depends on. It is checked each time the principal is used.
#[derive(Clone, Debug)]
pub(crate) struct Validity {
    /// When the principal was verified, in seconds since 1970.
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
    /// Makes a validity that begins now.
    pub(crate) fn lasting(duration: Duration, clock: &Clock) -> Self {
        let verified_at = clock.now();
        let until = verified_at.saturating_add(duration.as_secs());
        Self { verified_at, until, clock: clock.clone(), key_trust: None }
    }

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

#[cfg(all(test, feature = "oidc"))]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::{Clock, KeyTrust, Validity, Verified};
    use crate::policy::principal::Principal;

    #[test]
    fn an_answer_that_is_handed_on_still_depends_on_its_key() {
        let (clock, trust) = (Clock::default(), Arc::new(KeyTrust::forever()));
        let now = clock.now();
        let validity = Validity {
            verified_at: now,
            until: now + 1000,
            clock: clock.clone(),
            key_trust: Some(Arc::clone(&trust)),
        };
        let verified = Verified::with_validity(Principal::builder().build(), validity).by_application();
        let (_, remembered) = verified.remember_for(Duration::from_secs(30)).into_parts(&clock);
        let remembered = remembered.unwrap_or_else(|| unreachable!("the application said so"));
        assert_eq!(remembered.until, now + 30);
        assert!(remembered.holds());
        trust.withdraw();
        assert!(!remembered.holds());
    }
}
