//! The hashing of passwords, which takes long, so that few are hashed at once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::available_parallelism,
    time::Duration,
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::{runtime::Handle, sync::Semaphore, time::timeout};

use super::name_and_password::PasswordError;
use crate::{config::ConfigError, credential::refusal::Refusal, policy::decision::Denial};

/// The hash of nobody's password, with the parameters of [`hash`]. Passwords of unknown users are compared with it until
/// the first known user comes.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdC4$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes a password with a salt of its own.
pub(super) fn hash(password: &str) -> Result<String, PasswordError> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    let hashed =
        hashed.map_err(|_| PasswordError("the system has no random numbers or no memory; try it again"))?;
    Ok(hashed.to_string())
}

/// Compares passwords with hashes, a few at once.
#[derive(Clone)]
pub(super) struct Hashing {
    limit: usize,
    turns: Arc<Semaphore>,
    /// How long a request waits for its turn.
    pub(super) wait: Duration,
    decoy: Arc<Mutex<Arc<str>>>,
}

impl Hashing {
    pub(super) fn new() -> Self {
        let limit = available_parallelism().map_or(1, usize::from);
        Self {
            limit,
            turns: Arc::new(Semaphore::new(limit)),
            wait: Duration::from_secs(5),
            decoy: Arc::new(Mutex::new(DECOY.into())),
        }
    }

    /// Replaces the number of passwords that are hashed at once.
    pub(super) fn limit(&mut self, limit: usize) {
        self.limit = limit.min(Semaphore::MAX_PERMITS);
        self.turns = Arc::new(Semaphore::new(self.limit));
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.limit > 0 {
            return Ok(());
        }
        Err(ConfigError::new("at_once", "no password could ever be hashed; allow at least one"))
    }

    /// Returns whether a password has this hash. Without a hash it has not, which takes as long to find out.
    pub(super) async fn compare(&self, password: String, stored: Option<String>) -> Result<bool, Denial> {
        let unavailable = |cause: &str| Denial::from(Refusal::unavailable(cause));
        let runtime =
            Handle::try_current().map_err(|_| unavailable("passwords are hashed outside of Tokio"))?;
        let turn = timeout(self.wait, Arc::clone(&self.turns).acquire_owned());
        let Ok(Ok(turn)) = turn.await else {
            return Err(unavailable("too many passwords wait to be hashed"));
        };
        let decoy = Arc::clone(&self.decoy);
        let compared = runtime.spawn_blocking(move || {
            let fits = fits(&password, stored.as_deref(), &decoy);
            drop(turn);
            fits
        });
        compared.await.map_err(|_| unavailable("the hashing of a password broke off"))
    }
}

/// Compares a password with the hash of a known user, or in vain with the one before.
fn fits(password: &str, stored: Option<&str>, decoy: &Mutex<Arc<str>>) -> bool {
    let compare = |hash: &PasswordHash| Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
    let stored = stored.and_then(|text| {
        let hash = PasswordHash::new(text).ok().filter(is_complete);
        // A text without `$` locks a user out on purpose.
        if hash.is_none() && text.starts_with('$') {
            tracing::warn!(
                "the stored hash of a user is no hash of Argon2 in PHC format, so no password fits"
            );
        }
        hash.map(|hash| (text, hash))
    });
    if let Some((text, hash)) = stored {
        // The next unknown user costs what this one costs.
        *decoy.lock().unwrap_or_else(PoisonError::into_inner) = text.into();
        return compare(&hash);
    }
    let decoy = Arc::clone(&decoy.lock().unwrap_or_else(PoisonError::into_inner));
    if let Ok(hash) = PasswordHash::new(&decoy) {
        std::hint::black_box(compare(&hash));
    }
    false
}

/// Returns whether a hash is one of Argon2 with a salt and an output, so that comparing with it is work.
fn is_complete(hash: &PasswordHash) -> bool {
    let is_argon2 = argon2::Algorithm::try_from(hash.algorithm.as_str()).is_ok();
    is_argon2 && argon2::Params::try_from(hash).is_ok() && hash.salt.is_some() && hash.hash.is_some()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher as _};

    use super::{DECOY, PasswordHash, fits, hash, is_complete};

    fn cheap(password: &str) -> String {
        let params = Params::new(8, 1, 1, None).unwrap_or_else(|error| unreachable!("{error}"));
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2
            .hash_password(password.as_bytes())
            .map_or_else(|error| unreachable!("{error}"), |hash| hash.to_string())
    }

    #[test]
    fn the_decoy_has_the_parameters_of_new_hashes() {
        let new = hash("secret").unwrap_or_else(|error| unreachable!("{error}"));
        let parameters = |text: &str| {
            let hash = PasswordHash::new(text).unwrap_or_else(|error| unreachable!("{error}"));
            assert!(is_complete(&hash));
            (hash.algorithm, hash.version, hash.params.clone(), hash.hash.map(|output| output.as_ref().len()))
        };
        assert_eq!(parameters(DECOY), parameters(&new));
        assert!(fits("secret", Some(&new), &Mutex::new(DECOY.into())));
    }

    #[test]
    fn an_unknown_user_costs_what_the_one_before_cost() {
        let (stored, decoy) = (cheap("secret"), Mutex::<Arc<str>>::new(DECOY.into()));
        assert!(fits("secret", Some(&stored), &decoy));
        assert!(!fits("other", Some(&stored), &decoy));
        assert!(decoy.lock().is_ok_and(|decoy| **decoy == *stored));
        assert!(!fits("secret", None, &decoy), "the decoy lets nobody in");
        let unsupported = "$scrypt$ln=1,r=8,p=1$bm9ib2R5J3Mgc2FsdC4$AAAAAAAAAAAAAAAAAAAAAA";
        for broken in [
            "",
            "!",
            "secret",
            "$argon2id$v=19$m=8,t=1,p=1",
            "$2b$12$abc",
            unsupported,
            "$argon2id$v=19$m=1,t=0,p=9$bm9ib2R5J3Mgc2FsdC4$AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(!fits("secret", Some(broken), &decoy), "{broken}");
        }
        assert!(decoy.lock().is_ok_and(|decoy| **decoy == *stored), "a broken hash is no decoy");
    }
}
