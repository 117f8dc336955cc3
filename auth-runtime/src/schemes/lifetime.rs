//! For how long the answer of an application's store counts.

use std::time::Duration;

use crate::{
    credential::{
        clock::Clock,
        verified::{Verified, end_of},
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
        let (now, ends) = (self.clock.now(), end_of(&principal));
        if now >= ends {
            return Err(InvalidCredential::Expired { seconds_ago: now - ends });
        }
        let verified = Verified::from(principal);
        Ok(match self.remember {
            Some(remember) => verified.remember_for(remember),
            None => verified,
        })
    }
}
