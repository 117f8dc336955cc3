//! The verifier of tokens that only their issuer can read. It asks the issuer about each token (RFC 7662).

mod builder;
mod endpoint_lookup;
mod health;
mod question;
mod questions;

use std::{
    fmt,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::Arc,
};

use serde_json::{Map, Value};

pub use self::{builder::IntrospectionBuilder, health::IntrospectionHealth};
use self::{
    health::LastQuestion,
    question::{Endpoint, NoAnswer, UNREADABLE},
    questions::{Answer, Asked, Questions},
};
use crate::{
    config::ConfigError,
    credential::{
        accepted_issuers::AcceptedIssuers,
        authenticate::{Authenticate, Authentication, Own},
        clock::Clock,
        head::Credential,
        verified::{Validity, Verified},
    },
    policy::{credential_error::InvalidCredential, decision::Denial},
    schemes::{claims::ClaimChecks, jwt::MAX_TOKEN, provider::Background},
};

/// Authenticates tokens by asking their issuer (RFC 7662). It is cheap to clone.
///
/// # Design
/// - Only the boolean `active: true` makes a token valid. The answer is checked like the claims of a token: `exp`,
///   `nbf` and `iss` if they are present, `aud` and `token_type` in any case. Servers answer for refresh tokens too,
///   which no service may accept; such answers lack `aud` or `token_type`.
/// - If anything fails between this service and the issuer, the caller gets 503, and never 401. An error that is about
///   the token is no failure: 400 or 401 with `unsupported_token_type` or `invalid_token`, and 400 with
///   `invalid_request`, are 401 for the caller.
/// - An answer is remembered for 30 seconds by default and never beyond `exp`. A token that is revoked at the issuer is
///   accepted until then. An answer that the token is not active is never remembered.
/// - Requests with the same token share one question, however many they are. The question goes on until it is answered
///   or nobody waits for it any more.
/// - At most 64 questions are under way at the same time. Up to 1024 in all may be under way or wait for their turn.
/// - [`require_ready`](Self::require_ready) finds a wrong secret at start-up, and [`health`](Self::health) is for a
///   health check.
///
/// # Example
/// ```
/// use auth_runtime::{introspection::Introspection, Authorizer};
///
/// let tokens = Introspection::discover("https://login.example/realms/shop")
///     .client_secret_basic("orders", "the secret of this service")
///     .audience("orders")
///     .build()?;
/// let authorizer = Authorizer::builder().bearer(tokens).build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Introspection(Arc<Settings>);

struct Settings {
    background: Background,
    claim_checks: ClaimChecks,
    clock: Clock,
    endpoint: Endpoint,
    last_question: LastQuestion,
    questions: Questions,
    remember: u64,
}

impl Introspection {
    /// Starts a verifier that asks `endpoint`, which is a whole address. The issuer has to be named with
    /// [`issuer`](IntrospectionBuilder::issuer).
    pub fn builder(endpoint: impl Into<String>) -> IntrospectionBuilder {
        IntrospectionBuilder::new(Some(endpoint.into()))
    }

    /// Starts a verifier that finds the endpoint in the metadata of `issuer`, as
    /// [`Jwt::discover`](crate::Jwt::discover) does. The metadata are fetched when the first token comes.
    pub fn discover(issuer: impl Into<String>) -> IntrospectionBuilder {
        IntrospectionBuilder::new(None).issuer(issuer)
    }

    /// Asks the issuer once about a made-up token, for as long as one question may take. The issuer is ready if it
    /// answers that the token is not active. Without this call, a service starts even if its issuer is down or does not
    /// know the client.
    ///
    /// # Errors
    /// [`ConfigError`] if the issuer does not answer so. Its text says why; its setting is `client_secret` if the
    /// issuer refuses the client.
    ///
    /// # Example
    /// ```no_run
    /// use auth_runtime::{ConfigError, introspection::Introspection};
    ///
    /// async fn ready() -> Result<Introspection, ConfigError> {
    ///     let tokens = Introspection::discover("https://login.example/realms/shop")
    ///         .client_secret_basic("orders", "the secret of this service")
    ///         .audience("orders")
    ///         .build()?;
    ///     tokens.require_ready().await?;
    ///     Ok(tokens)
    /// }
    /// ```
    pub async fn require_ready(&self) -> Result<(), ConfigError> {
        let asking = Arc::clone(&self.0);
        let asked = self.0.background.spawn(async move { asking.ask(&made_up()).await });
        let (endpoint, issuer) = (&self.0.endpoint, self.0.claim_checks.issuer().escape_debug());
        let refuse = |remedy| Err(ConfigError::new(endpoint.setting(), format!("`{issuer}` {remedy}")));
        match asked.await {
            Ok(Ok(answer)) => match answer.get("active") {
                Some(Value::Bool(false)) => Ok(()),
                Some(Value::Bool(true)) => refuse(
                    "says that a made-up token is active, so it would let everybody in; look at the address"
                        .to_owned(),
                ),
                _ => refuse("does not answer whether a token is active; look at the address".to_owned()),
            },
            Ok(Err(NoAnswer::Refused(UNREADABLE))) => refuse(
                "answers `invalid_request` to a question about a made-up token; look at the address"
                    .to_owned(),
            ),
            // Whoever judges the token has accepted the client.
            Ok(Err(NoAnswer::Refused(_))) => Ok(()),
            Ok(Err(NoAnswer::Failed { cause, refuses_us: true })) => Err(ConfigError::new(
                "client_secret",
                format!(
                    "`{issuer}` does not accept the client `{}`: {cause}",
                    endpoint.client_id().escape_debug()
                ),
            )),
            Ok(Err(NoAnswer::Failed { cause, .. })) => {
                refuse(format!("cannot be asked about tokens: {cause}; look whether it is up and spelled so"))
            }
            Err(_) => refuse("cannot be asked about tokens: the question broke off; try it again".to_owned()),
        }
    }

