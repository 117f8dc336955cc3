//! How keys are fetched from an issuer, and how they stand.

use std::time::Duration;

use crate::schemes::{jwt::algorithm::Algorithm, provider::ClientSettings};

/// The keys of a [`JwtBuilder`](crate::jwt::JwtBuilder) that are fetched from the issuer.
#[derive(Clone, Debug)]
pub struct RemoteKeys {
    pub(crate) at: At,
    pub(crate) client: ClientSettings,
    pub(crate) cool_down: Duration,
    pub(crate) max_age: Duration,
    pub(crate) refresh: (Duration, Duration),
    pub(crate) rsa: Algorithm,
}

/// Where the keys are.
#[derive(Clone, Debug)]
pub(crate) enum At {
    /// Where this issuer's metadata say.
    Issuer(String),
    Url(String),
}

impl RemoteKeys {
    pub(crate) fn at(at: At) -> Self {
        Self {
            at,
            client: ClientSettings::default(),
            cool_down: Duration::from_secs(10),
            max_age: Duration::from_hours(24),
            refresh: (Duration::from_mins(1), Duration::from_hours(1)),
            rsa: Algorithm::RS256,
        }
    }
}

/// The state of the keys that a [`Jwt`](crate::Jwt) verifies with.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct KeyHealth {
    /// The keys that work at this moment: the `kid` of each, or its algorithm where it has none. Where there are none,
    /// nobody gets in.
    pub keys: Vec<String>,
    /// How long ago they were fetched; none if they never were, or were given at start-up.
    pub age: Option<Duration>,
    /// Why the last fetch failed; none if it did not.
    pub last_error: Option<String>,
}
