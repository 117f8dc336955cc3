//! BA: names and passwords (RFC 7617).

mod rules;
mod work;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_runtime::{
    Authorizer, Principal,
    basic::{Basic, StoredUser},
    store::Unavailable,
};
use auth_tests::Server;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{people, service};

const PASSWORD: &str = "correct horse battery staple";
/// The time at which the tests begin, in seconds since 1970.
const NOW: u64 = 1_800_000_000;
/// A hash that takes long to compare with, and that no password has.
const SLOW: &str =
    "$argon2id$v=19$m=32768,t=20,p=1$bm9ib2R5J3Mgc2FsdC4$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The users of a service.
#[derive(Clone, Default)]
struct Users(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    hashes: BTreeMap<String, String>,
    /// The names that were asked for.
    asked: Vec<String>,
    is_away: bool,
    now: u64,
}

impl Users {
    /// Makes the users alice, and `u` with a colon in the password.
    fn new() -> Self {
        static HASHES: OnceLock<[String; 2]> = OnceLock::new();
        let [alice, colon] = HASHES.get_or_init(|| [PASSWORD, "p:w"].map(|text| Basic::hash(text).unwrap()));
        let users = Self::default();
        users.set("alice", alice);
        users.set("u", colon);
        users
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap()
    }

    fn set(&self, name: &str, hash: &str) {
        self.content().hashes.insert(name.to_owned(), hash.to_owned());
    }

    /// Returns the names that were asked for since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.content().asked)
    }

    fn find(&self, name: &str) -> Result<Option<StoredUser>, Unavailable> {
        let mut content = self.content();
        content.asked.push(name.to_owned());
        if content.is_away {
            return Err(std::io::Error::other(format!("no connection to look for {name}")))?;
        }
        let user = |hash: &String| {
            let ends = UNIX_EPOCH + Duration::from_secs(NOW + 1_000);
            StoredUser::new(hash, Principal::builder().subject(name).expires_at(ends).build())
        };
        Ok(content.hashes.get(name).map(user))
    }

    fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW + self.content().now)
    }

    fn basic(&self) -> Basic {
        let (users, clock) = (self.clone(), self.clone());
        Basic::new(move |name: &str| users.find(name)).clock(move || clock.time())
    }

    /// Starts a service that asks for passwords and accepts bearer tokens too.
    fn serve(&self) -> Server {
        serve(self.basic().advertised())
    }
}

fn serve(basic: Basic) -> Server {
    service(Authorizer::builder().realm("desk").scheme(basic).bearer(people))
}

/// Returns the line of a head that presents these bytes.
fn basic(text: impl AsRef<[u8]>) -> String {
    format!("authorization: Basic {}", STANDARD.encode(text))
}

fn alice() -> String {
    basic(format!("alice:{PASSWORD}"))
}
