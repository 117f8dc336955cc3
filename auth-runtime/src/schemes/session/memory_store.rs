//! Sessions in the memory of the process.

use std::{
    collections::HashMap,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_session::storage::{
    LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key,
};
use actix_web::cookie::time;
use quick_cache::{Weighter, sync::Cache};

/// A store of sessions in the memory of this process, for tests and for services of one process. A logout counts at once,
/// and a restart ends all sessions. It is cheap to clone, and clones hold the same sessions.
///
/// It holds 64 MiB of sessions; beyond that, those that are used least end.
///
/// # Example
/// ```
/// use actix_web::cookie::Key;
/// use auth_runtime::session::{MemoryStore, Sessions};
///
/// let sessions = Sessions::new(MemoryStore::new(), Key::generate());
/// ```
#[derive(Clone)]
pub struct MemoryStore(Arc<Cache<String, Held, ByBytes>>);

type State = HashMap<String, String>;

#[derive(Clone)]
struct Held {
    state: Arc<State>,
    ends: Instant,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Held> for ByBytes {
    fn weight(&self, key: &String, held: &Held) -> u64 {
        let texts = held.state.iter().map(|(name, text)| name.len() + text.len() + OVERHEAD).sum::<usize>();
        u64::try_from(key.len() + OVERHEAD + texts).unwrap_or(u64::MAX)
    }
}

const MOST_BYTES: u64 = 64 << 20;
/// The bytes that an entry takes beside its texts.
const OVERHEAD: usize = 128;
/// The sessions for which room is made first.
const USUAL: usize = 1_000;

impl MemoryStore {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self(Arc::new(Cache::with_weighter(USUAL, MOST_BYTES, ByBytes)))
    }

    fn find(&self, key: &SessionKey) -> Option<Held> {
        let held = self.0.get(key.as_ref())?;
        if Instant::now() < held.ends {
            return Some(held);
        }
        self.0.remove(key.as_ref());
        None
    }
}

fn held(state: Arc<State>, ttl: &time::Duration) -> Held {
    // A time that the clock cannot count is longer than the process lives.
    let ttl = Duration::try_from(*ttl).unwrap_or_default().min(Duration::from_secs(u32::MAX.into()));
    Held { state, ends: Instant::now() + ttl }
}

impl SessionStore for MemoryStore {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        Ok(self.find(key).map(|held| State::clone(&held.state)))
    }

    async fn save(&self, state: State, ttl: &time::Duration) -> Result<SessionKey, SaveError> {
        let key = generate_session_key();
        self.0.insert(key.as_ref().to_owned(), held(Arc::new(state), ttl));
        Ok(key)
    }

    async fn update(
        &self,
        key: SessionKey,
        state: State,
        ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        // A session that ended in the meantime must not come back.
        let is_there = self.find(&key).is_some();
        if is_there && self.0.replace(key.as_ref().to_owned(), held(Arc::new(state), ttl), false).is_ok() {
            return Ok(key);
        }
        Err(UpdateError::Other(std::io::Error::other("the session is gone").into()))
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &time::Duration) -> Result<(), anyhow::Error> {
        if let Some(held) = self.find(key) {
            // It fails if the session is gone, which is no error here.
            let _ = self.0.replace(key.as_ref().to_owned(), self::held(held.state, ttl), false);
        }
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        self.0.remove(key.as_ref());
        Ok(())
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

/// Leaves out the sessions, which are personal.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}
