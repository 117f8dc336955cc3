//! The enrichment of principals: what the application adds to them or takes from them after authentication.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    credential::{eventual::Eventual, refusal::Refusal},
    policy::{decision::Denial, principal::Principal},
};

/// Adds to a proven principal or takes from it, such as roles from a database, and may deny it. See
/// [`AuthorizerBuilder::enrich`](super::AuthorizerBuilder::enrich), which takes a function as well.
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// use auth_runtime::{Authorizer, Denial, Principal, settings::Enrichment};
///
/// async fn with_roles(principal: Principal) -> Result<Principal, Denial> {
///     // … ask the database …
///     Ok(principal.to_builder().role("clerk").build())
/// }
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let authorizer = Authorizer::builder()
///     .bearer(jwt)
///     .enrich(Enrichment::new(with_roles).remember_for(Duration::from_secs(30)))
///     .build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
pub struct Enrichment {
    ask: Box<Ask>,
    /// For how long the enriched principal is remembered. `None` means for the rest of the request.
    pub(super) remembered_for: Option<Duration>,
}

type Answer = Result<Principal, Denial>;
type Ask = dyn Fn(Principal) -> Eventual<Answer> + Send + Sync;

impl Enrichment {
    /// Makes an enrichment that is asked once for each request.
    pub fn new<Form>(enrich: impl IntoEnrichment<Form>) -> Self {
        enrich.into_enrichment()
    }

    /// Remembers the enriched principal together with its token, and does not ask about the same token during that
    /// time. `duration` counts in whole seconds, from when the application was asked, and ends with the token at the latest.
    /// Then the application is asked again.
    ///
    /// The [token cache](crate::settings::TokenCache) remembers, so nothing is remembered without one, or if the answer
    /// of an authenticator of your own [is not](crate::authenticate::Authentication::remember_for). A denial is never
    /// remembered. Requests with the same token that come together may each ask.
    pub fn remember_for(mut self, duration: Duration) -> Self {
        self.remembered_for = Some(duration).filter(|duration| duration.as_secs() > 0);
        self
    }

    /// Asks the application about a proven principal. Who the principal is stays as the credential proves it.
    pub(super) fn ask(&self, token: &str, proven: &Principal) -> Eventual<Answer> {
        match (self.ask)(proven.clone()) {
            Eventual::Now(answer) => Eventual::Now(settle(answer, token, proven)),
            Eventual::Later(answer) => {
                let (token, proven) = (token.to_owned(), proven.clone());
                Eventual::later(async move { settle(answer.await, &token, &proven) })
            }
        }
    }
}

fn settle(answer: Answer, token: &str, proven: &Principal) -> Answer {
    // The cause of a failure may quote the principal, of whom the credential can be a part.
    let enriched = answer.map_err(|denial| of_proven(denial).without(token))?;
    Ok(enriched.identified_as(proven))
}

/// Returns the denial of a caller whose credential is good. The credential is never to blame, and what fails is the
/// store that was asked.
fn of_proven(denial: Denial) -> Denial {
    match denial {
        Denial::Failed { cause } => Refusal::unavailable(cause).into(),
        Denial::Absent
        | Denial::Anonymous
        | Denial::InsufficientScope
        | Denial::InvalidCredential(_)
        | Denial::Invisible
        | Denial::MalformedCredential(_) => Denial::Forbidden,
        Denial::CrossSite
        | Denial::Forbidden
        | Denial::Misconfigured(_)
        | Denial::Refused(_)
        | Denial::RefusedWith { .. }
        | Denial::Unavailable { .. } => denial,
    }
}

impl fmt::Debug for Enrichment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrichment").field("remembered_for", &self.remembered_for).finish_non_exhaustive()
    }
}

/// Everything that can become an [`Enrichment`]: an enrichment, or a function or closure that takes a [`Principal`] and
/// returns a `Result<Principal, Denial>`, `async` or not. `Form` tells them apart; no type is two of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not enrich a principal",
    label = "is no enrichment",
    note = "a closure takes a `Principal`, written out, and returns a `Result<Principal, Denial>`; it may be `async`"
)]
pub trait IntoEnrichment<Form> {
    /// Turns the value into an enrichment.
    fn into_enrichment(self) -> Enrichment;
}

/// The `Form` of an [`Enrichment`].
#[derive(Debug)]
pub enum Itself {}

/// The `Form` of a function that knows its answer.
#[derive(Debug)]
pub enum Synchronous {}

/// The `Form` of an `async` function.
#[derive(Debug)]
pub enum Asynchronous {}

impl IntoEnrichment<Itself> for Enrichment {
    fn into_enrichment(self) -> Enrichment {
        self
    }
}

impl<F> IntoEnrichment<Synchronous> for F
where
    F: Fn(Principal) -> Answer + Send + Sync + 'static,
{
    fn into_enrichment(self) -> Enrichment {
        Enrichment { ask: Box::new(move |principal| Eventual::Now(self(principal))), remembered_for: None }
    }
}

impl<F> IntoEnrichment<Asynchronous> for F
where
    F: AsyncFn(Principal) -> Answer + Send + Sync + 'static,
{
    fn into_enrichment(self) -> Enrichment {
        let closure = Arc::new(self);
        let ask = move |principal| {
            let closure = Arc::clone(&closure);
            Eventual::later(async move { closure(principal).await })
        };
        Enrichment { ask: Box::new(ask), remembered_for: None }
    }
}
