//! Whether the issuer answers, for a health check.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Whether the issuer answers the questions of an [`Introspection`](super::Introspection).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct IntrospectionHealth {
    /// How long ago the issuer last answered a question; `None` if it never did.
    pub age: Option<Duration>,
    /// Why the last question failed; `None` if it was answered, or if nothing was asked yet.
    pub last_error: Option<String>,
}

/// The outcome of the last question.
#[derive(Default)]
pub(super) struct LastQuestion(Mutex<Outcome>);

#[derive(Default)]
struct Outcome {
    /// In seconds since 1970.
    answered_at: Option<u64>,
    failure: Option<String>,
}

impl LastQuestion {
    pub(super) fn answered(&self, now: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Outcome { answered_at: Some(now), failure: None };
    }

    pub(super) fn failed(&self, cause: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).failure = Some(cause.to_owned());
    }

    pub(super) fn health(&self, now: u64) -> IntrospectionHealth {
        let outcome = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        IntrospectionHealth {
            age: outcome.answered_at.map(|at| Duration::from_secs(now.saturating_sub(at))),
            last_error: outcome.failure.clone(),
        }
    }
}
