//! The builder of an authorizer.

use std::{fmt, sync::Arc, time::SystemTime};

use actix_web::{HttpRequest, HttpResponse};

use super::{
    Authorizer, Settings,
    checks::{check_issuers, check_metadata_url, check_realm, check_schemes},
    choice::Schemes,
    denial_bodies::DenialBodies,
    enrichment::{Enrichment, IntoEnrichment},
    revocation::Revocations,
    token_cache::{TokenCache, VerifiedTokens},
};
use crate::{
    answer::{
        body::DenialBody,
        challenge::{ChallengeSettings, Challenges},
        denied::Denied,
        not_found::NotFoundAnswer,
    },
    config::ConfigError,
    credential::{authenticate::IntoAuthenticate, bearer::BEARER, clock::Clock, scheme::Scheme},
};

/// Builds an [`Authorizer`].
pub struct AuthorizerBuilder {
    schemes: Vec<Scheme>,
    challenges: ChallengeSettings,
    clock: Clock,
    denial_bodies: DenialBodies,
    disclose_scopes: bool,
    enrichments: Vec<Enrichment>,
    not_found: NotFoundAnswer,
    token_cache: Option<TokenCache>,
    revocations: Option<Arc<dyn Revocations>>,
}

impl AuthorizerBuilder {
    pub(super) fn new() -> Self {
        Self {
            schemes: Vec::new(),
            challenges: ChallengeSettings { realm: "api".to_owned(), resource_metadata: None },
            clock: Clock::default(),
            denial_bodies: DenialBodies::default(),
            disclose_scopes: false,
            enrichments: Vec::new(),
            not_found: NotFoundAnswer::default(),
            token_cache: Some(TokenCache::new()),
            revocations: None,
        }
    }

    /// Accepts bearer tokens (RFC 6750), which a [`Jwt`](crate::Jwt) or your own [`Authenticate`](crate::authenticate::Authenticate)
    /// verifies.
    pub fn bearer<Form>(self, authenticate: impl IntoAuthenticate<Form>) -> Self {
        self.scheme(Scheme::new(BEARER, authenticate))
    }

    /// Names the scopes of the operation in the challenge of a 401 without a credential, and adds a challenge to a 403
    /// if only scopes are missing (RFC 6750 §3.1). It is off by default, because it tells callers which scopes are
    /// worth having.
    pub fn challenge_scopes(mut self) -> Self {
        self.disclose_scopes = true;
        self
    }

