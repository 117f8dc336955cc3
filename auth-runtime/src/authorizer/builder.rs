//! The settings of an authorizer, and which of them make no sense.

use std::{fmt, sync::Arc};

use actix_web::{HttpRequest, HttpResponse};

use super::{Authorizer, Settings};
use crate::{
    answer::{
        body::{DenialBodies, DenialBody},
        challenge::{ChallengeSettings, Challenges, Denied},
        not_found::NotFoundAnswer,
    },
    authorizer::{
        cache::{TokenCache, VerifiedTokens},
        revocation::Revocations,
    },
    config::ConfigError,
    credential::{
        authenticate::{Authenticate, BEARER, Scheme},
        presented::is_token,
    },
};

/// Builds an [`Authorizer`].
pub struct AuthorizerBuilder {
    schemes: Vec<Scheme>,
    challenges: ChallengeSettings,
    denial_bodies: DenialBodies,
    disclose_scopes: bool,
    not_found: NotFoundAnswer,
    token_cache: Option<TokenCache>,
    revocations: Option<Arc<dyn Revocations>>,
}

impl AuthorizerBuilder {
    pub(super) fn new() -> Self {
        Self {
            schemes: Vec::new(),
            challenges: ChallengeSettings { realm: "api".to_owned(), resource_metadata: None },
            denial_bodies: DenialBodies::default(),
            disclose_scopes: false,
            not_found: NotFoundAnswer::default(),
            token_cache: Some(TokenCache::new()),
            revocations: None,
        }
    }

    /// Accepts bearer tokens (RFC 6750): a [`Jwt`](crate::Jwt), or an [`Authenticate`] of one's own.
    pub fn bearer(self, authenticate: impl Authenticate) -> Self {
        self.scheme(Scheme::new(BEARER, authenticate))
    }

    /// Names the scopes of the operation in the challenge of a 401 without a credential, and sends a challenge with
    /// a 403 that more scopes would cure (RFC 6750 §3.1). Off by default: it tells callers what to aim for.
    pub fn challenge_scopes(mut self) -> Self {
        self.disclose_scopes = true;
        self
    }

    /// Chooses the body of denials that are not hidden: HTML for browsers, the company's own JSON. Status and challenge
    /// stay as they are. See [`DenialBody`] for an example. Where it says `None` the body is the default,
    /// `application/problem+json` (RFC 9457).
    ///
    /// The text of a [`Denial`](crate::Denial) is for logs, and none of it belongs into a body.
    pub fn denial_body(
        mut self,
        choose: impl Fn(&HttpRequest, &Denied) -> Option<DenialBody> + Send + Sync + 'static,
    ) -> Self {
        self.denial_bodies = DenialBodies::of(choose);
        self
    }

    /// Sets the application's answer for what does not exist. Hidden denials, [`NotFound`](crate::NotFound) and unmapped
    /// paths get it, so that nobody tells them apart. By default it is actix-web's own, which is empty.
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

