//! The authenticators, which prove who a credential belongs to.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use super::{
    accepted_issuers::AcceptedIssuers,
    eventual::Eventual,
    head::Credential,
    refusal::Refusal,
    verified::{Remember, Verified},
};
use crate::{
    config::ConfigError,
    policy::{decision::Denial, principal::Principal},
};

/// Proves who a credential belongs to.
///
/// Closures implement this trait. Every method that takes an authenticator takes an `async` closure too. An
/// authenticator that knows its answer returns it at once. An authenticator that has to ask somebody returns
/// [`Authentication::later`], which costs one allocation.
///
/// The application's own authenticator is asked for every request, unless its answer says for how long it
/// [may be remembered](Authentication::remember_for). The answers of [`Jwt`](crate::Jwt), [`Issuers`](crate::Issuers)
/// and `Introspection` are remembered without that, but not if another authenticator passes them on.
///
/// # Errors
/// A [`Refusal`]. `?` on any error refuses the credential (401), and [`Refusal::unavailable`] says that the service failed
/// (503).
///
/// # Example
/// ```
/// use auth_runtime::{
///     Credential, Principal, Refusal, authenticate::{Authenticate, Authentication},
/// };
///
/// struct Sessions;
///
/// impl Authenticate for Sessions {
///     fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
///         let session = credential.value().to_owned();
///         Authentication::later(async move {
///             match session.len() {
///                 // … ask the store …
///                 32 => Ok(Principal::builder().subject("alice").build()),
///                 _ => Err(Refusal::invalid("no such session")),
///             }
///         })
///     }
/// }
/// ```
pub trait Authenticate: Send + Sync + 'static {
    /// Proves who `credential` belongs to.
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication;

    /// Returns whether the answer depends only on the credential and on the validity that comes with the answer. Only
    /// this crate can name the parameter's type, so only its own verifiers return `true`.
    #[doc(hidden)]
    fn is_own(&self, _: Own) -> bool {
        false
    }

    /// Checks the settings, when an authorizer is built.
    #[doc(hidden)]
    fn check(&self, _: Own) -> Result<(), ConfigError> {
        Ok(())
    }

    /// Returns the prefix of the API keys that nobody would reach behind keys of `prefix`, if there are such keys.
    #[doc(hidden)]
    fn keys_taken_by(&self, _prefix: &str, _: Own) -> Option<&str> {
        None
    }

    /// Returns the issuers whose credentials are accepted. Only this crate's verifiers know them.
    #[doc(hidden)]
    fn issuers(&self, _: Own) -> AcceptedIssuers {
        AcceptedIssuers::any()
    }
}

/// The argument of [`Authenticate::is_own`]. No other crate can name it.
#[derive(Debug)]
pub struct Own(pub(crate) ());

impl<F, R> Authenticate for F
where
    F: Fn(&Credential<'_>) -> R + Send + Sync + 'static,
    R: Into<Authentication>,
{
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        self(credential).into()
    }
}

/// Everything that can become an [`Authenticate`]: a type that implements it, or an `async` closure. `Form` tells the
/// two apart; no type is both.
///
/// # Example
/// An `async` closure borrows the credential while it waits:
/// ```
/// use auth_runtime::{Authorizer, Credential, Principal, Refusal, Scheme};
///
/// async fn redeem(ticket: &str) -> Option<String> {
///     // … ask the store …
///     (ticket == "0d9b").then(|| "alice".to_owned())
/// }
///
/// let tickets = Scheme::new("Ticket", async |ticket: &Credential<'_>| match redeem(ticket.value()).await {
///     Some(owner) => Ok(Principal::builder().subject(owner).build()),
///     None => Err(Refusal::invalid("no such ticket")),
/// });
/// let authorizer = Authorizer::builder().scheme(tickets).build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not authenticate",
    label = "is no authenticator",
    note = "a closure takes a `&Credential<'_>`, written out, and returns a `Result<Principal, Refusal>` or an \
            `Authentication`; it may be `async`",
    note = "a type implements `auth_runtime::authenticate::Authenticate`"
)]
pub trait IntoAuthenticate<Form> {
    /// Turns the value into an authenticator.
    fn into_authenticate(self) -> impl Authenticate;
}

/// The `Form` of a type that implements [`Authenticate`].
#[derive(Debug)]
pub enum Direct {}

/// The `Form` of an `async` closure.
#[derive(Debug)]
pub enum Asynchronous {}

impl<A: Authenticate> IntoAuthenticate<Direct> for A {
    fn into_authenticate(self) -> impl Authenticate {
        self
    }
}