    /// Returns whether the issuer answers, for a health check. Nothing is asked for it.
    pub fn health(&self) -> IntrospectionHealth {
        self.0.last_question.health(self.0.clock.now())
    }
}

/// Leaves out the secret.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("issuer", &self.0.claim_checks.issuer())
            .field("client", &self.0.endpoint.client_id())
            .finish_non_exhaustive()
    }
}

impl Settings {
    async fn answer(&self, token: &str) -> Answer {
        match self.ask(token).await {
            Ok(claims) => self.judge(claims),
            Err(NoAnswer::Refused(reason)) => Err(reason.into()),
            Err(NoAnswer::Failed { cause, .. }) => Err(self.unavailable(&cause)),
        }
    }

    /// Asks the issuer, and keeps for the health check whether it answered.
    async fn ask(&self, token: &str) -> Result<Map<String, Value>, NoAnswer> {
        let answer = self.endpoint.ask(token).await;
        match &answer {
            Ok(_) | Err(NoAnswer::Refused(_)) => self.last_question.answered(self.clock.now()),
            Err(NoAnswer::Failed { cause, .. }) => self.last_question.failed(cause),
        }
        answer
    }

    fn judge(&self, mut claims: Map<String, Value>) -> Answer {
        if claims.remove("active") != Some(Value::Bool(true)) {
            return Err(InvalidCredential::Inactive.into());
        }
        let is_bearer = |kind: &Value| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        if !claims.get("token_type").is_some_and(is_bearer) {
            return Err(InvalidCredential::Type.into());
        }
        let now = self.clock.now();
        let accepted = self.claim_checks.principal(claims, now)?;
        // RFC 7662 §4: an answer is not remembered beyond `exp`, not even for the leeway.
        let until = accepted.expires.min(now.saturating_add(self.remember));
        let validity = (until > now).then(|| Validity {
            verified_at: now,
            until,
            clock: self.clock.clone(),
            key_trust: None,
        });
        let principal = accepted.principal;
        Ok(match validity {
            Some(validity) => Verified::with_validity(principal, validity),
            None => Verified::from(principal),
        })
    }

    fn unavailable(&self, cause: &str) -> Denial {
        Denial::Unavailable {
            retry_after: self.endpoint.timeout(),
            cause: format!("`{}` cannot be asked about a token: {cause}", self.claim_checks.issuer()),
        }
    }
}

impl Authenticate for Introspection {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        let token = credential.value();
        if token.len() > MAX_TOKEN {
            return Authentication::now(Err(InvalidCredential::TooLong.into()));
        }
        let begin = || {
            let (settings, token) = (Arc::clone(&self.0), token.to_owned());
            async move { settings.answer(&token).await }
        };
        match self.0.questions.about(token, &self.0.background, begin) {
            Asked::Answered(answer) => Authentication::now(answer),
            Asked::TooMany => Authentication::now(Err(self.0.unavailable("too many wait for an answer"))),
            Asked::Waiting(question) => {
                let settings = Arc::clone(&self.0);
                let broke_off = move || Err(settings.unavailable("the question broke off"));
                Authentication::verified_later(
                    async move { question.answer().await.unwrap_or_else(broke_off) },
                )
            }
        }
    }

    fn is_own(&self, _: Own) -> bool {
        true
    }

    fn issuers(&self, _: Own) -> AcceptedIssuers {
        self.0.claim_checks.accepted_issuer()
    }
}

/// Returns a text that is nobody's token.
fn made_up() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
