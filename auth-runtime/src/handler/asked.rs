//! The rule behind `when`, which is asked when the arguments are there.

use std::{future::Future, pin::Pin};

use actix_web::HttpRequest;

use crate::{
    answer::denied::Denied,
    authorizer::authorize::{authenticate, refuse},
    policy::{decision::Decision, principal::Principal},
};

/// The rule of one handler.
pub struct Rule<Args> {
    /// The rule as it was written.
    pub(super) text: &'static str,
    pub(super) ask: Ask<Args>,
}

/// Asks the rule about the arguments, and gives the arguments back.
pub(super) type Ask<Args> = fn(HttpRequest, Args) -> Deciding<Args>;

/// The decision of a rule on its way.
pub(super) type Deciding<Args> = Pin<Box<dyn Future<Output = Result<Args, Denied>>>>;

impl<Args> Rule<Args> {
    /// Makes a rule of its text and of the function that asks it.
    pub const fn new(text: &'static str, ask: Ask<Args>) -> Self {
        Self { text, ask }
    }
}

/// Asks a rule about the arguments and the caller.
pub fn ask<Args: 'static, Answer>(
    request: HttpRequest,
    arguments: Args,
    rule: impl FnOnce(Args, Principal) -> Answer + 'static,
) -> Deciding<Args>
where
    Answer: Future<Output = (Args, Decision)> + 'static,
{
    Box::pin(async move {
        let principal = authenticate(&request).wait().await?;
        match rule(arguments, principal.clone()).await {
            (arguments, Decision::Allow) => Ok(arguments),
            (_, Decision::Deny(denial)) => Err(refuse(&request, &principal, denial, None)),
        }
    })
}
