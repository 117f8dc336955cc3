//! The checks of key material: what is accepted as a key.

use jsonwebtoken::{
    AlgorithmFamily, DecodingKey,
    crypto::CryptoProvider,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse},
};
use serde_json::Value;

use crate::{config::ConfigError, schemes::jwt::algorithm::Algorithm};

/// The cryptography in use. If aws-lc-rs is enabled, it is chosen whatever other crates compile in.
#[cfg(feature = "aws_lc_rs")]
pub(crate) static CRYPTO: &CryptoProvider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(all(feature = "rust_crypto", not(feature = "aws_lc_rs")))]
pub(crate) static CRYPTO: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

pub(crate) fn refuse(remedy: impl Into<String>) -> ConfigError {
    ConfigError::new("key", remedy)
}

/// Signs with the same cryptography that verifies, whatever other crates compile in.
#[cfg(feature = "testing")]
pub(crate) fn sign(algorithm: Algorithm, secret: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let key = jsonwebtoken::EncodingKey::from_secret(secret);
    let signer = (CRYPTO.signer_factory)(&algorithm.backend(), &key).ok()?;
    signer.try_sign(message).ok()
}

/// Checks that a secret has at least as many bytes as the hash (RFC 7518 §3.2).
fn check_secret(algorithm: Algorithm, length: usize) -> Result<(), ConfigError> {
    let least = match algorithm {
        Algorithm::HS256 => 32,
        Algorithm::HS384 => 48,
        Algorithm::HS512 => 64,
        _ => {
            return Err(refuse(format!(
                "{algorithm:?} has public keys and no secrets; give the issuer's with `Key::pem` or `Key::jwk`"
            )));
        }
    };
    if length < least {
        let remedy = format!(
            "a secret of {length} bytes is too short for {algorithm:?}; use {least} random bytes or more"
        );
        return Err(refuse(remedy));
    }
    Ok(())
}

/// Reads a public key. A private key is refused, and so is a certificate, because nothing here would check it.
pub(crate) fn pem(pem: &[u8], algorithm: Option<Algorithm>) -> Result<DecodingKey, ConfigError> {
    if !pem.windows(11).any(|window| window == b"-----BEGIN ") {
        return Err(refuse("the PEM has no `-----BEGIN`; give the text of the file, and not its path"));
    }
    if pem.windows(2).any(|window| window == br"\n") {
        return Err(refuse(r"the PEM has `\n` in two letters; put line ends in their place"));
    }
    let begins =
        |label: &str| pem.trim_ascii_start().starts_with(format!("-----BEGIN {label}-----").as_bytes());
    if !begins("PUBLIC KEY") && !begins("RSA PUBLIC KEY") {
        return Err(refuse(
            "the PEM does not begin with `-----BEGIN PUBLIC KEY-----`; `openssl pkey -pubout` makes it of a private \
             key, `openssl x509 -pubkey -noout` of a certificate",
        ));
    }
    let key = match algorithm.map(Algorithm::family) {
        Some(AlgorithmFamily::Rsa) => DecodingKey::from_rsa_pem(pem),
        Some(AlgorithmFamily::Ec) => DecodingKey::from_ec_pem(pem),
        Some(AlgorithmFamily::Ed) => DecodingKey::from_ed_pem(pem),
        Some(AlgorithmFamily::Hmac) | None => {
            return Err(refuse("a PEM is no secret; use an RS, PS, ES or EdDSA algorithm, or `Key::secret`"));
        }
    };
    key.map_err(|_| {
        refuse("the PEM holds no key of this algorithm; take the algorithm that the issuer states")
    })
}

/// The parts of a JWK that are used (RFC 7517 §4).
pub(crate) struct ReadJwk {
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) id: Option<String>,
    pub(crate) key: DecodingKey,
}

pub(crate) fn jwk(json: &str) -> Result<ReadJwk, ConfigError> {
    let no_jwk =
        |_| refuse("the JWK is not one JSON object with `kty`; paste one entry of the issuer's `keys`");
    let fields: Value = serde_json::from_str(json).map_err(no_jwk)?;
    let jwk: Jwk = serde_json::from_str(json).map_err(no_jwk)?;
    if fields.get("keys").is_some() {
        return Err(refuse("this is a whole JWK set; give one entry of its `keys`"));
    }
    if fields.get("d").is_some() {
        return Err(refuse("the JWK is a private key; leave `d` and its companions out"));
    }
    // RFC 7517 §4.2, §4.3: `use` and `key_ops` say what a key is for.
    let encrypts = jwk.common.public_key_use.as_ref().is_some_and(|usage| *usage != PublicKeyUse::Signature);
    let verifies =
        jwk.common.key_operations.as_ref().is_none_or(|list| list.contains(&KeyOperations::Verify));
    if encrypts || !verifies {
        return Err(refuse("the JWK is not meant for signatures (`use`, `key_ops`); take the one that is"));
    }
    let algorithm = algorithm(&fields, &jwk)?;
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| {
        refuse("the JWK is of an unknown `kty` or not base64url; paste it as the issuer publishes it")
    })?;
    Ok(ReadJwk { algorithm, id: jwk.common.key_id, key })
}

