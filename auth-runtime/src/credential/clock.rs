//! What time it is, for everything that begins, ages or expires.

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// The system's clock, or a test's.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(now)))
    }

    /// In seconds since 1970. By a clock that stands before that everything is expired.
    pub(crate) fn now(&self) -> u64 {
        match &self.0 {
            Some(now) => seconds(now()),
            None => system(),
        }
    }
}

/// It is read for every request. This one is some milliseconds behind at most, and takes a fifth of the time.
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
