//! The keys as they were last fetched, and the one fetch that may be under way.
//!
//! Readers take a snapshot and never wait for a refresh. The one thing that waits is a token whose key is not known:
//! for the fetch that is under way, or that it may begin.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::{ArcSwap, Guard};
use tokio::{sync::watch, time::timeout};

use super::{
    jwks::Jwks,
    key_set::KeySet,
    remote::{KeyHealth, RemoteKeys},
};
use crate::{
    clock::Clock,
    config::ConfigError,
    decision::Denial,
    provider::{Background, Client, Endpoint, Failure, discover},
};

/// How old a key set becomes that does not say how long it is fresh, if the bounds allow it.
const REFRESH: Duration = Duration::from_mins(5);

pub(super) fn ids(keys: &KeySet) -> Vec<String> {
    keys.iter().map(|key| key.id().map_or_else(|| format!("{:?}", key.algorithm()), str::to_owned)).collect()
}

/// The keys as they were last fetched, and all that is needed to fetch them again.
#[derive(Debug)]
pub(super) struct KeyStore {
    current: ArcSwap<Jwks>,
    /// When they are to be fetched again, in seconds since 1970.
    due: AtomicU64,
    status: Mutex<Status>,
    /// Wakes those who wait for a fetch.
    fetched: watch::Sender<()>,

    background: Background,
    client: Client,
    clock: Clock,
    issuer: String,
    /// The key set, or the issuer, whose metadata names it.
    endpoint: Endpoint,
    settings: RemoteKeys,
    this: Weak<Self>,
}

#[derive(Debug, Default)]
struct Status {
    fetching: bool,
    /// When a token last caused a fetch.
    asked_at: Option<u64>,
    fetched_at: Option<u64>,
    failure: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Age,
    UnknownKey,
}

/// What came of waiting for a fetch.
pub(super) enum Waited {
    Fetched,
    CoolingDown,
    TooLong,
}

impl KeyStore {
    pub(super) fn start(settings: RemoteKeys, issuer: &str, clock: &Clock) -> Result<Arc<Self>, ConfigError> {
        let endpoint = match &settings.url {
            Some(url) => Endpoint::of("jwks", url)?,
            None => Endpoint::of_issuer(issuer)?,
        };
        check_durations(&settings)?;
        let background = Background::start()?;
        let client = Client::new(&settings.client)?;
        let store = Arc::new_cyclic(|this| Self {
            current: ArcSwap::default(),
            due: AtomicU64::new(0),
            status: Mutex::default(),
            fetched: watch::Sender::new(()),
            background,
            client,
            clock: clock.clone(),
            issuer: issuer.to_owned(),
            endpoint,
            settings,
            this: Weak::clone(this),
        });
        store.begin(Cause::Age);
        store.background.spawn(keep_fresh(Weak::clone(&store.this), store.fetched.subscribe()));
        Ok(store)
    }

    /// The keys of this moment. If they are due they are fetched behind the reader's back.
    pub(super) fn current(&self) -> Guard<Arc<Jwks>> {
        self.begin_if_due();
        self.current.load()
    }

    fn begin_if_due(&self) {
        let (now, due) = (self.clock.now(), self.due.load(Ordering::Relaxed));
        // A clock that was set back makes them due too.
        let longest = self.settings.refresh.1.max(self.settings.cool_down).as_secs();
        if !(due.saturating_sub(longest)..=due).contains(&now) {
            self.begin(Cause::Age);
        }
    }

    /// How long it is until the keys are due, at least a second.
    fn due_in(&self) -> Duration {
        let seconds = self.due.load(Ordering::Relaxed).saturating_sub(self.clock.now());
        Duration::from_secs(seconds.max(1))
    }

    /// Why the last fetch failed.
    pub(super) fn failure(&self) -> Option<String> {
        self.status().failure.clone()
    }

    fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a fetch, unless one is under way. Whether there is one now.
    fn begin(&self, cause: Cause) -> bool {
        let Some(store) = self.this.upgrade() else { return false };
        let mut status = self.status();
        if status.fetching {
            return true;
        }
        let now = self.clock.now();
        if cause == Cause::UnknownKey {
            // A clock that was set back ends the wait.
            let cooling =
                |asked: u64| (asked..asked.saturating_add(self.settings.cool_down.as_secs())).contains(&now);
            if status.asked_at.is_some_and(cooling) {
                return false;
            }
            status.asked_at = Some(now);
        }
        status.fetching = true;
        drop(status);
        let fetching = Fetching(store);
        self.background.spawn(async move { fetching.0.fetch().await });
        true
    }

