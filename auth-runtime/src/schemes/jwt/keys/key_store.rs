//! The keys that were fetched last, and the one fetch that may be under way.
//!
//! Readers take a snapshot and never wait for a regular fetch. Only a token that no known key has signed waits, for the
//! fetch that is under way or for one that it causes.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use arc_swap::{ArcSwap, Guard};
use tokio::{sync::watch, time::timeout};

use super::{
    change::Change,
    jwks::Jwks,
    key_set::KeySet,
    remote::{KeyHealth, KeySetSource, RemoteKeys},
    status::{KeyId, Status},
};
use crate::{
    config::ConfigError,
    credential::clock::Clock,
    policy::decision::Denial,
    schemes::provider::{Background, Client, Failure, ProviderUrl, discover},
};

/// For how long a key set is fresh if it does not say so. The bounds in the settings still apply.
const REFRESH: Duration = Duration::from_mins(5);

/// Returns the `kid` of each key that is trusted at the time `now`, or the algorithm of a key that has none.
pub(crate) fn ids(keys: &KeySet, now: u64) -> Vec<String> {
    let trusted = keys.iter().filter(|key| key.trust().holds(now));
    trusted.map(|key| key.id().map_or_else(|| format!("{:?}", key.algorithm()), str::to_owned)).collect()
}

/// The keys that were fetched last, and everything that is needed to fetch them again.
#[derive(Debug)]
pub(crate) struct KeyStore {
    current: ArcSwap<Jwks>,
    /// When the keys are fetched again, in seconds since 1970.
    due: AtomicU64,
    status: Mutex<Status>,
    /// Wakes the requests that wait for a fetch.
    fetched: watch::Sender<()>,

    background: Background,
    client: Client,
    clock: Clock,
    issuer: String,
    /// The address of the key set, or of the issuer whose metadata names the key set.
    endpoint: ProviderUrl,
    settings: RemoteKeys,
    this: Weak<Self>,
}

#[derive(Clone, Copy)]
enum Cause {
    Age,
    /// A token that names this key. The key is not known, or it did not sign the token.
    Token(Option<KeyId>),
}

