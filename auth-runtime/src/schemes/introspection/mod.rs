//! The verifier of tokens that only their issuer can read. It asks the issuer about each token (RFC 7662).

mod builder;
mod endpoint_lookup;

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    sync::{AcquireError, Semaphore},
    task::{JoinError, JoinHandle},
    time::timeout,
};
use url::form_urlencoded;

pub use self::builder::IntrospectionBuilder;
use self::endpoint_lookup::EndpointLookup;
use crate::{
    credential::{
        accepted_issuers::AcceptedIssuers,
        authenticate::{Authenticate, Authentication, Own},
        clock::Clock,
        head::Credential,
        verified::{Validity, Verified},
    },
    policy::{credential_error::InvalidCredential, decision::Denial},
    schemes::{
        claims::ClaimChecks,
        json,
        jwt::MAX_TOKEN,
        provider::{Background, Client, ProviderUrl},
    },
};

/// Authenticates tokens by asking their issuer (RFC 7662). It is cheap to clone.
///
/// # Design
/// - Only the boolean `active: true` makes a token valid. The answer is checked like the claims of a token: `exp`,
///   `nbf` and `iss` if they are present, `aud` and `token_type` in any case. Servers answer for refresh tokens too,
///   which no service may accept; such answers lack `aud` or `token_type`.
/// - If anything fails between this service and the issuer, the caller gets 503, and never 401.
/// - An answer is remembered for 30 seconds by default and never beyond `exp`. A token that is revoked at the issuer is
///   accepted until then. An answer that the token is not active is never remembered.
/// - At most 64 questions are under way at the same time. Up to 1024 in all may be under way or wait for their turn.
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
    client: Client,
    clock: Clock,
    credentials: Credentials,
    claim_checks: ClaimChecks,
    remember: u64,
    timeout: Duration,
    /// The questions that are under way or wait for their turn.
    questions: Semaphore,
    turns: Semaphore,
    endpoint: EndpointSource,
}

enum EndpointSource {
    Configured(ProviderUrl),
    /// The address that the issuer's metadata names.
    Discovered(Arc<EndpointLookup>),
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
}

/// The credentials of this service at the issuer (RFC 6749 §2.3.1).
enum Credentials {
    Basic(String, String),
    Post(String, String),
}

impl Credentials {
    fn are_complete(&self) -> bool {
        let (Self::Basic(id, secret) | Self::Post(id, secret)) = self;
        [id, secret].iter().all(|text| !text.is_empty() && !text.contains(char::is_control))
    }
}

/// Leaves out the secret.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Credentials::Basic(client, _) | Credentials::Post(client, _)) = &self.0.credentials;
        f.debug_struct("Introspection")
            .field("issuer", &self.0.claim_checks.issuer())
            .field("client", client)
            .finish_non_exhaustive()
    }
}

/// How many questions are under way at most. An issuer answers far fewer at a time, so more of them would only wait
/// there.
const MAX_CONCURRENT: usize = 64;

/// How many questions are under way or wait at most. A further question is refused at once.
const MAX_QUESTIONS: usize = 1024;

impl Settings {
    async fn ask(&self, token: &str) -> Result<Vec<u8>, String> {
        let closed = |error: AcquireError| error.to_string();
        let _question = self.questions.try_acquire().map_err(|_| "too many wait for an answer")?;
        let _turn = self.turns.acquire().await.map_err(closed)?;
        let (form, basic) = self.question(token);
        let answer = match &self.endpoint {
            EndpointSource::Configured(endpoint) => self.client.post(endpoint, form, basic.as_ref()).await,
            EndpointSource::Discovered(lookup) => {
                self.client.post(&*lookup.endpoint().await?, form, basic.as_ref()).await
            }
        };
        answer.map(|document| document.body).map_err(|failure| {
            if failure.may_have_moved() {
                self.look_again();
            }
            let hint = if failure.status.is_some() { "; look at client id, secret and address" } else { "" };
            failure.cause + hint
        })
    }

    /// Looks the endpoint up again, because it did not answer as an endpoint does.
    fn look_again(&self) {
        if let EndpointSource::Discovered(lookup) = &self.endpoint {
            lookup.look();
        }
    }

    /// Returns the form, and the credentials for the `Authorization` field.
    fn question(&self, token: &str) -> (String, Option<(String, String)>) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token).append_pair("token_type_hint", "access_token");
        let basic = match &self.credentials {
            Credentials::Basic(id, secret) => Some((form_encoded(id), form_encoded(secret))),
            Credentials::Post(id, secret) => {
                form.append_pair("client_id", id).append_pair("client_secret", secret);
                None
            }
        };
        (form.finish(), basic)
    }

    fn judge(&self, answer: &[u8]) -> Result<Verified, Denial> {
        let mut claims = json::parse(answer).map_err(|_| {
            self.look_again();
            self.unavailable("its answer is not one JSON object")
        })?;
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
            retry_after: self.timeout,
            cause: format!("`{}` cannot be asked about a token: {cause}", self.claim_checks.issuer()),
        }
    }
}

impl Authenticate for Introspection {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        let token = credential.value().to_owned();
        if token.len() > MAX_TOKEN {
            return Authentication::now(Err(InvalidCredential::TooLong.into()));
        }
        let settings = Arc::clone(&self.0);
        Authentication::verified_later(async move {
            let asking = Arc::clone(&settings);
            // Dropping the question ends it when the caller no longer waits.
            let question = Question(settings.background.spawn(async move { asking.ask(&token).await }));
            let answer = match timeout(settings.timeout, question).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err("the question broke off".to_owned()),
                Err(_) => {
                    settings.look_again();
                    Err("it takes too long".to_owned())
                }
            };
            settings.judge(&answer.map_err(|cause| settings.unavailable(&cause))?)
        })
    }

    fn is_own(&self, _: Own) -> bool {
        true
    }

    fn issuers(&self, _: Own) -> AcceptedIssuers {
        self.0.claim_checks.accepted_issuer()
    }
}

/// A question to the issuer, which ends when it is dropped.
struct Question(JoinHandle<Result<Vec<u8>, String>>);

impl Future for Question {
    type Output = Result<Result<Vec<u8>, String>, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Form-encodes the client's id or secret, before the two are joined (RFC 6749 §2.3.1, appendix B).
fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
