//! The report of which keys are in use.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::runtime::Handle;

/// How many keys are known to be reported at most. Where more are in use, some are reported more often.
const MAX_REPORTED: usize = 100_000;

/// The application's function, which is given the id of a key and the time.
type Report = dyn Fn(&str, SystemTime) + Send + Sync;

/// Reports the use of keys, each one once in an interval.
#[derive(Clone)]
pub(super) struct LastUses {
    every: u64,
    report: Arc<Report>,
    /// When each key was reported last, in seconds since 1970.
    reported: Arc<Mutex<HashMap<Box<str>, u64>>>,
}

impl LastUses {
    pub(super) fn new(every: Duration, report: impl Fn(&str, SystemTime) + Send + Sync + 'static) -> Self {
        Self { every: every.as_secs(), report: Arc::new(report), reported: Arc::default() }
    }

    /// Reports that a key is in use, on a thread for work that blocks. Nobody waits for the report, and a panic in it ends
    /// there.
    pub(super) fn note(&self, id: &str, now: u64) {
        let Some(at) = UNIX_EPOCH.checked_add(Duration::from_secs(now)) else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        if self.is_due(id, now) {
            let (report, id) = (Arc::clone(&self.report), id.to_owned());
            drop(runtime.spawn_blocking(move || report(&id, at)));
        }
    }

    /// Returns whether a key is to be reported, and takes it for reported.
    fn is_due(&self, id: &str, now: u64) -> bool {
        let is_recent = |at: u64| (at..at.saturating_add(self.every)).contains(&now);
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.get(id).is_some_and(|at| is_recent(*at)) {
            return false;
        }
        if reported.len() >= MAX_REPORTED {
            reported.retain(|_, at| is_recent(*at));
        }
        if reported.len() >= MAX_REPORTED {
            reported.clear();
        }
        reported.insert(id.into(), now);
        true
    }
}

impl fmt::Debug for LastUses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastUses").field("every", &self.every).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LastUses, MAX_REPORTED};

    fn uses(every: u64) -> LastUses {
        LastUses::new(Duration::from_secs(every), |_, _| {})
    }

    #[test]
    fn a_key_is_due_once_in_an_interval() {
        let uses = uses(60);
        let due = [0, 0, 59, 60, 61, 119, 120].map(|passed| uses.is_due("a", 1_000 + passed));
        assert_eq!(due, [true, false, false, true, false, false, true]);
        assert!(uses.is_due("b", 1_120), "another key");
        assert!(uses.is_due("a", 500), "a clock that went back");
    }

    #[test]
    fn memory_is_bounded() {
        let uses = uses(60);
        for number in 0..=MAX_REPORTED {
            assert!(uses.is_due(&number.to_string(), 1_000));
        }
        assert!(uses.reported.lock().is_ok_and(|reported| reported.len() <= MAX_REPORTED));
    }

    #[test]
    fn outside_of_a_runtime_nothing_is_reported_and_nothing_fails() {
        uses(60).note("a", 1_000);
        uses(60).note("a", u64::MAX);
    }
}