impl KeyStore {
    pub(crate) fn start(settings: RemoteKeys, issuer: &str, clock: &Clock) -> Result<Arc<Self>, ConfigError> {
        let endpoint = match &settings.source {
            KeySetSource::Issuer(discovered) if discovered != issuer => {
                let remedy = "is set a second time; give it to `Jwt::discover` alone";
                return Err(ConfigError::new("issuer", remedy));
            }
            KeySetSource::Issuer(issuer) => ProviderUrl::of_issuer(issuer)?,
            KeySetSource::Url(url) => ProviderUrl::of("jwks", url)?,
        };
        settings.check()?;
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

    /// Returns the current keys without waiting. If they are due, a fetch begins in the background.
    pub(crate) fn current(&self) -> Guard<Arc<Jwks>> {
        self.begin_if_due();
        self.current.load()
    }

    fn begin_if_due(&self) {
        let (now, due) = (self.clock.now(), self.due.load(Ordering::Relaxed));
        let longest = self.settings.refresh.1.max(self.settings.cool_down).as_secs();
        if due.saturating_sub(longest) > now {
            // The clock was set back, so `due` is too far ahead. The trust in the keys is shortened to what it would be
            // by the new time.
            let until = now.saturating_add(self.settings.max_age.as_secs());
            let current = self.current.load();
            current
                .set
                .iter()
                .filter(|key| key.trust().holds(until))
                .for_each(|key| key.trust().extend(until));
            self.begin(Cause::Age);
        } else if now > due {
            self.begin(Cause::Age);
        }
    }

    /// Returns the time until the keys are due, but at least a second and at most a minute. The upper bound is there
    /// because the timer stands still while the machine sleeps.
    fn due_in(&self) -> Duration {
        let seconds = self.due.load(Ordering::Relaxed).saturating_sub(self.clock.now());
        Duration::from_secs(seconds.clamp(1, 60))
    }

    fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a fetch, unless one is under way. Returns whether a fetch is under way now.
    fn begin(&self, cause: Cause) -> bool {
        let Some(store) = self.this.upgrade() else { return false };
        let (now, cool_down) = (self.clock.now(), self.settings.cool_down.as_secs());
        let mut status = self.status();
        if status.fetching {
            return true;
        }
        if let Cause::Token(key) = cause {
            if !status.may_ask(key, now, cool_down) {
                return false;
            }
            status.asked_at = Some(now);
            status.asked_for = key;
        }
        status.fetching = true;
        drop(status);
        // The next fetch has to wait for the cool-down, even if this one breaks off.
        self.due.store(now.saturating_add(cool_down), Ordering::Relaxed);
        let fetching = Fetching(store);
        self.background.spawn(async move { fetching.0.fetch().await });
        true
    }

    async fn fetch(&self) {
        let fetched = self.download().await;
        let now = self.clock.now();
        let wait = match fetched {
            Ok((jwks, lifetime)) => {
                self.replace(jwks, now);
                let (least, most) = self.settings.refresh;
                let wait = lifetime.unwrap_or(REFRESH).clamp(least, most);
                // An issuer without keys may publish some at any moment.
                if self.works() { wait } else { wait.min(self.settings.cool_down) }
            }
            Err(cause) => {
                let before = self.status().failure.replace(cause.clone());
                if before.as_ref() == Some(&cause) {
                    tracing::debug!(issuer = self.issuer, %cause, "the issuer's keys still cannot be fetched");
                } else {
                    tracing::warn!(issuer = self.issuer, %cause, "the issuer's keys cannot be fetched");
                }
                self.retry_after()
            }
        };
        self.due.store(now.saturating_add(wait.as_secs().max(1)), Ordering::Relaxed);
    }

    /// Returns whether any key is trusted.
    fn works(&self) -> bool {
        self.current.load().set.is_trusted(self.clock.now())
    }

    /// Returns how long to wait after a failed fetch. The wait is one second while no key is trusted, because nobody
    /// gets in then.
    fn retry_after(&self) -> Duration {
        if self.works() { self.settings.cool_down } else { Duration::from_secs(1) }
    }

    async fn download(&self) -> Result<(Jwks, Option<Duration>), String> {
        let fetch = async {
            let url = match self.settings.source {
                KeySetSource::Issuer(_) => {
                    discover(&self.client, &self.endpoint, &self.issuer).await?.named("jwks_uri")?
                }
                KeySetSource::Url(_) => self.endpoint.clone(),
            };
            self.client.get(&url).await
        };
        let document = fetch.await.map_err(|failure: Failure| failure.cause)?;
        let mut left_out = mem::take(&mut self.status().left_out);
        let (issuer, rsa) = (&self.issuer, self.settings.rsa);
        let jwks = Jwks::read(&document.body, issuer, rsa, &self.current.load(), &mut left_out);
        self.status().left_out = left_out;
        Ok((jwks?, document.lifetime))
    }

    /// Replaces the keys. Keys that are gone lose their trust at once, even for remembered tokens that they signed.
    fn replace(&self, jwks: Jwks, now: u64) {
        let until = now.saturating_add(self.settings.max_age.as_secs());
        for key in jwks.set.iter() {
            key.trust().extend(until);
        }
        let jwks = Arc::new(jwks);
        let earlier = self.current.swap(Arc::clone(&jwks));
        let change = Change::between(&earlier.set, &jwks.set);
        change.withdraw_lost();
        change.log(&self.issuer);
        let mut status = self.status();
        let in_vain = status.asked_for.take().filter(|key| !change.adds(*key));
        status.remember_in_vain(change.gone().chain(in_vain), now);
        status.fetched_at = Some(now);
        status.failure = None;
    }

    /// Waits for keys that are newer than `seen`, from the fetch that is under way or from one that a token with this
    /// key may cause. Returns `None` if no fetch may begin now.
    pub(crate) async fn newer_than(&self, seen: &Arc<Jwks>, key: Option<KeyId>) -> Option<Arc<Jwks>> {
        let mut fetched = self.fetched.subscribe();
        if Arc::ptr_eq(&self.current.load(), seen) {
            if !self.begin(Cause::Token(key)) {
                return None;
            }
            fetched.changed().await.ok()?;
        }
        Some(self.current.load_full())
    }

    /// Returns why a token with an unknown key cannot be judged; `None` if it can be.
    pub(crate) fn failure(&self) -> Option<String> {
        let status = self.status();
        // An issuer that publishes an empty set has no keys, so none of its tokens is good.
        let is_empty = status.fetched_at.is_some() && self.current.load().set.is_empty();
        let failure = status.failure.clone();
        failure.or_else(|| (!is_empty && !self.works()).then(|| "there are none yet".to_owned()))
    }

    /// Returns how long a caller waits for keys.
    pub(crate) fn patience(&self) -> Duration {
        self.settings.client.timeout
    }

    pub(crate) fn unavailable(&self, cause: &str) -> Denial {
        Denial::Unavailable {
            // A failed fetch is repeated at that time.
            retry_after: self.due_in().min(self.settings.cool_down),
            cause: format!("the keys of `{}` cannot be fetched: {cause}", self.issuer),
        }
    }

    pub(crate) async fn require_ready(&self) -> Result<(), ConfigError> {
        let seen = self.current.load_full();
        if self.works()
            || (timeout(self.patience(), self.newer_than(&seen, None)).await.is_ok() && self.works())
        {
            return Ok(());
        }
        let cause = self.failure().unwrap_or_else(|| "its key set is empty".to_owned());
        let (setting, address) = match &self.settings.source {
            KeySetSource::Issuer(issuer) => ("issuer", issuer.escape_debug().to_string()),
            KeySetSource::Url(_) => ("jwks", self.endpoint.to_string()),
        };
        let remedy = format!("no keys came from `{address}`: {cause}; look whether it is up and spelled so");
        Err(ConfigError::new(setting, remedy))
    }

    pub(crate) fn health(&self) -> KeyHealth {
        let (now, current) = (self.clock.now(), self.current.load());
        let status = self.status();
        KeyHealth {
            keys: ids(&current.set, now),
            age: status.fetched_at.map(|at| Duration::from_secs(now.saturating_sub(at))),
            last_error: status.failure.clone(),
        }
    }
}

/// Marks a fetch as ended when it is dropped, even after a panic.
struct Fetching(Arc<KeyStore>);

impl Drop for Fetching {
    fn drop(&mut self) {
        let mut status = self.0.status();
        status.fetching = false;
        if thread::panicking() {
            status.failure = Some("the fetch broke off".to_owned());
        }
        drop(status);
        self.0.fetched.send_replace(());
    }
}

/// Fetches keys when they are due, even if no request comes. It ends with the last [`Jwt`](crate::Jwt) that uses the
/// keys.
async fn keep_fresh(store: Weak<KeyStore>, mut fetched: watch::Receiver<()>) {
    while let Some(due_in) = store.upgrade().map(|store| store.due_in()) {
        match timeout(due_in, fetched.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) => store.upgrade().into_iter().for_each(|store| store.begin_if_due()),
        }
    }
}
