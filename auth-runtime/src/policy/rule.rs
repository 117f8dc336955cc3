//! What the function behind `when` may answer: now or later, plainly or with a reason.

use std::future::{Future, ready};

use crate::policy::decision::{Decision, Denial};

/// An answer that is a decision: `bool`, [`Decision`], or a `Result` of one of them. An error denies: it is the [`Denial`]
/// that it converts into, [`Denial::Failed`] (500) for errors of others.
#[diagnostic::on_unimplemented(
    message = "a policy does not return `{Self}`",
    label = "is not a decision",
    note = "return `bool`, `Decision`, or a `Result` of one of them; `async fn` will do too"
)]
pub trait IntoDecision {
    /// The decision.
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

/// An answer that is there, or a future of it. `When` tells them apart: no type is both.
#[diagnostic::on_unimplemented(
    message = "a policy does not return `{Self}`",
    label = "does not return a decision",
    note = "return `bool`, `Decision`, or a `Result` of one of them; `async fn` will do too"
)]
pub trait RuleOutcome<When> {
    /// The decision.
    fn decide(self) -> impl Future<Output = Decision>;
}

/// The answer is there.
#[derive(Debug)]
pub enum Now {}

/// The answer has to be waited for.
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
