//! The settings of an application, and how a request is authorized with them.

pub(crate) mod authorize;
mod builder;
mod checks;
mod choice;
mod decided;
mod denial_bodies;
pub(crate) mod deny;
pub(crate) mod in_force;
mod per_request;
mod prove;
pub(crate) mod revocation;
pub(crate) mod revocation_list;
#[cfg(feature = "session")]
pub(crate) mod session;
pub(crate) mod token_cache;
mod unmapped;

use std::{fmt, future::ready, sync::Arc};

use actix_web::{HttpRequest, Route, web};

pub use self::builder::AuthorizerBuilder;
use self::{
    choice::{Presented, Schemes},
    denial_bodies::DenialBodies,
    revocation::{Revocations, VerifiedToken},
    token_cache::VerifiedTokens,
};
use crate::{
    answer::{
        challenge::{Challenges, Lines},
        not_found::NotFoundAnswer,
    },
    credential::{clock::Clock, eventual::Eventual, head::Credential, scheme::Scheme, verified::Verified},
    policy::{decision::Denial, names::Scope, principal::Principal},
};

/// The settings of authorization: which credentials a service accepts, and how it asks for them. An authorizer is cheap
/// to clone.
///
/// The routes of an [`Api`](crate::Api) answer with its authorizer. Annotated handlers that are registered without an
/// `Api` take the authorizer of the innermost scope that has one: `App::new().app_data(authorizer.clone())`. Without
/// any authorizer, annotated handlers answer 500.
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
    schemes: Schemes,
    challenges: Challenges,
    clock: Clock,
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

    /// Returns the service for paths that do not exist: `App::new().default_service(authorizer.not_found())`. An
    /// [`Api`](crate::Api) installs it by itself. If another authorizer is in force for the request, that authorizer's
    /// answer is sent.
    pub fn not_found(&self) -> Route {
        let own = self.0.not_found.clone();
        web::to(move |request: HttpRequest| {
            let in_force = Self::in_force(&request).map(Self::not_found_answer);
            ready(in_force.unwrap_or(&own).to(&request))
        })
    }

    fn not_found_answer(&self) -> &NotFoundAnswer {
        &self.0.not_found
    }

    /// Returns the realm, which names the authorizer.
    pub(crate) fn realm(&self) -> &str {
        self.0.challenges.realm()
    }

    /// Returns whether a scheme reads its credential outside `Authorization`.
    pub(crate) fn reads_elsewhere(&self) -> bool {
        self.schemes().all().iter().any(|scheme| scheme.is_elsewhere())
    }

    fn denial_bodies(&self) -> &DenialBodies {
        &self.0.denial_bodies
    }

    fn schemes(&self) -> &Schemes {
        &self.0.schemes
    }

    /// Returns the remembered principal of a credential, or the denial if the credential was revoked since. `None`
    /// means that nothing is remembered.
    fn recall(&self, presented: &Presented<'_, '_>) -> Option<Result<Principal, Denial>> {
        let (scheme, token) = (presented.scheme, presented.bytes());
        let principal = self.0.remembered.as_ref()?.recall(scheme, token)?;
        let Some(_) = &self.0.revocations else { return Some(Ok(principal)) };
        // Only text is ever verified, so a remembered token is text.
        let token = std::str::from_utf8(token).ok()?;
        Some(self.unless_revoked(token, principal))
    }

    /// Finds who `credential` belongs to, unless it was revoked.
    fn authenticate(
        &self,
        scheme: &Arc<Scheme>,
        credential: &Credential<'_>,
    ) -> Eventual<Result<Principal, Denial>> {
        let token = credential.value();
        match scheme.authenticate.authenticate(credential).0 {
            Eventual::Now(answer) => Eventual::Now(self.accept(scheme, token, answer)),
            Eventual::Later(answer) => {
                let (authorizer, scheme, token) = (self.clone(), Arc::clone(scheme), token.to_owned());
                Eventual::later(async move {
                    let answer = answer.await;
                    authorizer.accept(&scheme, &token, answer)
                })
            }
        }
    }

    /// Accepts what a scheme verified, unless it was revoked, and remembers it as far as the scheme allows.
    fn accept(
        &self,
        scheme: &Arc<Scheme>,
        token: &str,
        answer: Result<Verified, Denial>,
    ) -> Result<Principal, Denial> {
        // An error of the application's may quote the credential.
        let answer = answer.map_err(|denial| denial.without(token))?;
        let verified = if scheme.is_own { answer } else { answer.by_application() };
        let (principal, validity) = verified.into_parts(&self.0.clock);
        let principal = self.unless_revoked(token, scheme.vouch_for(principal)?)?;
        if let (Some(cache), Some(validity)) = (&self.0.remembered, validity) {
            cache.remember(scheme, token, principal.clone(), validity);
        }
        Ok(principal)
    }

    fn unless_revoked(&self, token: &str, principal: Principal) -> Result<Principal, Denial> {
        if let Some(revocations) = &self.0.revocations {
            revocations.check(&VerifiedToken::new(token, &principal))?;
        }
        Ok(principal)
    }

    /// Returns the challenges of a denial. `used` is the scheme of the credential that was refused. `missing` returns
    /// the scopes of the operation, and is called only if they are disclosed.
    fn challenges(
        &self,
        denial: &Denial,
        used: Option<&Scheme>,
        missing: impl FnOnce() -> Vec<Scope>,
    ) -> Lines {
        let Settings { challenges, disclose_scopes, .. } = &*self.0;
        let missing = if *disclose_scopes { missing() } else { Vec::new() };
        challenges.lines(denial, used, &missing)
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
