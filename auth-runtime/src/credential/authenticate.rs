//! From a credential to a principal.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use crate::{
    authorizer::cache::remembers,
    credential::{
        presented::{Alphabet, Credential},
        verified::Verified,
    },
    policy::{decision::Denial, principal::Principal},
};

/// Proves who a credential belongs to. Closures implement it.
///
/// An authenticator that has its answer at hand returns it; one that has to ask somebody returns
/// [`Authentication::later`]. Only the latter costs an allocation.
///
/// It is asked for every request: what is remembered of tokens ([`TokenCache`](crate::TokenCache)) is remembered of
/// [`Jwt`](crate::Jwt), [`Issuers`](crate::Issuers) and `Introspection` alone, and not of what wraps one of them.
///
/// # Errors
/// Any [`Denial`]. [`InvalidCredential`](Denial::InvalidCredential) is the caller's fault (401),
/// [`Unavailable`](Denial::Unavailable) is ours (503).
///
/// # Example
/// ```
/// use auth_runtime::{Authentication, Authenticate, Credential, Denial, InvalidCredential, Principal};
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
///                 _ => Err(Denial::InvalidCredential(InvalidCredential::Refused("no such session"))),
///             }
///         })
///     }
/// }
/// ```
pub trait Authenticate: Send + Sync + 'static {
    /// Proves who `credential` belongs to.
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication;
}

impl<F, R> Authenticate for F
where
    F: Fn(&Credential<'_>) -> R + Send + Sync + 'static,
    R: Into<Authentication>,
{
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        self(credential).into()
    }
}

/// The answer of an [`Authenticate`], now or later.
pub struct Authentication(pub(crate) Eventual<Result<Verified, Denial>>);

impl Authentication {
    /// An answer that has to be waited for. The request's other arguments are not touched meanwhile.
    pub fn later(answer: impl Future<Output = Result<Principal, Denial>> + 'static) -> Self {
        Self::verified_later(async { answer.await.map(Verified::from) })
    }

    pub(crate) fn now(answer: Result<Verified, Denial>) -> Self {
        Self(Eventual::Now(answer))
    }

    /// The same, and nobody may remember it.
    pub(crate) fn for_this_request(self) -> Self {
        let forget =
            |(): &(), answer: Result<Verified, Denial>| answer.map(|verified| verified.principal.into());
        Self(self.0.then(&(), forget))
    }

    pub(crate) fn verified_later(answer: impl Future<Output = Result<Verified, Denial>> + 'static) -> Self {
        Self(Eventual::Later(Box::pin(answer)))
    }
}

impl From<Result<Principal, Denial>> for Authentication {
    fn from(answer: Result<Principal, Denial>) -> Self {
        Self::now(answer.map(Verified::from))
    }
}

/// A value that is there, or a boxed future of it: the common case allocates nothing.
pub(crate) enum Eventual<T> {
    Now(T),
    Later(Pin<Box<dyn Future<Output = T>>>),
}

impl<T: 'static> Eventual<T> {
    /// The value, when it is there.
    pub(crate) async fn wait(self) -> T {
        match self {
            Self::Now(value) => value,
            Self::Later(value) => value.await,
        }
    }

    /// What comes next, which looks at `context`. It is cloned only for an answer that comes later.
    pub(crate) fn then<C: Clone + 'static, U>(
        self,
        context: &C,
        next: impl FnOnce(&C, T) -> U + 'static,
    ) -> Eventual<U> {
        match self {
            Self::Now(value) => Eventual::Now(next(context, value)),
            Self::Later(value) => {
                let context = context.clone();
                Eventual::Later(Box::pin(async move { next(&context, value.await) }))
            }
        }
    }
}

/// The scheme name of RFC 6750 §3.
pub(crate) const BEARER: &str = "Bearer";

/// An authentication scheme that a service accepts: its name, its challenge and its [`Authenticate`].
///
/// # Example
/// ```
/// use auth_runtime::{Authorizer, Credential, Principal, Scheme};
///
/// let hawk = Scheme::new("Hawk", |_: &Credential<'_>| Ok(Principal::builder().build()))
///     .parameter("algorithm", "sha256");
/// let authorizer = Authorizer::builder().realm("orders").scheme(hawk).build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Scheme {
    pub(crate) name: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) authenticate: Arc<dyn Authenticate>,
    /// Whether what it verified may be remembered.
    pub(crate) remembers: bool,
}

impl Scheme {
    /// A scheme of this name. Its credentials are any printable ASCII; those of `Bearer` are a token68 (RFC 9110 §11.2).
    pub fn new<A: Authenticate>(name: impl Into<String>, authenticate: A) -> Self {
        let mut name = name.into();
        if name.eq_ignore_ascii_case(BEARER) {
            BEARER.clone_into(&mut name);
        }
        let authenticate = Arc::new(authenticate);
        Self { name, parameters: Vec::new(), authenticate, remembers: remembers::<A>() }
    }

    /// Adds a parameter at the end of the challenge. Names are written in lower case.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into().to_ascii_lowercase(), value.into()));
        self
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == name || self.name.eq_ignore_ascii_case(name)
    }

    /// Whether its challenges carry RFC 6750's parameters.
    pub(crate) fn is_bearer(&self) -> bool {
        self.name == BEARER
    }

    pub(crate) fn alphabet(&self) -> Alphabet {
        if self.is_bearer() { Alphabet::Token68 } else { Alphabet::Printable }
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheme")
            .field("name", &self.name)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}