    /// Names the protected space in every challenge. `api` by default.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.challenges.realm = realm.into();
        self
    }

    /// Points Bearer challenges to the document that describes this service (RFC 9728 §5.1).
    pub fn resource_metadata(mut self, url: impl Into<String>) -> Self {
        self.challenges.resource_metadata = Some(url.into());
        self
    }

    /// Asks `revocations` about every credential that is accepted otherwise. Nobody is asked by default.
    pub fn revocations(mut self, revocations: impl Revocations) -> Self {
        self.revocations = Some(Arc::new(revocations));
        self
    }

    /// Accepts one more scheme. Each has its own challenge: Bearer first, Basic last, the others as they were added.
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.schemes.push(scheme);
        self
    }

    /// Sets how much of verified tokens is remembered. See [`TokenCache`] for the default.
    pub fn token_cache(mut self, size: TokenCache) -> Self {
        self.token_cache = Some(size);
        self
    }

    /// Remembers no tokens: each one is verified for each request.
    pub fn without_token_cache(mut self) -> Self {
        self.token_cache = None;
        self
    }

    /// The finished authorizer.
    ///
    /// # Errors
    /// [`ConfigError`] if no scheme is accepted, one is accepted twice, a part of a challenge is outside its
    /// alphabet, or the token cache has no room.
    pub fn build(self) -> Result<Authorizer, ConfigError> {
        let Self {
            mut schemes,
            challenges,
            denial_bodies,
            disclose_scopes,
            not_found,
            token_cache,
            revocations,
        } = self;
        if schemes.is_empty() {
            return Err(ConfigError::new(
                "scheme",
                "no scheme is accepted, so nobody could ever get in; add one with `.bearer(..)` or `.scheme(..)`",
            ));
        }
        if challenges.realm.is_empty() || !is_printable(&challenges.realm) {
            return Err(ConfigError::new(
                "realm",
                "is empty or not printable ASCII; choose a name such as `orders`",
            ));
        }
        if let Some(url) = &challenges.resource_metadata {
            check_metadata_url(url)?;
        }
        // What most clients understand comes first. A browser acts on Basic, so that comes last.
        schemes.sort_by_key(|scheme| (!scheme.is_bearer(), scheme.is_named("Basic")));
        for (position, scheme) in schemes.iter().enumerate() {
            check_scheme(scheme)?;
            if schemes.iter().take(position).any(|earlier| earlier.is_named(&scheme.name)) {
                let remedy = format!(
                    "`{}` is accepted twice; join both with `Issuers`, or into an authenticator of your own",
                    scheme.name
                );
                return Err(ConfigError::new("scheme", remedy));
            }
        }
        let schemes: Vec<_> = schemes.into_iter().map(Arc::new).collect();
        let challenges = Challenges::of(challenges, &schemes).ok_or_else(|| {
            ConfigError::new(
                "scheme",
                "a challenge is not printable ASCII; spell it without other characters",
            )
        })?;
        let remembered = token_cache.map(VerifiedTokens::new).transpose()?;
        Ok(Authorizer(Arc::new(Settings {
            schemes,
            challenges,
            denial_bodies,
            disclose_scopes,
            not_found,
            remembered,
            revocations,
        })))
    }
}

impl fmt::Debug for AuthorizerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizerBuilder")
            .field("schemes", &self.schemes)
            .field("challenges", &self.challenges)
            .finish_non_exhaustive()
    }
}

/// RFC 9728 §3: an https URL; plain http only on this machine. RFC 9110 §5.5 keeps it visible ASCII.
fn check_metadata_url(url: &str) -> Result<(), ConfigError> {
    let rest = url.strip_prefix("https://").or_else(|| {
        let rest = url.strip_prefix("http://")?;
        let host = rest.split(['/', ':', '?', '#']).next()?;
        matches!(host, "localhost" | "127.0.0.1").then_some(rest)
    });
    let visible = url.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
    match rest {
        Some(rest) if visible && !rest.is_empty() && !rest.starts_with('/') && !rest.contains('@') => Ok(()),
        _ => {
            Err(ConfigError::new("resource_metadata", "is not an absolute https URL; give the whole address"))
        }
    }
}

/// RFC 9110 §11.2, §11.6.1: tokens for names, each name once.
fn check_scheme(scheme: &Scheme) -> Result<(), ConfigError> {
    const RESERVED: [&str; 6] =
        ["realm", "error", "scope", "resource_metadata", "error_description", "error_uri"];
    let refuse = |remedy| Err(ConfigError::new("scheme", remedy));

    if !is_token(&scheme.name) {
        return refuse(format!(
            "`{}` is no name for a scheme; use letters and digits",
            scheme.name.escape_debug()
        ));
    }
    for (position, (name, value)) in scheme.parameters.iter().enumerate() {
        let shown = name.escape_debug();
        if RESERVED.contains(&name.as_str()) {
            return refuse(format!("the parameter `{shown}` is written by the authorizer; leave it out"));
        }
        if !is_token(name) || !is_printable(value) {
            return refuse(format!(
                "the parameter `{shown}` is not printable ASCII; spell it without other characters"
            ));
        }
        if scheme.parameters.iter().take(position).any(|(earlier, _)| earlier == name) {
            return refuse(format!("the parameter `{shown}` is there twice; a challenge has each name once"));
        }
    }
    Ok(())
}

/// What a quoted string holds without loss in every client: RFC 9110 §5.6.4 without tabs and `obs-text`.
fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
