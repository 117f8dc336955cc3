//! The settings for keys that are fetched from an issuer, and the state of these keys.

use std::time::Duration;

use crate::schemes::{jwt::algorithm::Algorithm, provider::ClientSettings};

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