/// Returns the algorithm that `alg` names, or the only algorithm of the curve. `alg` is read here, because jsonwebtoken
/// does not know every name.
fn algorithm(fields: &Value, jwk: &Jwk) -> Result<Option<Algorithm>, ConfigError> {
    if let Some(name) = fields.get("alg") {
        let algorithm = name.as_str().and_then(Algorithm::named).ok_or_else(|| {
            refuse("the JWK is for an `alg` that is not supported; take another one of the issuer's keys")
        })?;
        return Ok(Some(algorithm));
    }
    Ok(match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Some(Algorithm::ES256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => Some(Algorithm::ES384),
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            Some(Algorithm::EdDSA)
        }
        _ => None,
    })
}

/// Checks that the key has the kind and the size of the algorithm.
pub(crate) fn check_fit(algorithm: Algorithm, key: &DecodingKey) -> Result<(), ConfigError> {
    if key.family() == AlgorithmFamily::Hmac {
        return check_secret(algorithm, key.try_get_as_bytes().map_or(0, <[u8]>::len));
    }
    let fits = match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => false,
        Algorithm::ES256 => is_point(key, 32),
        Algorithm::ES384 => is_point(key, 48),
        Algorithm::EdDSA => {
            key.family() == AlgorithmFamily::Ed && key.try_get_as_bytes().is_ok_and(|point| point.len() == 32)
        }
        _ => key.family() == AlgorithmFamily::Rsa,
    };
    if !fits {
        return Err(refuse(format!(
            "the key is not one for {algorithm:?}; take the algorithm that the issuer states"
        )));
    }
    if key.family() == AlgorithmFamily::Rsa {
        let (modulus, exponent) =
            rsa_components(key).ok_or_else(|| refuse("the RSA key cannot be read; export it once more"))?;
        let bits = bits_of_odd(&modulus);
        if !(2048..=MAX_RSA).contains(&bits) {
            return Err(refuse(format!(
                "an RSA key of {bits} bits is not accepted; use one of 2048 to {MAX_RSA}"
            )));
        }
        if !(2..=33).contains(&bits_of_odd(&exponent)) {
            return Err(refuse(
                "the RSA key's exponent is even, 1, or of more than 33 bits; make a new key, usually with 65537",
            ));
        }
    }
    if is_usable(algorithm, key) {
        Ok(())
    } else {
        Err(refuse("the key is not a valid one; export it once more"))
    }
}

/// The largest RSA key that the cryptography crate verifies with, in bits.
#[cfg(feature = "aws_lc_rs")]
const MAX_RSA: usize = 8192;
#[cfg(all(feature = "rust_crypto", not(feature = "aws_lc_rs")))]
const MAX_RSA: usize = 4096;

/// Returns whether the cryptography crate accepts the key. For example, a point has to be on the curve.
#[cfg(feature = "aws_lc_rs")]
fn is_usable(algorithm: Algorithm, key: &DecodingKey) -> bool {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey};

    let curve = match algorithm {
        Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED,
        _ => return true,
    };
    key.try_get_as_bytes().is_ok_and(|point| ParsedPublicKey::new(curve, point).is_ok())
}

#[cfg(all(feature = "rust_crypto", not(feature = "aws_lc_rs")))]
fn is_usable(algorithm: Algorithm, key: &DecodingKey) -> bool {
    (CRYPTO.verifier_factory)(&algorithm.backend(), key).is_ok()
}

/// Returns whether the key is an uncompressed point with coordinates of this many bytes (SEC 1 §2.3.3).
fn is_point(key: &DecodingKey, coordinate: usize) -> bool {
    key.family() == AlgorithmFamily::Ec
        && key
            .try_get_as_bytes()
            .is_ok_and(|point| point.len() == 2 * coordinate + 1 && point.first() == Some(&4))
}

fn rsa_components(key: &DecodingKey) -> Option<(Vec<u8>, Vec<u8>)> {
    use jsonwebtoken::DecodingKeyKind::{RsaModulusExponent, SecretOrDer};

    match key.kind() {
        RsaModulusExponent { n, e } => Some((n.clone(), e.clone())),
        SecretOrDer(der) => (CRYPTO.key_utils.rsa_pub_components_from_public_key)(der).ok(),
    }
}

/// Returns the length of a number in bits. Its most significant byte comes first.
fn bits(number: &[u8]) -> usize {
    let significant = number.iter().skip_while(|byte| **byte == 0);
    let zeros = significant.clone().next().map_or(0, |first| first.leading_zeros() as usize);
    significant.count() * 8 - zeros
}

/// Returns the length of an odd number in bits, and 0 for an even number.
fn bits_of_odd(number: &[u8]) -> usize {
    if number.last().is_some_and(|last| last % 2 == 1) { bits(number) } else { 0 }
}
