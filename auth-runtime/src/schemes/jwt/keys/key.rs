//! The keys that verify signatures.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;

use super::{
    jwk,
    material::{self, CRYPTO, Origin, refuse},
};
use crate::{config::ConfigError, credential::verified::KeyTrust, schemes::jwt::algorithm::Algorithm};

/// A key that verifies signatures of one algorithm. It is checked when the [`Jwt`](crate::Jwt) is built.
///
/// # Example
/// ```
/// use auth_runtime::{Algorithm, Key};
///
/// let shared = Key::secret(Algorithm::HS256, b"a secret of at least thirty-two bytes");
/// let public = Key::jwk(r#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#);
/// ```
#[derive(Clone)]
pub struct Key {
    algorithm: Option<Algorithm>,
    id: Option<String>,
    material: KeySource,
}

#[derive(Clone)]
enum KeySource {
    Jwk(String),
    Pem(Vec<u8>),
    Secret(DecodingKey),
}

impl Key {
    /// Makes a public key from a JSON Web Key (RFC 7517), with its `kid`. Its algorithm is `alg`, or follows from the
    /// curve. An RSA key without `alg` needs [`algorithm`](Self::algorithm). A key that contradicts itself is refused,
    /// such as one of the curve P-384 with the `alg` ES256.
    pub fn jwk(json: impl Into<String>) -> Self {
        Self { algorithm: None, id: None, material: KeySource::Jwk(json.into()) }
    }

    /// Makes a public key from the text of a PEM file: `BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`. RSA keys have at
    /// least 2048 bits, and at most 8192, or 4096 if only the feature `rust_crypto` is enabled.
    pub fn pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Self {
        Self { algorithm: Some(algorithm), id: None, material: KeySource::Pem(pem.as_ref().to_vec()) }
    }

    /// Makes a key from a secret that is shared with the issuer. The secret is at least as long as the hash: 32 bytes
    /// for HS256, 48 for HS384 and 64 for HS512 (RFC 7518 §3.2).
    pub fn secret(algorithm: Algorithm, secret: impl AsRef<[u8]>) -> Self {
        let material = KeySource::Secret(DecodingKey::from_secret(secret.as_ref()));
        Self { algorithm: Some(algorithm), id: None, material }
    }

    /// Sets the algorithm of a JWK that does not name it.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Sets the id of the key, which tokens name in `kid`. A key without an id is tried for tokens of any `kid`. At most
    /// four keys are tried for one token, so at most four keys of one algorithm may be without an id.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    pub(crate) fn into_verifying(self, origin: Origin) -> Result<VerifyingKey, ConfigError> {
        let (algorithm, id, key) = match self.material {
            KeySource::Secret(key) => (self.algorithm, self.id, key),
            KeySource::Pem(pem) => (self.algorithm, self.id, material::pem(&pem, self.algorithm)?),
            KeySource::Jwk(json) => {
                let jwk = jwk::read(&json)?;
                (jwk.algorithm.or(self.algorithm), self.id.or(jwk.id), jwk.key)
            }
        };
        let algorithm =
            algorithm.ok_or_else(|| refuse("does not say its algorithm; add it with `.algorithm(..)`"))?;
        if self.algorithm.is_some_and(|chosen| chosen != algorithm) {
            return Err(refuse(format!("the JWK is for {algorithm:?}; leave `.algorithm(..)` out")));
        }
        material::check_fit(algorithm, &key, origin)?;
        Ok(VerifyingKey { algorithm, id, key, trust: Arc::new(KeyTrust::forever()) })
    }
}

/// Leaves out the key itself.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A key that was checked.
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    id: Option<String>,
    key: DecodingKey,
    trust: Arc<KeyTrust>,
}

impl VerifyingKey {
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(crate) fn trust(&self) -> &Arc<KeyTrust> {
        &self.trust
    }

    /// Returns whether the signature fits. The cryptography crate compares secrets in constant time.
    pub(crate) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        (CRYPTO.verifier_factory)(&self.algorithm.backend(), &self.key)
            .is_ok_and(|verifier| verifier.verify(message, &signature).is_ok())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
