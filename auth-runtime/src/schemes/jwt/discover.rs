//! A [`Jwt`] whose keys live at an identity provider and rotate.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use super::{
    Jwt, JwtBuilder, Keys,
    algorithm::Algorithm,
    keys::{
        jwks::Jwks,
        key_set::Refused,
        key_store::{KeyStore, ids},
        remote::{At, KeyHealth, RemoteKeys},
        status::key_id,
    },
    token::Token,
};
use crate::{config::ConfigError, credential::verified::Verified, policy::decision::Denial};

impl Jwt {
    /// Starts a verifier that finds the keys of `issuer` by itself, by OpenID Connect Discovery, then RFC 8414, and
    /// follows their rotation. `issuer` is compared exactly, with the metadata and with `iss`.
    ///
    /// Keys are fetched in the background. Until there are some, and when they are older than
    /// [`max_age`](JwtBuilder::max_age), callers get 503. [`require_ready`](Self::require_ready) asks for them at
    /// start-up.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Authorizer, Jwt};
    ///
    /// let jwt = Jwt::discover("https://login.example/realms/shop").audience("orders").build()?;
    /// let authorizer = Authorizer::builder().bearer(jwt).build()?;
    /// # Ok::<(), auth_runtime::ConfigError>(())
    /// ```
    pub fn discover(issuer: impl Into<String>) -> JwtBuilder<RemoteKeys> {
        let issuer = issuer.into();
        JwtBuilder::new(RemoteKeys::at(At::Issuer(issuer.clone()))).issuer(issuer)
    }

    /// Starts a verifier that fetches keys from `url`, a JWK Set (RFC 7517 §5), and follows their rotation. As
    /// [`discover`](Self::discover) otherwise; the issuer has to be named.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::Jwt;
    ///
    /// let jwt = Jwt::jwks("https://www.gstatic.com/iap/verify/public_key-jwk")
    ///     .issuer("https://cloud.google.com/iap")
    ///     .audience("/projects/1/global/backendServices/2")
    ///     .build()?;
    /// # Ok::<(), auth_runtime::ConfigError>(())
    /// ```
    pub fn jwks(url: impl Into<String>) -> JwtBuilder<RemoteKeys> {
        JwtBuilder::new(RemoteKeys::at(At::Url(url.into())))
    }

    /// Makes one attempt to have keys, for as long as one request may take. Without it a service starts although its
    /// issuer is down.
    ///
    /// # Errors
    /// [`ConfigError`] if no keys could be fetched, with the cause.
    pub async fn require_ready(&self) -> Result<(), ConfigError> {
        match &self.0.keys {
            Keys::Fixed(_) => Ok(()),
            Keys::Remote(keys) => keys.require_ready().await,
        }
    }

    /// The state of the keys, for a health check.
    pub fn health(&self) -> KeyHealth {
        match &self.0.keys {
            Keys::Fixed(keys) => {
                KeyHealth { keys: ids(keys, self.0.clock.now()), age: None, last_error: None }
            }
            Keys::Remote(keys) => keys.health(),
        }
    }

    /// Verifies a token for which no key is known, with newer keys if there are any.
    pub(super) async fn verify_with_newer_keys(
        self,
        keys: Arc<KeyStore>,
        mut seen: Arc<Jwks>,
        token: String,
        mut refused: Refused,
    ) -> Result<Verified, Denial> {
        let key = Token::parse(&token).ok().and_then(|token| token.key_id().ok().flatten().map(key_id));
        let answer = timeout(keys.patience(), async {
            // Twice, because the fetch that was under way may have begun before the key was published.
            for _ in 0..2 {
                let Some(newer) = keys.newer_than(&seen, key).await else { break };
                match self.0.verify(&token, &newer.set) {
                    Err(again) if again.for_lack_of_a_key => (seen, refused) = (newer, again),
                    answer => return answer.map_err(|refused| refused.reason.into()),
                }
            }
            // Whether a token is good cannot be said of keys that could not be asked for.
            let failure = keys.failure();
            Err(failure.map_or_else(|| refused.reason.into(), |cause| keys.unavailable(&cause)))
        });
        answer.await.unwrap_or_else(|_| Err(keys.unavailable("it takes too long to send them")))
    }
}

impl JwtBuilder<RemoteKeys> {
    /// How often tokens with unknown keys may cause a fetch: once in this time, however many ask. 10 seconds by default.
    /// A key that was looked for in vain, or that is gone, is not looked for again within three times this time.
    pub fn cool_down(mut self, cool_down: Duration) -> Self {
        self.keys.cool_down = cool_down;
        self
    }

    /// How long keys go on working that cannot be fetched anew: 24 hours by default. A key that the issuer withdraws
    /// meanwhile goes on working too.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.keys.max_age = max_age;
        self
    }

    /// Fetches keys anew when they are no longer fresh (`Cache-Control`, `Expires`; five minutes where the issuer does
    /// not say), but no sooner than `least` and no later than `most` after the last time: one minute and one hour by
    /// default.
    pub fn refresh_between(mut self, least: Duration, most: Duration) -> Self {
        self.keys.refresh = (least, most);
        self
    }

    /// Trusts the certificates in this PEM too, beside the system's: those of a company's own authority.
    pub fn root_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.keys.client.root_certificates.push(pem.as_ref().to_vec());
        self
    }

    /// The algorithm of published RSA keys that do not say theirs: RS256 by default (RFC 9068 §2.1).
    pub fn rsa_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.keys.rsa = algorithm;
        self
    }

    /// How long one request to the issuer may take, and how long callers wait for keys: 5 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.keys.client.timeout = timeout;
        self
    }

    /// The finished verifier. It begins to fetch keys.
    ///
    /// # Errors
    /// [`ConfigError`] if the audience or the issuer is missing, an address is not https (http works on this machine
    /// alone), or a setting is out of range.
    pub fn build(self) -> Result<Jwt, ConfigError> {
        self.build_with(|keys, issuer, clock| KeyStore::start(keys, issuer, clock).map(Keys::Remote))
    }
}
