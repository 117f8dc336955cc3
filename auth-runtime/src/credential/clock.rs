//! The clock, which tells when credentials and keys begin, age and expire.

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// The clock of the system, or one that a test sets.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(now)))
    }

    /// Returns the seconds since 1970. A clock that is set before 1970 returns `u64::MAX`, so everything counts as
    /// expired.
    pub(crate) fn now(&self) -> u64 {
        match &self.0 {
            Some(now) => seconds(now()),
            None => system(),
        }
    }
}

/// Reads the coarse clock, because the clock is read for every request. The coarse clock is a few milliseconds behind
/// at most and takes a fifth of the time.
#[cfg(target_os = "linux")]
fn system() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
    u64::try_from(now.tv_sec).unwrap_or(u64::MAX)
}

#[cfg(not(target_os = "linux"))]
fn system() -> u64 {
    seconds(SystemTime::now())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(u64::MAX, |elapsed| elapsed.as_secs())
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::{Clock, seconds};

    #[test]
    fn the_system_s_clock_is_right() {
        let (now, precise) = (Clock::default().now(), seconds(SystemTime::now()));
        assert!(now <= precise && precise - now <= 1, "{now} {precise}");
    }
}
