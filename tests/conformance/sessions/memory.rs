//! CK: stores of an application's own, and the one in memory.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time;
use auth_runtime::session::MemoryStore;

use super::{IDLE, Shop, cookie};

type State = HashMap<String, String>;

/// A store in memory.
#[derive(Clone, Default)]
struct Memory {
    sessions: Arc<Mutex<HashMap<String, State>>>,
    count: Arc<AtomicUsize>,
    /// Whether an update saves what is gone under a new key, as the store of Redis does. Otherwise the update fails.
    saves_again: bool,
    /// Whether the next update finds that somebody has removed the sessions.
    is_emptied: Arc<Mutex<bool>>,
}

impl SessionStore for Memory {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        Ok(self.sessions.lock().unwrap().get(key.as_ref()).cloned())
    }

    async fn save(&self, state: State, _: &time::Duration) -> Result<SessionKey, SaveError> {
        let key = format!("key {}", self.count.fetch_add(1, Ordering::SeqCst));
        self.sessions.lock().unwrap().insert(key.clone(), state);
        Ok(key.try_into().unwrap())
    }

    async fn update(
        &self,
        key: SessionKey,
        state: State,
        ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        if *self.is_emptied.lock().unwrap() {
            self.sessions.lock().unwrap().clear();
        }
        let is_there = self.sessions.lock().unwrap().contains_key(key.as_ref());
        if is_there {
            self.sessions.lock().unwrap().insert(key.as_ref().to_owned(), state);
            Ok(key)
        } else if self.saves_again {
            self.save(state, ttl).await.map_err(|error| UpdateError::Other(error.into()))
        } else {
            Err(UpdateError::Other(std::io::Error::other("the session is gone").into()))
        }
    }

    async fn update_ttl(&self, _: &SessionKey, _: &time::Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        self.sessions.lock().unwrap().remove(key.as_ref());
        Ok(())
    }
}

#[test]
fn a_store_of_each_kind_brings_no_session_back() {
    for (saves_again, status) in [(true, 200), (false, 503)] {
        let store = Memory { saves_again, ..Memory::default() };
        let shop = Shop::start(store.clone(), |sessions| sessions);
        let alice = cookie(&shop.server.send("POST", "/basket", &[&shop.log_in("alice")]));
        assert_eq!(shop.server.get("/basket", &[&alice]).text(), "1");
        shop.time.set(IDLE / 2);
        let later = cookie(&shop.server.get("/me", &[&alice]));
        *store.is_emptied.lock().unwrap() = true;
        let response = shop.server.send("POST", "/basket", &[&later, "x-expect: 503"]);
        assert_eq!((response.status(), response.field("set-cookie")), (status, None));
        assert_eq!(shop.status("GET", "/me", &[&later]), 401);
        assert!(store.sessions.lock().unwrap().is_empty());
    }
}

#[actix_web::test]
async fn the_store_in_memory_forgets_and_brings_nothing_back() {
    let (store, hour) = (MemoryStore::new(), time::Duration::hours(1));
    let state = |text: &str| State::from([("name".to_owned(), text.to_owned())]);
    let key = store.save(state("one"), &hour).await.unwrap();
    let again = || -> SessionKey { key.as_ref().to_owned().try_into().unwrap() };
    assert_eq!(store.clone().load(&key).await.unwrap(), Some(state("one")), "clones hold the same");
    assert_eq!(store.update(again(), state("two"), &hour).await.unwrap().as_ref(), key.as_ref());
    assert_eq!(store.load(&key).await.unwrap(), Some(state("two")));
    store.update_ttl(&key, &time::Duration::ZERO).await.unwrap();
    assert_eq!(store.load(&key).await.unwrap(), None, "its time is over");
    store.update_ttl(&key, &hour).await.unwrap();
    assert!(store.update(again(), state("three"), &hour).await.is_err());
    assert_eq!(store.load(&key).await.unwrap(), None, "it does not come back");

    let key = store.save(state("one"), &hour).await.unwrap();
    store.delete(&key).await.unwrap();
    assert_eq!(store.load(&key).await.unwrap(), None);
    // 64 MiB at most, however much callers put in.
    let large = "a".repeat(60_000);
    let mut keys = Vec::new();
    for _ in 0..1_500 {
        keys.push(store.save(state(&large), &hour).await.unwrap());
    }
    let mut left = 0;
    for key in &keys {
        left += usize::from(store.load(key).await.unwrap().is_some());
    }
    assert!((500..1_150).contains(&left), "{left}");
}