impl<F, R> IntoAuthenticate<Asynchronous> for F
where
    F: AsyncFn(&Credential<'_>) -> R + Send + Sync + 'static,
    R: Into<Authentication>,
{
    fn into_authenticate(self) -> impl Authenticate {
        let closure = Arc::new(self);
        move |credential: &Credential<'_>| {
            let (closure, credential) = (Arc::clone(&closure), credential.owned());
            Authentication(Eventual::later(async move {
                let answer: Authentication = closure(&credential.borrow()).await.into();
                answer.0.wait().await
            }))
        }
    }
}

/// The answer of an [`Authenticate`], which is there now or comes later. It can be awaited.
pub struct Authentication(pub(crate) Eventual<Result<Verified, Denial>>);

impl Authentication {
    /// Makes an answer that comes later. No other argument of the handler is read in the meantime.
    pub fn later(answer: impl Future<Output = Result<Principal, Refusal>> + 'static) -> Self {
        Self(Eventual::later(async { Ok(answer.await.map(Verified::from)?) }))
    }

    /// Checks the principal of this answer by a rule of the application's own, which may replace the principal. What the
    /// answer depends on, such as the trust in a key, goes on to count.
    ///
    /// The credential is proven when the rule is asked, so `?` on an error is a failure (500) here, as in every rule.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// use auth_runtime::{
    ///     Algorithm, Authorizer, Credential, Denial, Jwt, Key, Principal, PrincipalId, authenticate::Authenticate,
    /// };
    ///
    /// async fn is_suspended(principal: &Principal) -> std::io::Result<bool> {
    ///     // … ask the store …
    ///     Ok(principal.id() == Some(&PrincipalId::new("https://issuer.example", "mallory")))
    /// }
    ///
    /// # const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
    /// # let secret = Key::secret(Algorithm::HS256, SECRET);
    /// let jwt = Jwt::builder().issuer("https://issuer.example").audience("orders").key(secret).build()?;
    /// let authorizer = Authorizer::builder()
    ///     .bearer(move |token: &Credential<'_>| {
    ///         jwt.authenticate(token)
    ///             .and_then(async |principal: Principal| {
    ///                 if is_suspended(&principal).await? { Err(Denial::Forbidden) } else { Ok(principal) }
    ///             })
    ///             .remember_for(Duration::from_secs(30))
    ///     })
    ///     .build()?;
    /// # Ok::<(), auth_runtime::ConfigError>(())
    /// ```
    pub fn and_then(self, check: impl AsyncFnOnce(Principal) -> Result<Principal, Denial> + 'static) -> Self {
        Self(Eventual::later(async {
            let Verified { principal, validity, .. } = self.0.wait().await?;
            let principal = check(principal).await?;
            Ok(Verified { principal, validity, remember: Remember::No })
        }))
    }

    /// Lets the authorizer remember who the credential belongs to. `duration` counts in whole seconds and ends at the
    /// principal's [`expires_at`](Principal::expires_at) at the latest. The authenticator is not asked about the same
    /// credential during that time, so the answer must not depend on anything else of the request. A refusal is never
    /// remembered.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// use auth_runtime::{Credential, Principal, Refusal, authenticate::Authentication};
    ///
    /// async fn owner_of(key: &str) -> Result<Principal, Refusal> {
    ///     // … ask the store …
    /// #   let _ = key;
    ///     Ok(Principal::builder().subject("shop").build())
    /// }
    ///
    /// let keys = |key: &Credential<'_>| {
    ///     let key = key.value().to_owned();
    ///     Authentication::later(async move { owner_of(&key).await }).remember_for(Duration::from_secs(30))
    /// };
    /// ```
    pub fn remember_for(self, duration: Duration) -> Self {
        Self(self.0.map(move |answer| answer.map(|verified| verified.remember_for(duration))))
    }

    #[cfg(feature = "oidc")]
    pub(crate) fn verified_later(answer: impl Future<Output = Result<Verified, Denial>> + 'static) -> Self {
        Self(Eventual::later(answer))
    }

    pub(crate) fn now(answer: Result<Verified, Denial>) -> Self {
        Self(Eventual::Now(answer))
    }

    /// Marks the answer as given by an authenticator that is not this crate's.
    pub(crate) fn by_application(self) -> Self {
        Self(self.0.map(|answer| answer.map(Verified::by_application)))
    }
}

impl From<Result<Principal, Refusal>> for Authentication {
    fn from(answer: Result<Principal, Refusal>) -> Self {
        Self::now(answer.map(Verified::from).map_err(Denial::from))
    }
}

impl IntoFuture for Authentication {
    type Output = Result<Principal, Refusal>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.0.wait().await.map(|verified| verified.principal).map_err(Refusal::of) })
    }
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentication").finish_non_exhaustive()
    }
}