    async fn fetch(&self) {
        let fetched = self.download().await;
        let now = self.clock.now();
        let mut status = self.status();
        let wait = match fetched {
            Ok((jwks, lifetime)) => {
                let (least, most) = self.settings.refresh;
                self.replace(jwks, now);
                status.fetched_at = Some(now);
                status.failure = None;
                lifetime.unwrap_or(REFRESH).clamp(least, most)
            }
            Err(cause) => {
                tracing::warn!(issuer = self.issuer, %cause, "the issuer's keys cannot be fetched");
                status.failure = Some(cause);
                self.settings.cool_down
            }
        };
        self.due.store(now.saturating_add(wait.as_secs().max(1)), Ordering::Relaxed);
    }

    async fn download(&self) -> Result<(Jwks, Option<Duration>), String> {
        let fetch = async {
            let url = match self.settings.url {
                Some(_) => self.endpoint.clone(),
                None => discover(&self.client, &self.endpoint, &self.issuer).await?.named("jwks_uri")?,
            };
            self.client.get(&url).await
        };
        let document = fetch.await.map_err(|failure: Failure| failure.cause)?;
        let jwks = Jwks::read(&document.body, self.settings.rsa, &self.current.load())?;
        Ok((jwks, document.lifetime))
    }

    /// The keys that are gone lose their trust at once, also where a token is remembered that they signed.
    fn replace(&self, jwks: Jwks, now: u64) {
        let until = now.saturating_add(self.settings.max_age.as_secs());
        for key in jwks.set.iter() {
            key.trust().extend(until);
        }
        let jwks = Arc::new(jwks);
        let earlier = self.current.swap(Arc::clone(&jwks));
        for key in earlier.set.iter().filter(|key| !jwks.set.iter().any(|kept| Arc::ptr_eq(kept, key))) {
            key.trust().withdraw();
        }
        let (before, after) = (ids(&earlier.set), ids(&jwks.set));
        if before != after {
            tracing::info!(issuer = self.issuer, ?before, ?after, "the issuer's keys have changed");
        }
    }

    /// Waits for the fetch that is under way, or for one that an unknown key may cause.
    pub(super) async fn next_fetch(&self) -> Waited {
        let mut fetched = self.fetched.subscribe();
        if !self.begin(Cause::UnknownKey) {
            return Waited::CoolingDown;
        }
        match timeout(self.settings.client.timeout, fetched.changed()).await {
            Ok(Ok(())) => Waited::Fetched,
            Ok(Err(_)) | Err(_) => Waited::TooLong,
        }
    }

    pub(super) fn unavailable(&self, cause: &str) -> Denial {
        Denial::Unavailable {
            retry_after: self.settings.cool_down,
            cause: format!("the keys of `{}` cannot be fetched: {cause}", self.issuer),
        }
    }

    pub(super) async fn require_ready(&self) -> Result<(), ConfigError> {
        let is_ready = || self.current.load().set.iter().next().is_some();
        if is_ready() || (matches!(self.next_fetch().await, Waited::Fetched) && is_ready()) {
            return Ok(());
        }
        let cause = self.failure().unwrap_or_else(|| "it takes too long".to_owned());
        let setting = if self.settings.url.is_some() { "jwks" } else { "issuer" };
        let remedy =
            format!("no keys came from `{}`: {cause}; look whether it is up and spelled so", self.endpoint);
        Err(ConfigError::new(setting, remedy))
    }

    pub(super) fn health(&self) -> KeyHealth {
        let status = self.status();
        KeyHealth {
            keys: ids(&self.current.load().set),
            age: status.fetched_at.map(|at| Duration::from_secs(self.clock.now().saturating_sub(at))),
            last_error: status.failure.clone(),
        }
    }
}

/// Ends a fetch, however it ends.
struct Fetching(Arc<KeyStore>);

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.status().fetching = false;
        self.0.fetched.send_replace(());
    }
}

/// Fetches keys when they are due, also while no request comes. It ends with the last [`Jwt`](super::Jwt) that uses
/// them.
async fn keep_fresh(store: Weak<KeyStore>, mut fetched: watch::Receiver<()>) {
    while let Some(due_in) = store.upgrade().map(|store| store.due_in()) {
        match timeout(due_in, fetched.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) => store.upgrade().into_iter().for_each(|store| store.begin_if_due()),
        }
    }
}

fn check_durations(settings: &RemoteKeys) -> Result<(), ConfigError> {
    let second = Duration::from_secs(1);
    let refuse = |setting, remedy: &str| Err(ConfigError::new(setting, remedy));
    let (least, most) = settings.refresh;
    if settings.cool_down < second || settings.cool_down > Duration::from_hours(1) {
        return refuse("cool_down", "is less than a second or more than an hour; take some seconds");
    }
    if least < second || least > most {
        return refuse("refresh_between", "is less than a second or ends before it begins; take minutes");
    }
    if settings.max_age < most {
        return refuse("max_age", "is less than the time between two fetches; take hours");
    }
    Ok(())
}
