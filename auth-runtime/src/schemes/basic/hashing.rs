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

/// How long a comparison may take, together with the wait for a thread, in builds without optimization too. It ends the
/// wait for threads that the application holds for ever.
const LONGEST: Duration = Duration::from_secs(30);

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
    longest: Duration,
    decoy: Arc<Mutex<Decoy>>,
}

/// What passwords of unknown users are compared with: the hash of a known user that takes longest.
struct Decoy {
    hash: Arc<str>,
    /// The memory that the hash writes, in KiB, all passes together.
    cost: u64,
}

impl Hashing {
    pub(super) fn new() -> Self {
        let limit = limit_of(available_parallelism().map_or(1, usize::from));
        Self {
            limit,
            turns: Arc::new(Semaphore::new(limit)),
            wait: Duration::from_secs(5),
            longest: LONGEST,
            decoy: Arc::default(),
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
        let mut compared = runtime.spawn_blocking(move || {
            let fits = fits(&password, stored.as_deref(), &decoy);
            drop(turn);
            fits
        });
        let Ok(compared) = timeout(self.longest, &mut compared).await else {
            // What has no thread yet is not begun any more.
            compared.abort();
            return Err(unavailable("no thread hashes a password in time"));
        };
        compared.map_err(|_| unavailable("the hashing of a password broke off"))
    }
}

/// Returns how many passwords are hashed at once on so many cores. Anybody can have passwords hashed, so half of the cores
/// are left for everything else.
fn limit_of(cores: usize) -> usize {
    (cores / 2).clamp(1, 8)
}

impl Decoy {
    /// Takes the hash of a known user for the decoy, if it takes longer than those before.
    fn learn(&mut self, text: &str, hash: &PasswordHash) {
        let cost = argon2::Params::try_from(hash)
            .map_or(0, |params| u64::from(params.m_cost()).saturating_mul(params.t_cost().into()));
        if cost > self.cost {
            *self = Self { hash: text.into(), cost };
        }
    }
}

impl Default for Decoy {
    fn default() -> Self {
        Self { hash: DECOY.into(), cost: 0 }
    }
}

/// Compares a password with the hash of a known user, or in vain with the decoy.
fn fits(password: &str, stored: Option<&str>, decoy: &Mutex<Decoy>) -> bool {
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
        decoy.lock().unwrap_or_else(PoisonError::into_inner).learn(text, &hash);
        return compare(&hash);
    }
    let decoy = Arc::clone(&decoy.lock().unwrap_or_else(PoisonError::into_inner).hash);
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
    use std::{
        sync::{Mutex, mpsc},
        time::Duration,
    };

    use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher as _};
    use tokio::runtime::Builder;

    use super::{DECOY, Decoy, Hashing, PasswordHash, fits, hash, is_complete, limit_of};

    fn cheap(password: &str, passes: u32) -> String {
        let params = Params::new(8, passes, 1, None).unwrap_or_else(|error| unreachable!("{error}"));
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
        assert!(fits("secret", Some(&new), &Mutex::default()));
    }

    #[test]
    fn an_unknown_user_costs_what_the_costliest_known_one_costs() {
        let (cheapest, stored, decoy) = (cheap("secret", 1), cheap("secret", 2), Mutex::<Decoy>::default());
        // Each is compared with the right password and with a wrong one.
        for (hash, costliest) in [(&cheapest, &cheapest), (&stored, &stored), (&cheapest, &stored)] {
            assert!(fits("secret", Some(hash), &decoy));
            assert!(!fits("other", Some(hash), &decoy));
            assert!(decoy.lock().is_ok_and(|decoy| *decoy.hash == **costliest));
        }
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
        assert!(decoy.lock().is_ok_and(|decoy| *decoy.hash == *stored), "a broken hash is no decoy");
    }

    #[test]
    fn half_of_the_cores_hash_and_eight_at_most() {
        assert_eq!([0, 1, 2, 3, 4, 16, 17, 128].map(limit_of), [1, 1, 1, 1, 2, 8, 8, 8]);
    }

    #[test]
    fn without_a_free_thread_the_wait_ends() {
        let builder = &mut Builder::new_current_thread();
        let runtime = builder.max_blocking_threads(1).enable_time().build();
        let runtime = runtime.unwrap_or_else(|error| unreachable!("{error}"));
        let (release, held) = mpsc::channel::<()>();
        let holder = runtime.spawn_blocking(move || held.recv());
        let patient = Hashing::new();
        let hashing = Hashing { longest: Duration::from_millis(1), ..patient.clone() };
        let compare = |hashing: &Hashing| {
            runtime.block_on(hashing.compare("secret".to_owned(), Some(cheap("secret", 1))))
        };
        let refused = compare(&hashing);
        assert!(
            refused.is_err_and(|denial| denial.to_string().contains("no thread hashes a password in time"))
        );
        drop(release);
        assert!(runtime.block_on(holder).is_ok());
        assert!(compare(&patient).is_ok_and(|fits| fits), "the turn is given back");
    }
}
