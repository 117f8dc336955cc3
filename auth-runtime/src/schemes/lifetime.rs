//! For how long the answer of an application's store counts.

use std::time::{Duration, UNIX_EPOCH};

use crate::{
    credential::{
        clock::Clock,
        verified::{Validity, Verified},
    },
    policy::{credential_error::InvalidCredential, principal::Principal},
};

/// For how long a principal of an application's store counts: until its own end, and for later requests only as long as
/// the application says.
#[derive(Clone, Debug, Default)]
pub(super) struct Lifetime {
    pub(super) clock: Clock,
    pub(super) remember: Option<Duration>,
}

impl Lifetime {
    /// Accepts a principal that has not ended.
    pub(super) fn accept(&self, principal: Principal) -> Result<Verified, InvalidCredential> {
        let now = self.clock.now();
        let ends = principal
            .expires_at()
            .map_or(u64::MAX, |end| end.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs()));
        if now >= ends {
            return Err(InvalidCredential::Expired { seconds_ago: now - ends });
        }
        let verified = Verified::from(principal);
        let Some(remember) = self.remember else { return Ok(verified) };
        let until = now.saturating_add(remember.as_secs()).min(ends);
        let validity = Validity { verified_at: now, until, clock: self.clock.clone(), key_trust: None };
        Ok(Verified { validity: Some(validity), ..verified }.remember_for(remember))
    }
}
