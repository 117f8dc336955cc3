//! The store of sessions, whatever its type, with a limit to how long it may take.

use std::{any::type_name, fmt, future::Future, pin::Pin, time::Duration};

use actix_session::storage::{LoadError, SessionKey, SessionStore};
use actix_web::{cookie::time, rt::time::timeout};

use super::state::Stored;
use crate::{
    credential::{refusal::Refusal, store::PATIENCE},
    policy::decision::Denial,
};

pub(crate) type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, Denial>> + 'a>>;

/// A store of sessions. Every failure is a 503.
pub(crate) trait Store: Send + Sync {
    /// Returns how many bytes of text a session may hold.
    fn limit(&self) -> usize;

    /// Loads a session; `None` if there is none with this key.
    fn load<'a>(&'a self, key: &str) -> Asking<'a, Option<Stored>>;

    /// Stores a new session, and returns its key.
    fn save(&self, stored: Stored, ttl: Duration) -> Asking<'_, String>;

    /// Stores a session again, and returns its key, which may be another one. `None` means that the session ended in the
    /// meantime.
    fn update<'a>(&'a self, key: &'a str, stored: Stored, ttl: Duration) -> Asking<'a, Option<String>>;

    /// Keeps a session for longer.
    fn keep<'a>(&'a self, key: &str, ttl: Duration) -> Asking<'a, ()>;

    /// Forgets a session.
    fn delete<'a>(&'a self, key: &str) -> Asking<'a, ()>;
}

/// A store of actix-session's.
pub(crate) struct Kept<S>(pub(crate) S);

/// How much of a session fits into a cookie: encrypted and in base64 this is less than the 4096 bytes that browsers accept
/// (RFC 6265 §6.1).
const COOKIE_LIMIT: usize = 2_500;
/// How much a store on the server takes, so that callers do not fill it.
const LIMIT: usize = 64 * 1_024;

impl<S: SessionStore + Send + Sync> Store for Kept<S> {
    fn limit(&self) -> usize {
        // The type exists only with a feature of actix-session's. A store around it fails when the cookie is written.
        let is_cookie = type_name::<S>().ends_with("::CookieSessionStore");
        if is_cookie { COOKIE_LIMIT } else { LIMIT }
    }

    fn load<'a>(&'a self, key: &str) -> Asking<'a, Option<Stored>> {
        let key = session_key(key);
        Box::pin(async move { self.find(key).await })
    }

    fn save(&self, stored: Stored, ttl: Duration) -> Asking<'_, String> {
        Box::pin(async move { patiently(self.0.save(stored, &signed(ttl))).await.map(String::from) })
    }

    fn update<'a>(&'a self, key: &'a str, stored: Stored, ttl: Duration) -> Asking<'a, Option<String>> {
        Box::pin(async move {
            let Some(old) = session_key(key) else { return Ok(None) };
            let saved = patiently(self.0.update(old, stored, &signed(ttl))).await?;
            // A store may save a session that it does not have under a new key. A session that somebody ended in the
            // meantime must not come back like that.
            if saved.as_ref() != key && self.find(session_key(key)).await?.is_none() {
                patiently(self.0.delete(&saved)).await?;
                return Ok(None);
            }
            Ok(Some(saved.into()))
        })
    }

    fn keep<'a>(&'a self, key: &str, ttl: Duration) -> Asking<'a, ()> {
        let key = session_key(key);
        Box::pin(async move {
            let Some(key) = key else { return Ok(()) };
            patiently(self.0.update_ttl(&key, &signed(ttl))).await
        })
    }

    fn delete<'a>(&'a self, key: &str) -> Asking<'a, ()> {
        let key = session_key(key);
        Box::pin(async move {
            let Some(key) = key else { return Ok(()) };
            patiently(self.0.delete(&key)).await
        })
    }
}

impl<S: SessionStore> Kept<S> {
    async fn find(&self, key: Option<SessionKey>) -> Result<Option<Stored>, Denial> {
        let Some(key) = key else { return Ok(None) };
        match timeout(PATIENCE, self.0.load(&key)).await {
            Ok(Ok(stored)) => Ok(stored),
            // What cannot be read is no session.
            Ok(Err(LoadError::Deserialization(_))) => Ok(None),
            Ok(Err(error)) => Err(unavailable(&error)),
            Err(_) => Err(late()),
        }
    }
}

fn session_key(key: &str) -> Option<SessionKey> {
    key.to_owned().try_into().ok()
}

/// Waits for a store, but not for long.
async fn patiently<T>(asking: impl Future<Output = Result<T, impl fmt::Debug>>) -> Result<T, Denial> {
    match timeout(PATIENCE, asking).await {
        Ok(answer) => answer.map_err(|error| unavailable(&error)),
        Err(_) => Err(late()),
    }
}

/// The text shows the causes of the error too, but not endlessly.
fn unavailable(error: &dyn fmt::Debug) -> Denial {
    let text: String = format!("{error:?}").chars().take(CAUSE_LIMIT).collect();
    Refusal::unavailable(format!("the session store failed: {text}")).into()
}

/// How many characters of a store's error are logged.
const CAUSE_LIMIT: usize = 500;

fn late() -> Denial {
    Refusal::unavailable(format!("the session store gave no answer within {} s", PATIENCE.as_secs())).into()
}

fn signed(ttl: Duration) -> time::Duration {
    time::Duration::try_from(ttl).unwrap_or(time::Duration::MAX)
}
