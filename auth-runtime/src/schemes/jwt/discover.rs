//! The [`Jwt`] whose keys are fetched from an identity provider and rotate.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use super::{
    Jwt, JwtBuilder, Keys,
    algorithm::Algorithm,
    keys::{
        jwks::Jwks,
        key_set::{NewerKeys, Refused},
        key_store::{KeyStore, ids},
        remote::{KeyHealth, KeySetSource, RemoteKeys},
        status::key_id,
    },
    token::Token,
};
use crate::{config::ConfigError, credential::verified::Verified, policy::decision::Denial};

impl Jwt {
    /// Starts a verifier that finds the keys of `issuer` by itself and follows their rotation. It tries OpenID Connect
    /// Discovery first and then RFC 8414. `issuer` has to equal both the `issuer` in the metadata and the `iss` of a
    /// token exactly.
    ///
    /// Keys are fetched in the background. Callers get 503 until the first keys are there, and again if the keys are
    /// older than [`max_age`](JwtBuilder::max_age). [`require_ready`](Self::require_ready) waits for the keys at
    /// start-up.
    ///
    /// An issuer that publishes an empty key set, `{"keys":[]}`, withdraws all keys at once: every token is refused with
    /// 401, a remembered one too. A key set in which no key is usable is a failed fetch, and the earlier keys stay.
    ///
    /// Of a set the first 64 keys are read. RSA keys have 2048 to 4096 bits and an exponent of 65537 at most. A token
    /// without `kid` is tried with at most four keys.
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
        JwtBuilder::new(RemoteKeys::at(KeySetSource::Issuer(issuer.clone()))).issuer(issuer)
    }

    /// Starts a verifier that fetches its keys from `url`, a JWK Set (RFC 7517 §5), and follows their rotation. The
    /// issuer has to be named with [`issuer`](JwtBuilder::issuer). Everything else is as with
    /// [`discover`](Self::discover).
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
        JwtBuilder::new(RemoteKeys::at(KeySetSource::Url(url.into())))
    }

    /// Tries once to fetch the keys, for as long as one request may take. Without this call, a service starts even if
    /// its issuer is down.
    ///
    /// # Errors
    /// [`ConfigError`] if no keys could be fetched. Its text says why.
    pub async fn require_ready(&self) -> Result<(), ConfigError> {
        match &self.0.keys {
            Keys::Fixed(_) => Ok(()),
            Keys::Remote(keys) => keys.require_ready().await,
        }
    }

    /// Returns the state of the keys, for a health check.
    pub fn health(&self) -> KeyHealth {
        match &self.0.keys {
            Keys::Fixed(keys) => {
                KeyHealth { keys: ids(keys, self.0.clock.now()), age: None, last_error: None }
            }
            Keys::Remote(keys) => keys.health(),
        }
    }

    /// Verifies a token that no known key has signed, with newer keys if there are any.
    pub(super) async fn verify_with_newer_keys(
        self,
        keys: Arc<KeyStore>,
        mut seen: Arc<Jwks>,
        token: String,
        mut refused: Refused,
    ) -> Result<Verified, Denial> {
        let key = Token::parse(&token).ok().and_then(|token| token.key_id().ok().flatten().map(key_id));
        let verifying = async {
            // A second fetch may be needed, because the first may have begun before the key was published.
            for _ in 0..2 {
                let newer = keys.newer_than(&seen, key).await?;
                match self.0.verify(&token, &newer.set) {
                    Err(again) if again.newer_keys != NewerKeys::Useless => (seen, refused) = (newer, again),
                    answer => return Some(answer),
                }
            }
            None
        };
        match timeout(keys.patience(), verifying).await {
            Ok(Some(answer)) => answer.map_err(|refused| refused.reason.into()),
            // The key that the token names did not sign it.
            _ if refused.newer_keys == NewerKeys::MightReplace => Err(refused.reason.into()),
            // If the keys cannot be fetched, nobody can tell whether the token is good, so the answer is not a refusal.
            Ok(None) => {
                Err(keys.failure().map_or_else(|| refused.reason.into(), |cause| keys.unavailable(&cause)))
            }
            Err(_) => Err(keys.unavailable("it takes too long to send them")),
        }
    }
}

impl JwtBuilder<RemoteKeys> {
    /// Sets how often tokens that no known key has signed may cause a fetch: once in this time, however many such tokens
    /// come. The default is 10 seconds. Such a token names a key that is not known, or a key that did not sign it; the
    /// issuer may have a new key under an old id. A key that was not found, that was found unchanged, or that the issuer
    /// has removed causes no fetch for three times this time.
    pub fn cool_down(mut self, cool_down: Duration) -> Self {
        self.keys.cool_down = cool_down;
        self
    }

    /// Sets how long keys stay in use if they cannot be fetched again: 24 hours by default. A key that the issuer
    /// withdraws in the meantime stays in use too.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.keys.max_age = max_age;
        self
    }

    /// Sets the least and the greatest time between two regular fetches: one minute and one hour by default. Between
    /// these bounds, keys are fetched again when they are no longer fresh (`Cache-Control`, `Expires`). If the issuer
    /// does not say how long they are fresh, that is after five minutes.
    pub fn refresh_between(mut self, least: Duration, most: Duration) -> Self {
        self.keys.refresh = (least, most);
        self
    }

    /// Trusts the certificates in this PEM, such as those of a company's own authority, in addition to the system's.
    pub fn root_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.keys.client.root_certificates.push(pem.as_ref().to_vec());
        self
    }

    /// Sets the algorithm of published RSA keys that do not name one: RS256 by default (RFC 9068 §2.1).
    pub fn rsa_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.keys.rsa = algorithm;
        self
    }

    /// Sets how long a request to the issuer may take, and how long callers wait for keys: 5 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.keys.client.timeout = timeout;
        self
    }

    /// Finishes the verifier and begins to fetch its keys.
    ///
    /// # Errors
    /// [`ConfigError`] if the audience or the issuer is missing, an address is not https (http works only on this
    /// machine), or a setting is out of range.
    pub fn build(self) -> Result<Jwt, ConfigError> {
        self.build_with(|keys, issuer, clock| KeyStore::start(keys, issuer, clock).map(Keys::Remote))
    }
}
