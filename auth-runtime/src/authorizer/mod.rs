//! The settings of an application, and how a request is authorized with them.

pub(crate) mod authorize;
mod builder;
mod checks;
mod choice;
mod decided;
mod denial_bodies;
pub(crate) mod deny;
pub(crate) mod enrichment;
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
    enrichment::Enrichment,
    revocation::{Revocations, VerifiedToken},
    token_cache::{Enriched, Entry, VerifiedTokens},
};
use crate::{
    answer::{
        challenge::{Challenges, Lines},
        not_found::NotFoundAnswer,
    },
    credential::{
        clock::Clock,
        eventual::Eventual,
        head::Credential,
        scheme::Scheme,
        verified::{Validity, Verified},
    },
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
    enrichment: Option<Enrichment>,
    not_found: NotFoundAnswer,
    remembered: Option<VerifiedTokens>,
    revocations: Option<Arc<dyn Revocations>>,
}

/// What is remembered of a credential.
enum Recalled {
    /// The principal.
    Principal(Principal),
    /// The principal that the credential proves, about whom the application has to be asked.
    NotEnriched(Arc<Entry>),
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

    /// Whether a caller without a good credential is told how to get one. If not, such a caller gets a 403 in place of the
    /// 401.
    pub(crate) fn has_challenges(&self) -> bool {
        !self.challenges(&Denial::Anonymous, None, Vec::new).lines.is_empty()
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

    /// Returns what is remembered of a credential, or the denial if the credential was revoked since. `None` means that
    /// nothing is remembered.
    fn recall(&self, presented: &Presented<'_, '_>) -> Option<Result<Recalled, Denial>> {
        let Settings { enrichment, remembered, revocations, .. } = &*self.0;
        let (scheme, token) = (presented.scheme, presented.bytes());
        let is_enriched = enrichment.as_ref().is_some_and(|enrichment| enrichment.remembered_for.is_some());
        let entry = remembered.as_ref()?.recall(scheme, token, is_enriched)?;
        if revocations.is_some() {
            // Only text is ever verified, so a remembered token is text.
            let token = std::str::from_utf8(token).ok()?;
            if let Err(denial) = self.check_revoked(token, &entry.proven) {
                return Some(Err(denial));
            }
        }
        if enrichment.is_none() {
            return Some(Ok(Recalled::Principal(entry.proven.clone())));
        }
        let enriched = entry.enriched().cloned().map(Recalled::Principal);
        Some(Ok(enriched.unwrap_or_else(|| Recalled::NotEnriched(entry))))
    }

    /// Returns whether the application is asked about principals.
    fn enriches(&self) -> bool {
        self.0.enrichment.is_some()
    }

    /// Finds who `credential` belongs to, unless it was revoked.
    fn authenticate(
        &self,
        scheme: &Arc<Scheme>,
        credential: &Credential<'_>,
    ) -> Eventual<Result<Principal, Denial>> {
        let token = credential.value();
        match scheme.authenticate.authenticate(credential).0 {
            Eventual::Now(answer) => self.accept(scheme, token, answer),
            Eventual::Later(answer) => {
                let (authorizer, scheme, token) = (self.clone(), Arc::clone(scheme), token.to_owned());
                Eventual::later(async move {
                    let answer = answer.await;
                    authorizer.accept(&scheme, &token, answer).wait().await
                })
            }
        }
    }

    /// Finds who `credential` belongs to, unless it was revoked, without asking the application about the principal.
    fn authenticate_alone(
        &self,
        scheme: &Arc<Scheme>,
        credential: &Credential<'_>,
    ) -> Eventual<Result<Principal, Denial>> {
        let context = (self.clone(), Arc::clone(scheme), credential.value().to_owned());
        scheme.authenticate.authenticate(credential).0.then(
            &context,
            |(authorizer, scheme, token), answer| {
                authorizer.accept_alone(scheme, token, answer).map(|(proven, _)| proven)
            },
        )
    }

    /// Accepts what a scheme verified, unless it was revoked, enriches it, and remembers it as far as the scheme and
    /// the enrichment allow.
    fn accept(
        &self,
        scheme: &Arc<Scheme>,
        token: &str,
        answer: Result<Verified, Denial>,
    ) -> Eventual<Result<Principal, Denial>> {
        match self.accept_alone(scheme, token, answer) {
            Ok((proven, validity)) => self.enrich(scheme, token, proven, validity),
            Err(denial) => Eventual::Now(Err(denial)),
        }
    }

    /// Accepts what a scheme verified, unless it was revoked, and remembers it. The application is asked afterwards, if at
    /// all, because it may deny or fail.
    fn accept_alone(
        &self,
        scheme: &Arc<Scheme>,
        token: &str,
        answer: Result<Verified, Denial>,
    ) -> Result<(Principal, Option<Validity>), Denial> {
        let (proven, validity) = self.check(scheme, token, answer)?;
        self.remember(scheme, token, &proven, None, validity.as_ref());
        Ok((proven, validity))
    }

    /// Asks the application about a proven principal, and remembers the answer for as long as the application says.
    fn enrich(
        &self,
        scheme: &Arc<Scheme>,
        token: &str,
        proven: Principal,
        validity: Option<Validity>,
    ) -> Eventual<Result<Principal, Denial>> {
        let Some(enrichment) = &self.0.enrichment else { return Eventual::Now(Ok(proven)) };
        let Some(duration) = enrichment.remembered_for else { return enrichment.ask(token, &proven) };
        // The time begins before the application is asked, so its answer is never older.
        let lasting = Validity::lasting(duration, &self.0.clock);
        let enriched = enrichment.ask(token, &proven);
        let context = (self.clone(), Arc::clone(scheme), token.to_owned());
        enriched.then(&context, move |(authorizer, scheme, token), enriched| {
            let principal = enriched?;
            let enriched = Enriched { principal: principal.clone(), validity: lasting };
            authorizer.remember(scheme, token, &proven, Some(enriched), validity.as_ref());
            Ok(principal)
        })
    }

    /// Asks the application about a remembered principal.
    #[cold]
    fn enrich_again(
        &self,
        presented: &Presented<'_, '_>,
        remembered: &Entry,
    ) -> Eventual<Result<Principal, Denial>> {
        let token = String::from_utf8_lossy(presented.bytes());
        let Entry { proven, validity, .. } = remembered;
        self.enrich(presented.scheme, &token, proven.clone(), Some(validity.clone()))
    }

    /// Returns the principal that a scheme verified, unless it was revoked.
    fn check(
        &self,
        scheme: &Scheme,
        token: &str,
        answer: Result<Verified, Denial>,
    ) -> Result<(Principal, Option<Validity>), Denial> {
        // An error of the application's may quote the credential.
        let answer = answer.map_err(|denial| denial.without(token))?;
        let verified = if scheme.is_own { answer } else { answer.by_application() };
        let (principal, validity) = verified.into_parts(&self.0.clock);
        let principal = scheme.vouch_for(principal)?;
        self.check_revoked(token, &principal)?;
        Ok((principal, validity))
    }

    fn check_revoked(&self, token: &str, proven: &Principal) -> Result<(), Denial> {
        let Some(revocations) = &self.0.revocations else { return Ok(()) };
        revocations.check(&VerifiedToken::new(token, proven))
    }

    fn remember(
        &self,
        scheme: &Arc<Scheme>,
        token: &str,
        proven: &Principal,
        enriched: Option<Enriched>,
        validity: Option<&Validity>,
    ) {
        if let (Some(cache), Some(validity)) = (&self.0.remembered, validity) {
            cache.remember(scheme, token, proven.clone(), enriched, validity.clone());
        }
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
