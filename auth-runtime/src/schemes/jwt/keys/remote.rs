//! The settings for keys that are fetched from an issuer, and the state of these keys.

use std::time::Duration;

use jsonwebtoken::AlgorithmFamily;

use crate::{
    config::ConfigError,
    schemes::{jwt::algorithm::Algorithm, provider::ClientSettings},
};

/// The keys that a [`JwtBuilder`](crate::jwt::JwtBuilder) fetches from the issuer.
#[derive(Clone, Debug)]
pub struct RemoteKeys {
    pub(crate) source: KeySetSource,
    pub(crate) client: ClientSettings,
    pub(crate) cool_down: Duration,
    pub(crate) max_age: Duration,
    pub(crate) refresh: (Duration, Duration),
    pub(crate) rsa: Algorithm,
}

/// The place from which the keys are fetched.
#[derive(Clone, Debug)]
pub(crate) enum KeySetSource {
    /// The address that this issuer's metadata names.
    Issuer(String),
    Url(String),
}

impl RemoteKeys {
    pub(crate) fn at(source: KeySetSource) -> Self {
        Self {
            source,
            client: ClientSettings::default(),
            cool_down: Duration::from_secs(10),
            max_age: Duration::from_hours(24),
            refresh: (Duration::from_mins(1), Duration::from_hours(1)),
            rsa: Algorithm::RS256,
        }
    }

    /// Checks that the settings work with each other.
    ///
    /// # Errors
    /// [`ConfigError`] that names the setting which is out of range.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let second = Duration::from_secs(1);
        let refuse = |setting, remedy: &str| Err(ConfigError::new(setting, remedy));
        let (least, most) = self.refresh;
        if self.cool_down < second || self.cool_down > Duration::from_hours(1) {
            return refuse("cool_down", "is less than a second or more than an hour; take some seconds");
        }
        if least < second || least > most {
            return refuse("refresh_between", "is less than a second or ends before it begins; take minutes");
        }
        if self.max_age <= most {
            return refuse("max_age", "is not more than the time between two fetches; take hours");
        }
        if self.rsa.family() != AlgorithmFamily::Rsa {
            return refuse("rsa_algorithm", "is not one for RSA keys; take an RS or PS one");
        }
        Ok(())
    }
}

/// The state of the keys with which a [`Jwt`](crate::Jwt) verifies.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct KeyHealth {
    /// The keys that are in use now: the `kid` of each, or the algorithm of a key that has none. If the list is empty,
    /// nobody gets in.
    pub keys: Vec<String>,
    /// How long ago the keys were fetched; `None` if they never were, or if they were given at start-up.
    pub age: Option<Duration>,
    /// Why the last fetch failed; `None` if it succeeded.
    pub last_error: Option<String>,
}
