//! The times of a stored credential, as facts about its principal.

#[cfg(feature = "session")]
use std::time::Duration;
use std::{sync::Arc, time::SystemTime};

use super::principal::Principal;

impl Principal {
    /// Sets when the credential was issued. The claim says it to a list of revocations.
    pub(crate) fn issued_at(mut self, time: SystemTime) -> Self {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        Arc::make_mut(&mut self.0).claims.insert("iat".to_owned(), seconds.into());
        self
    }
}

#[cfg(feature = "session")]
impl Principal {
    /// Sets when the session of the principal began and when it ends at the latest, in seconds since 1970. What the
    /// application said itself stays, but a principal does not outlive its session.
    pub(crate) fn of_session(mut self, began: u64, ends: u64) -> Self {
        let at = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        let proven = Arc::make_mut(&mut self.0);
        // The claim says to a list of revocations when the session began.
        // A value of the application's own would let a session live on.
        proven.claims.insert("iat".to_owned(), began.into());
        proven.auth_time = proven.auth_time.or_else(|| at(began));
        proven.expires_at = [proven.expires_at, at(ends)].into_iter().flatten().min();
        self
    }
}
