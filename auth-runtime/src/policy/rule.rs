//! What the rule of a handler may return: the function behind `when`.

use std::future::{Future, ready};

use crate::policy::decision::{Decision, Denial};

/// A decision in one of its forms: `bool`, [`Decision`], or a `Result` of one of them. An error denies with the
/// [`Denial`] that it converts into; that is [`Denial::Failed`] (500) for every `std::error::Error` that is no denial.
#[diagnostic::on_unimplemented(
    message = "a rule does not return `{Self}`",
    label = "is no decision",
    note = "return `bool`, `Decision`, or a `Result` of one of them; `async fn` will do too"
)]
pub trait IntoDecision {
    /// Converts into the decision.
    fn into_decision(self) -> Decision;
}

impl IntoDecision for bool {
    fn into_decision(self) -> Decision {
        self.into()
    }
}

impl IntoDecision for Decision {
    fn into_decision(self) -> Decision {
        self
    }
}

impl<T: IntoDecision, E: Into<Denial>> IntoDecision for Result<T, E> {
    fn into_decision(self) -> Decision {
        self.map_or_else(|error| Decision::Deny(error.into()), T::into_decision)
    }
}

/// What a rule returns: a decision, or a future of one. `When` tells the two apart, because no type is both.
#[diagnostic::on_unimplemented(
    message = "a rule does not return `{Self}`",
    label = "does not return a decision",
    note = "return `bool`, `Decision`, or a `Result` of one of them; `async fn` will do too",
    note = "the error of a `Result` has to convert into a `Denial`: implement `std::error::Error` for the error (500), \
            or `From<YourError> for Denial`, or return `Result<_, Denial>`"
)]
pub trait RuleOutcome<When> {
    /// Waits for the decision.
    fn decide(self) -> impl Future<Output = Decision>;
}

/// The rule has decided when it returns.
#[derive(Debug)]
pub enum Now {}

/// The rule returns a future that decides.
#[derive(Debug)]
pub enum Later {}

impl<T: IntoDecision> RuleOutcome<Now> for T {
    fn decide(self) -> impl Future<Output = Decision> {
        ready(self.into_decision())
    }
}

impl<F: Future<Output: IntoDecision>> RuleOutcome<Later> for F {
    async fn decide(self) -> Decision {
        self.await.into_decision()
    }
}
