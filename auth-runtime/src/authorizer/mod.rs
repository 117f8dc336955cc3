//! Which credentials a service accepts, and how it asks for them.

pub(crate) mod authorize;
mod builder;
pub(crate) mod cache;
pub(crate) mod revocation;

use std::{fmt, future::ready, sync::Arc};

use actix_web::{HttpRequest, Route, web};

pub use self::builder::AuthorizerBuilder;
use crate::{
    answer::{
        body::DenialBodies,
        challenge::{Challenges, Lines},
        not_found::NotFoundAnswer,
    },
    app::{gate::Gate, require::Require},
    authorizer::{
        cache::VerifiedTokens,
        revocation::{Revocations, VerifiedToken},
    },
    credential::{
        authenticate::{Eventual, Scheme},
        presented::{Alphabet, Credential},
        verified::Verified,
    },
    policy::{decision::Denial, names::Scope, principal::Principal, requirement::Requirement},
};

/// Which credentials a service accepts, and how it asks for them. Cheap to clone.
///
/// Every application that has annotated handlers holds one: `App::new().app_data(authorizer.clone())`. One that is
/// put on an inner scope or resource is in force there. Without one, annotated handlers answer 500.
///
/// # Example
/// ```
/// use actix_web::App;
/// use auth_runtime::{Algorithm, Authorizer, Jwt, Key, require_auth};
///
/// #[require_auth]
/// #[actix_web::get("/me")]
/// async fn me() -> &'static str {
///     "you"
/// }
///
/// # const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
/// let jwt = Jwt::builder()
///     .issuer("https://issuer.example")
///     .audience("https://orders.example")
///     .key(Key::secret(Algorithm::HS256, SECRET))
///     .build()?;
/// let authorizer = Authorizer::builder().realm("orders").bearer(jwt).build()?;
/// let app = App::new().app_data(authorizer.clone()).service(me);
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Authorizer(Arc<Settings>);

struct Settings {
    schemes: Vec<Arc<Scheme>>,
    challenges: Challenges,
    denial_bodies: DenialBodies,
    disclose_scopes: bool,
    not_found: NotFoundAnswer,
    remembered: Option<VerifiedTokens>,
    revocations: Option<Arc<dyn Revocations>>,
}

impl Authorizer {
    /// Starts an authorizer.
    pub fn builder() -> AuthorizerBuilder {
        AuthorizerBuilder::new()
    }

    /// A middleware that authenticates before routing. See [`Gate`].
    pub fn gate(&self) -> Gate {
        Gate::new(self.clone())
    }

    /// The service for paths that do not exist: `App::new().default_service(authorizer.not_found())`. An
    /// [`Api`](crate::Api) installs it by itself. Where another authorizer is in force, the answer is that one's.
    pub fn not_found(&self) -> Route {
        let own = self.0.not_found.clone();
        web::to(move |request: HttpRequest| ready(own.to(&request)))
    }

    /// A middleware that lets in principals who meet `requirement`, for a group of routes. See [`Require`].
    pub fn require(&self, requirement: Requirement) -> Require {
        Require::new(self.clone(), requirement)
    }

    pub(crate) fn denial_bodies(&self) -> &DenialBodies {
        &self.0.denial_bodies
    }

    pub(crate) fn not_found_answer(&self) -> &NotFoundAnswer {
        &self.0.not_found
    }

    /// The same for a whole field, as `Bearer` is mostly spelled.
    pub(crate) fn recall_bearer(&self, field: &[u8]) -> Option<(Result<Principal, Denial>, &Arc<Scheme>)> {
        let token = field.strip_prefix(b"Bearer ")?;
        // It stands first.
        let scheme = self.0.schemes.first().filter(|scheme| scheme.is_bearer())?;
        Some((self.recall(scheme, token)?, scheme))
    }

    /// Who a token belongs to that was verified before, unless it was revoked since.
    pub(crate) fn recall(&self, scheme: &Arc<Scheme>, token: &[u8]) -> Option<Result<Principal, Denial>> {
        let cache = self.0.remembered.as_ref().filter(|_| scheme.remembers)?;
        let principal = cache.recall(scheme, token)?;
        let Some(_) = &self.0.revocations else { return Some(Ok(principal)) };
        // What was verified is ASCII.
        let token = std::str::from_utf8(token).ok()?;
        Some(self.unless_revoked(token, principal))
    }

    /// Who `credential` belongs to, unless it was revoked.
    pub(crate) fn authenticate(
        &self,
        scheme: &Arc<Scheme>,
        credential: &Credential<'_>,
    ) -> Eventual<Result<Principal, Denial>> {
        let token = credential.value();
        match scheme.authenticate.authenticate(credential).0 {
            Eventual::Now(answer) => Eventual::Now(self.accept(scheme, token, answer)),
            Eventual::Later(answer) => {
                let (authorizer, scheme, token) = (self.clone(), Arc::clone(scheme), token.to_owned());
                Eventual::Later(Box::pin(async move {
                    let answer = answer.await;
                    authorizer.accept(&scheme, &token, answer)
                }))
            }
        }
    }

    /// Remembers what was verified.
    fn accept(
        &self,
        scheme: &Arc<Scheme>,
        token: &str,
        answer: Result<Verified, Denial>,
    ) -> Result<Principal, Denial> {
        let verified = answer?;
        let principal = self.unless_revoked(token, verified.principal.clone())?;
        if let Some(cache) = self.0.remembered.as_ref().filter(|_| scheme.remembers) {
            cache.remember(scheme, token, verified);
        }
        Ok(principal)
    }

    fn unless_revoked(&self, token: &str, principal: Principal) -> Result<Principal, Denial> {
        if let Some(revocations) = &self.0.revocations {
            revocations.check(&VerifiedToken::new(token, &principal))?;
        }
        Ok(principal)
    }

    /// The accepted scheme of this name, with the alphabet of its credentials.
    pub(crate) fn scheme(&self, name: &str) -> Option<(Alphabet, &Arc<Scheme>)> {
        let scheme = self.0.schemes.iter().find(|scheme| scheme.is_named(name))?;
        Some((scheme.alphabet(), scheme))
    }

    /// The challenges of a denial. `used` is the scheme of the credential that was refused; `missing`, the scopes of
    /// the operation, is asked for only where it is disclosed.
    pub(crate) fn challenges(
        &self,
        denial: &Denial,
        used: Option<&Scheme>,
        missing: impl FnOnce() -> Vec<Scope>,
    ) -> Lines {
        let Settings { challenges, disclose_scopes, .. } = &*self.0;
        let missing = if *disclose_scopes { missing() } else { Vec::new() };
        challenges.lines(denial, used, &missing)
    }

    /// Which one it is, as long as it lives.
    pub(crate) fn id(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizer")
            .field("schemes", &self.0.schemes)
            .field("challenges", &self.0.challenges)
            .field("remembered", &self.0.remembered)
            .finish_non_exhaustive()
    }
}