    /// Replaces the system's clock, for tests. The clock decides for how long an answer
    /// [is remembered](crate::authenticate::Authentication::remember_for).
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(clock);
        self
    }

    /// Chooses the body of denials that are not hidden, such as HTML for browsers or the company's own JSON. Status and
    /// challenge stay as they are. If `choose` returns `None`, the body is `application/problem+json` (RFC 9457). See
    /// [`DenialBody`] for an example.
    ///
    /// The text of a [`Denial`](crate::Denial) is for logs. Do not write it into a body.
    pub fn denial_body(
        mut self,
        choose: impl Fn(&HttpRequest, &Denied) -> Option<DenialBody> + Send + Sync + 'static,
    ) -> Self {
        self.denial_bodies = DenialBodies::of(choose);
        self
    }

    /// Lets the application add to a principal or take from it, after authentication and before any requirement: roles
    /// from a database, for example. `enrich` is a function or closure, `async` or not, that takes the [`Principal`] and
    /// returns a `Result<Principal, Denial>`, or an [`Enrichment`], which
    /// [remembers](Enrichment::remember_for) the principal for longer than the request.
    ///
    /// - Roles, scopes, claims, `acr` and `auth_time` are those of the returned principal. Its id, issuer, scheme and
    ///   `expires_at` stay what the credential proves, whatever is returned. A
    ///   [revocation](Self::revocations) is looked for before, with the principal that the credential proves.
    /// - `?` on an error, and every other [`Denial::Failed`], is 503 with `Retry-After`, five seconds:
    ///   nobody knows what the caller may do.
    /// - A denial such as [`Denial::Forbidden`] or `Denial::Refused("suspended")` is 403, or the not-found answer where a
    ///   handler hides. It is never 401, because a new credential would not help.
    /// - It is asked once for each request with a good credential, remembered or not. Where a request passes two
    ///   authorizers, each asks its own.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Authorizer, Denial, Principal, PrincipalId};
    ///
    /// struct Account {
    ///     is_suspended: bool,
    ///     roles: Vec<String>,
    /// }
    ///
    /// async fn account(id: Option<&PrincipalId>) -> std::io::Result<Account> {
    ///     // … ask the database …
    ///     Ok(Account { is_suspended: id.is_none(), roles: vec!["clerk".to_owned()] })
    /// }
    ///
    /// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
    /// let authorizer = Authorizer::builder()
    ///     .bearer(jwt)
    ///     .enrich(async |principal: Principal| {
    ///         let account = account(principal.id()).await?; // 503
    ///         if account.is_suspended {
    ///             return Err(Denial::Refused("suspended")); // 403
    ///         }
    ///         Ok(principal.to_builder().roles(account.roles).build())
    ///     })
    ///     .build()?;
    /// # Ok::<(), auth_runtime::ConfigError>(())
    /// ```
    ///
    /// [`Denial::Failed`]: crate::Denial::Failed
    /// [`Denial::Forbidden`]: crate::Denial::Forbidden
    /// [`Principal`]: crate::Principal
    pub fn enrich<Form>(mut self, enrich: impl IntoEnrichment<Form>) -> Self {
        self.enrichments.push(enrich.into_enrichment());
        self
    }

    /// Sets the application's not-found answer. Hidden denials, [`NotFound`](crate::NotFound) and paths without a
    /// handler all get this answer, so that nobody can tell them apart. The default is the empty answer of actix-web.
    ///
    /// Middleware that asks a hidden denial for its answer again gets the same one. A body that is a stream is there only
    /// the first time.
    ///
    /// # Example
    /// ```
    /// use actix_web::HttpResponse;
    /// use auth_runtime::{Authorizer, Principal};
    ///
    /// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
    /// let authorizer = Authorizer::builder()
    ///     .bearer(jwt)
    ///     .not_found(|_| HttpResponse::NotFound().body("there is nothing here"))
    ///     .build()?;
    /// # Ok::<(), auth_runtime::ConfigError>(())
    /// ```
    pub fn not_found(
        mut self,
        answer: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        self.not_found = NotFoundAnswer::of(answer);
        self
    }

    /// Names the protected space in every challenge. The default is `api`.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.challenges.realm = realm.into();
        self
    }

    /// Points Bearer challenges to the document that describes this service (RFC 9728 §5.1).
    pub fn resource_metadata(mut self, url: impl Into<String>) -> Self {
        self.challenges.resource_metadata = Some(url.into());
        self
    }

    /// Asks `revocations` about every credential that is accepted otherwise. By default, nothing is asked.
    pub fn revocations(mut self, revocations: impl Revocations) -> Self {
        self.revocations = Some(Arc::new(revocations));
        self
    }

    /// Accepts one more scheme: a [`Scheme`], [`ApiKeys`](crate::api_key::ApiKeys) or `Basic`. Each scheme has its own
    /// challenge: Bearer comes first and Basic last, and the others keep the order in which they were added.
    pub fn scheme(mut self, scheme: impl Into<Scheme>) -> Self {
        self.schemes.push(scheme.into());
        self
    }

    /// Sets how much of verified tokens is remembered. See [`TokenCache`] for the default.
    pub fn token_cache(mut self, size: TokenCache) -> Self {
        self.token_cache = Some(size);
        self
    }

    /// Switches the token cache off: each token is verified for each request.
    pub fn without_token_cache(mut self) -> Self {
        self.token_cache = None;
        self
    }

    /// Finishes the authorizer.
    ///
    /// # Errors
    /// [`ConfigError`] in any of these cases:
    ///
    /// - No scheme is accepted, or a scheme is accepted twice.
    /// - Two schemes read the same field, cookie or parameter.
    /// - The schemes have several issuers, and nobody said of one what it
    ///   [may grant](crate::jwt::JwtBuilder::grants_roles). Schemes of your own authenticators do not count.
    /// - No scheme is advertised although a client could send a credential.
    /// - A part of a challenge is outside its alphabet.
    /// - The token cache has no room.
    /// - Principals are enriched twice.
    pub fn build(self) -> Result<Authorizer, ConfigError> {
        let Self {
            schemes,
            challenges,
            clock,
            denial_bodies,
            disclose_scopes,
            enrichments,
            not_found,
            token_cache,
            revocations,
        } = self;
        check_schemes(&schemes)?;
        let issuers = check_issuers(&schemes)?;
        check_realm(&challenges.realm)?;
        if let Some(url) = &challenges.resource_metadata {
            check_metadata_url(url)?;
        }
        let schemes = Schemes::new(schemes);
        let challenges = Challenges::of(challenges, schemes.all()).ok_or_else(|| {
            ConfigError::new(
                "scheme",
                "a challenge is not printable ASCII; spell it without other characters",
            )
        })?;
        let enrichment = one_enrichment(enrichments)?;
        let remembered = token_cache.map(VerifiedTokens::new).transpose()?;
        if let Some(revocations) = &revocations {
            revocations.learn(&issuers);
        }
        Ok(Authorizer(Arc::new(Settings {
            schemes,
            challenges,
            clock,
            denial_bodies,
            disclose_scopes,
            enrichment,
            not_found,
            remembered,
            revocations,
        })))
    }
}

/// Returns the only enrichment. A second one must not replace the first, which may deny suspended accounts.
fn one_enrichment(mut enrichments: Vec<Enrichment>) -> Result<Option<Enrichment>, ConfigError> {
    let last = enrichments.pop();
    if enrichments.is_empty() {
        return Ok(last);
    }
    Err(ConfigError::new("enrich", "is there twice; call one after the other in one function"))
}

impl fmt::Debug for AuthorizerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizerBuilder")
            .field("schemes", &self.schemes)
            .field("challenges", &self.challenges)
            .finish_non_exhaustive()
    }
}
