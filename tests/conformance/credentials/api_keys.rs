//! AK: API keys that the service gives out.

mod beside;
mod broken;
mod life;
mod rules;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_runtime::{
    Authorizer, Principal, Scheme,
    api_key::{ApiKey, ApiKeys, StoredKey},
    store::Unavailable,
};
use auth_tests::Server;
use sha2::{Digest as _, Sha256};

use super::{routes, service};

/// The time at which the tests begin, in seconds since 1970.
const NOW: u64 = 1_800_000_000;

/// A table of keys, as a database has it.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    rows: BTreeMap<String, Row>,
    /// How often the table was asked.
    asked: usize,
    is_away: bool,
    now: u64,
}

#[derive(Clone)]
struct Row {
    digest: Vec<u8>,
    owner: &'static str,
    ends: Option<u64>,
}

impl Table {
    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap()
    }

    /// Makes a key, stores what is stored of it, and returns its text.
    fn issue(&self, owner: &'static str) -> ApiKey {
        self.issue_until(owner, None)
    }

    fn issue_until(&self, owner: &'static str, ends: Option<u64>) -> ApiKey {
        let key = ApiKey::generate("ord").unwrap();
        let row = Row { digest: key.digest().to_vec(), owner, ends };
        self.content().rows.insert(key.id().to_owned(), row);
        key
    }

    fn remove(&self, key: &ApiKey) {
        self.content().rows.remove(key.id());
    }

    /// Returns how often the table was asked since the last time.
    fn asked(&self) -> usize {
        std::mem::take(&mut self.content().asked)
    }

    fn pass(&self, seconds: u64) {
        self.content().now += seconds;
    }

    fn find(&self, id: &str) -> Result<Option<StoredKey>, Unavailable> {
        let mut content = self.content();
        content.asked += 1;
        if content.is_away {
            return Err(std::io::Error::other(format!("no connection to look for {id}")))?;
        }
        Ok(content.rows.get(id).map(|Row { digest, owner, ends }| {
            let mut principal = Principal::builder().subject(*owner);
            if let Some(ends) = ends {
                principal = principal.expires_at(UNIX_EPOCH + Duration::from_secs(*ends));
            }
            if *owner == "keeper" {
                principal = principal.scope("secrets");
            }
            StoredKey::new(digest, principal.build())
        }))
    }

    fn keys(&self) -> ApiKeys {
        let (table, clock) = (self.clone(), self.clone());
        ApiKeys::new("ord", move |id: &str| table.find(id)).clock(move || clock.time())
    }

    fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW + self.content().now)
    }

    /// Returns all that the table holds, as text.
    fn dump(&self) -> String {
        let mut dump = String::new();
        for (id, Row { digest, owner, ends }) in &self.content().rows {
            writeln!(dump, "{id} {} {owner} {ends:?}", hex(digest)).unwrap();
        }
        dump
    }

    /// Starts a service that accepts the keys in `x-api-key`.
    fn serve(&self) -> Server {
        serve(self.keys().header("x-api-key"))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn serve(scheme: impl Into<Scheme>) -> Server {
    service(Authorizer::builder().realm("desk").scheme(scheme))
}

/// Returns the line of a head that presents a key.
fn header(text: &str) -> String {
    format!("x-api-key: {text}")
}

/// Makes a key by the documented format, of parts that nobody was given.
fn key_of(prefix: &str, id: &str, secret: &str) -> String {
    let text = format!("{prefix}_{id}_{secret}");
    let digest = Sha256::digest(&text);
    let mut number = u32::from_be_bytes(digest[..4].try_into().unwrap()) as usize;
    let mut checksum = Vec::new();
    for _ in 0..6 {
        checksum.insert(0, DIGITS[number % 62]);
        number /= 62;
    }
    text + std::str::from_utf8(&checksum).unwrap()
}

const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Returns a well-formed key with the id of `key` and another secret.
fn with_another_secret(key: &ApiKey) -> String {
    key_of("ord", key.id(), &"S".repeat(43))
}

/// Returns a well-formed key that nobody was given.
fn unknown() -> String {
    key_of("ord", &"U".repeat(16), &"S".repeat(43))
}
