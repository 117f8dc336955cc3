//! The report of which keys are in use.

use std::{
    collections::HashMap,
    fmt, mem,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// How many keys are known to be reported at most. Where more are in use, some are reported more often.
const MAX_REPORTED: usize = 100_000;
/// How many reports run at once. The threads that they run on are those of all other work that blocks, which reports that
/// never end must not take.
const MAX_AT_ONCE: usize = 4;

/// The application's function, which is given the id of a key and the time.
type Report = dyn Fn(&str, SystemTime) + Send + Sync;

/// Reports the use of keys, each one once in an interval.
#[derive(Clone)]
pub(super) struct LastUses {
    every: u64,
    report: Arc<Report>,
    turns: Arc<Semaphore>,
    reported: Arc<Mutex<Reported>>,
}

/// When each key was reported last, in seconds since 1970. When there are too many, the older half is forgotten, so that
/// no request looks through all.
#[derive(Default)]
struct Reported {
    newer: HashMap<Box<str>, u64>,
    older: HashMap<Box<str>, u64>,
}

impl LastUses {
    pub(super) fn new(every: Duration, report: impl Fn(&str, SystemTime) + Send + Sync + 'static) -> Self {
        Self {
            every: every.as_secs().max(1),
            report: Arc::new(report),
            turns: Arc::new(Semaphore::new(MAX_AT_ONCE)),
            reported: Arc::default(),
        }
    }

    /// Reports that a key is in use, on a thread for work that blocks. Nobody waits for the report, and a panic in it ends
    /// there. While too many reports run, the key is left for its next use.
    pub(super) fn note(&self, id: &str, now: u64) {
        let Some(at) = UNIX_EPOCH.checked_add(Duration::from_secs(now)) else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        let Some(turn) = self.begin(id, now) else { return };
        let (report, id) = (Arc::clone(&self.report), id.to_owned());
        drop(runtime.spawn_blocking(move || {
            let _turn = turn;
            report(&id, at);
        }));
    }

    /// Takes a key for reported, if it is due and a report may begin.
    fn begin(&self, id: &str, now: u64) -> Option<OwnedSemaphorePermit> {
        let is_recent = |at: u64| (at..at.saturating_add(self.every)).contains(&now);
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.last(id).is_some_and(is_recent) {
            return None;
        }
        let turn = Arc::clone(&self.turns).try_acquire_owned().ok()?;
        let forgotten = reported.insert(id, now);
        drop(reported);
        // There may be many of them, so they go after the lock.
        drop(forgotten);
        Some(turn)
    }
}

impl Reported {
    fn last(&self, id: &str) -> Option<u64> {
        self.newer.get(id).or_else(|| self.older.get(id)).copied()
    }

    /// Keeps the time of a report, and returns what is forgotten for it.
    fn insert(&mut self, id: &str, now: u64) -> HashMap<Box<str>, u64> {
        let is_full = self.newer.len() >= MAX_REPORTED / 2;
        let forgotten = if is_full {
            let older = mem::take(&mut self.newer);
            mem::replace(&mut self.older, older)
        } else {
            HashMap::new()
        };
        self.newer.insert(id.into(), now);
        forgotten
    }
}

impl fmt::Debug for LastUses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastUses").field("every", &self.every).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex, PoisonError},
        time::Duration,
    };

    use tokio::runtime::Builder;

    use super::{LastUses, MAX_AT_ONCE, MAX_REPORTED};

    fn uses(every: u64) -> LastUses {
        LastUses::new(Duration::from_secs(every), |_, _| {})
    }

    #[test]
    fn a_key_is_due_once_in_an_interval() {
        let uses = uses(60);
        let due = [0, 0, 59, 60, 61, 119, 120].map(|passed| uses.begin("a", 1_000 + passed).is_some());
        assert_eq!(due, [true, false, false, true, false, false, true]);
        assert!(uses.begin("b", 1_120).is_some(), "another key");
        assert!(uses.begin("a", 500).is_some(), "a clock that went back");
        let shortest = LastUses::new(Duration::ZERO, |_, _| {});
        let due = [0, 0, 1].map(|passed| shortest.begin("a", 1_000 + passed).is_some());
        assert_eq!(due, [true, false, true], "an interval is a second at least");
    }

    #[test]
    fn memory_is_bounded() {
        let uses = uses(60);
        for number in 0..=MAX_REPORTED {
            assert!(uses.begin(&number.to_string(), 1_000).is_some());
        }
        let reported = uses.reported.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(reported.newer.len() + reported.older.len() <= MAX_REPORTED);
        drop(reported);
        assert!(uses.begin(&MAX_REPORTED.to_string(), 1_000).is_none(), "the last one is known");
        assert!(uses.begin(&(MAX_REPORTED - 1).to_string(), 1_000).is_none(), "so is the one before");
        assert!(uses.begin("0", 1_000).is_some(), "the first one is forgotten");
    }

    #[test]
    fn reports_that_never_end_take_few_threads_and_leave_other_keys_for_their_next_use() {
        let runtime = Builder::new_current_thread().build().unwrap_or_else(|error| unreachable!("{error}"));
        let (gate, seen) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(Vec::new())));
        let (closed, sink) = (Arc::clone(&gate), Arc::clone(&seen));
        let uses = LastUses::new(Duration::from_mins(1), move |id, _| {
            drop(closed.lock());
            sink.lock().unwrap_or_else(PoisonError::into_inner).push(id.to_owned());
        });
        let _entered = runtime.enter();
        let shut = gate.lock();
        for number in 0..100 {
            uses.note(&number.to_string(), 1_000);
        }
        let left = uses.turns.available_permits();
        assert_eq!((left, uses.reported.lock().map(|all| all.newer.len()).ok()), (0, Some(MAX_AT_ONCE)));
        drop(shut);
        while uses.turns.available_permits() < MAX_AT_ONCE {
            std::thread::yield_now();
        }
        uses.note("99", 1_001);
        while uses.turns.available_permits() < MAX_AT_ONCE {
            std::thread::yield_now();
        }
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(seen.len() == MAX_AT_ONCE + 1 && seen.contains(&"99".to_owned()), "{seen:?}");
    }

    #[test]
    fn outside_of_a_runtime_nothing_is_reported_and_nothing_fails() {
        uses(60).note("a", 1_000);
        uses(60).note("a", u64::MAX);
    }
}
