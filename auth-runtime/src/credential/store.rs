//! The stores that know API keys and users, and the error of a store that cannot be asked.

use std::{error::Error, fmt, future::Future, sync::Arc, time::Duration};

use actix_web::rt::time::timeout;

use super::{
    authenticate::{Asynchronous, Direct},
    eventual::Eventual,
    refusal::Refusal,
};
use crate::policy::decision::Denial;

/// Finds the record of one id: a [`StoredKey`](crate::api_key::StoredKey) by the id of an API key, or a
/// `basic::StoredUser` by the name of a user.
///
/// Closures implement this trait, and every method that takes a store takes an `async` closure too. `None` means that
/// there is no such record.
///
/// # Errors
/// [`Unavailable`]. `?` on any error says that the store cannot be asked, and the caller gets 503. So does a store that gives
/// no answer within two seconds.
///
/// # Example
/// ```
/// use auth_runtime::{Principal, api_key::StoredKey, store::{Found, Store}};
///
/// struct Table;
///
/// impl Table {
///     async fn row(id: &str) -> std::io::Result<Option<([u8; 32], String)>> {
///         // … ask the database …
///         # let _ = id;
///         Ok(None)
///     }
/// }
///
/// impl Store<StoredKey> for Table {
///     fn find(&self, id: &str) -> Found<StoredKey> {
///         let id = id.to_owned();
///         Found::later(async move {
///             let row = Self::row(&id).await?; // 503
///             let stored = |(digest, owner): ([u8; 32], String)| {
///                 StoredKey::new(digest, Principal::builder().subject(owner).build())
///             };
///             Ok(row.map(stored))
///         })
///     }
/// }
/// ```
pub trait Store<Record>: Send + Sync + 'static {
    /// Finds the record of `id`.
    fn find(&self, id: &str) -> Found<Record>;
}

impl<F, R, Record> Store<Record> for F
where
    F: Fn(&str) -> R + Send + Sync + 'static,
    R: Into<Found<Record>>,
{
    fn find(&self, id: &str) -> Found<Record> {
        self(id).into()
    }
}

/// Everything that can become a [`Store`]: a type that implements it, or an `async` closure. `Form` tells the two apart;
/// no type is both.
///
/// # Example
/// ```
/// use std::collections::HashMap;
///
/// use auth_runtime::api_key::{ApiKeys, StoredKey};
///
/// let at_hand: HashMap<String, StoredKey> = HashMap::new();
/// let keys = ApiKeys::new("ord", move |id: &str| Ok(at_hand.get(id).cloned()));
///
/// async fn find(id: &str) -> std::io::Result<Option<StoredKey>> {
///     // … ask the database …
///     # let _ = id;
///     Ok(None)
/// }
///
/// let keys = ApiKeys::new("ord", async |id: &str| Ok(find(id).await?));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no store of `{Record}`",
    label = "is no store",
    note = "a closure takes a `&str`, written out, and returns a `Result<Option<{Record}>, Unavailable>`; it may be `async`",
    note = "a type implements `auth_runtime::store::Store<{Record}>`"
)]
pub trait IntoStore<Record, Form> {
    /// Turns the value into a store.
    fn into_store(self) -> impl Store<Record>;
}

impl<Record, S: Store<Record>> IntoStore<Record, Direct> for S {
    fn into_store(self) -> impl Store<Record> {
        self
    }
}

impl<Record, F, R> IntoStore<Record, Asynchronous> for F
where
    Record: 'static,
    F: AsyncFn(&str) -> R + Send + Sync + 'static,
    R: Into<Found<Record>>,
{
    fn into_store(self) -> impl Store<Record> {
        let closure = Arc::new(self);
        move |id: &str| {
            let (closure, id) = (Arc::clone(&closure), id.to_owned());
            Found(Eventual::later(async move {
                let found: Found<Record> = closure(&id).await.into();
                found.0.wait().await
            }))
        }
    }
}

/// What a [`Store`] answers, now or later.
pub struct Found<Record>(pub(crate) Eventual<Result<Option<Record>, Unavailable>>);

impl<Record: 'static> Found<Record> {
    /// Makes an answer that comes later. No argument of the handler is read in the meantime.
    pub fn later(answer: impl Future<Output = Result<Option<Record>, Unavailable>> + 'static) -> Self {
        Self(Eventual::later(answer))
    }
}

impl<Record: 'static> Found<Record> {
    /// Waits for the store, but not for long.
    pub(crate) fn patiently(self) -> Eventual<Result<Option<Record>, Unavailable>> {
        let Eventual::Later(answer) = self.0 else { return self.0 };
        Eventual::later(async {
            let late = || Unavailable(format!("the store gave no answer within {} s", PATIENCE.as_secs()));
            timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(late()))
        })
    }
}

impl<Record> From<Result<Option<Record>, Unavailable>> for Found<Record> {
    fn from(answer: Result<Option<Record>, Unavailable>) -> Self {
        Self(Eventual::Now(answer))
    }
}

impl<Record> fmt::Debug for Found<Record> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").finish_non_exhaustive()
    }
}

/// How long a store may take. A request that needs it waits for no longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// The characters of the shortest id that is cut out of the text of an error.
const MIN_CUT: usize = 8;

/// Says that a [`Store`] cannot be asked: the caller gets 503, and the text of the cause is for the log.
///
/// A store is asked about an id, and not about the secret that a stranger sent, so `?` on any error means that the store
/// failed. An authenticator of your own reads the credential itself; there `?` is a refused credential
/// ([`Refusal`]).
///
/// # Example
/// ```
/// use auth_runtime::store::Unavailable;
///
/// fn connect() -> Result<(), Unavailable> {
///     Err(std::io::Error::other("no connection"))?
/// }
///
/// assert_eq!(connect().unwrap_err().to_string(), "no connection");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable(String);

impl Unavailable {
    /// Says why the store cannot be asked, for causes that `?` does not take, such as a poisoned lock.
    pub fn because(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }

    /// Returns the denial of a request that asked for `id`. The id is cut out of the text, because the log has no piece of a
    /// credential. An id of fewer than eight characters stays: it may stand in any word, and whoever sends `e` for a name
    /// must not make the log unreadable.
    pub(crate) fn into_denial(self, id: &str) -> Denial {
        let Self(cause) = self;
        if id.chars().count() < MIN_CUT {
            return Refusal::unavailable(cause).into();
        }
        Refusal::unavailable(cause.replace(id, "[the id]")).into()
    }
}

impl<E: Error + 'static> From<E> for Unavailable {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Writes the text for the log.
impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Unavailable;

    #[test]
    fn the_log_has_the_text_without_the_id() {
        let told =
            |id: &str| Unavailable::because("no connection for wilhelmina").into_denial(id).to_string();
        assert!(told("wilhelmina").ends_with("no connection for [the id]"), "{}", told("wilhelmina"));
        for id in ["", "e", "connect", "another-id"] {
            assert!(told(id).ends_with("no connection for wilhelmina"), "{}", told(id));
        }
    }
}
