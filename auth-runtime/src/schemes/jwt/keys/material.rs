//! The checks of key material: what is accepted as a key.

use jsonwebtoken::{AlgorithmFamily, DecodingKey, crypto::CryptoProvider};

use super::ed25519;
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

/// Where a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The application gave the key to a builder.
    Configured,
    /// The key was published by an issuer. The issuer chooses how much work each signature is, so the limits are those
    /// of keys in common use.
    #[cfg_attr(not(feature = "oidc"), expect(dead_code, reason = "nothing is fetched"))]
    Fetched,
}

/// Checks that the key has the kind and the size of the algorithm.
pub(crate) fn check_fit(algorithm: Algorithm, key: &DecodingKey, origin: Origin) -> Result<(), ConfigError> {
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
        check_rsa(key, origin)?;
    }
    if is_usable(algorithm, key) {
        Ok(())
    } else {
        Err(refuse("the key is not a valid one; export it once more"))
    }
}

fn check_rsa(key: &DecodingKey, origin: Origin) -> Result<(), ConfigError> {
    let (modulus, exponent) =
        rsa_components(key).ok_or_else(|| refuse("the RSA key cannot be read; export it once more"))?;
    let (most_bits, most_exponent, exponents) = match origin {
        Origin::Configured => (MAX_RSA, (1 << 33) - 1, "even, 1, or of more than 33 bits"),
        Origin::Fetched => (MAX_RSA.min(4096), 65_537, "even, 1, or more than 65537"),
    };
    let bits = bits_of_odd(&modulus);
    if !(2048..=most_bits).contains(&bits) {
        return Err(refuse(format!(
            "an RSA key of {bits} bits is not accepted; use one of 2048 to {most_bits}"
        )));
    }
    let exponent = small_number(&exponent);
    if !exponent.is_some_and(|exponent| exponent % 2 == 1 && (3..=most_exponent).contains(&exponent)) {
        return Err(refuse(format!(
            "the RSA key's exponent is {exponents}; make a new key, usually with 65537"
        )));
    }
    Ok(())
}

/// The largest RSA key that the cryptography crate verifies with, in bits.
#[cfg(feature = "aws_lc_rs")]
const MAX_RSA: usize = 8192;
#[cfg(all(feature = "rust_crypto", not(feature = "aws_lc_rs")))]
const MAX_RSA: usize = 4096;

/// Returns whether the key verifies what its private key signs, and nothing else. For example, a point has to be on the
/// curve.
fn is_usable(algorithm: Algorithm, key: &DecodingKey) -> bool {
    if algorithm == Algorithm::EdDSA {
        return key.try_get_as_bytes().is_ok_and(ed25519::may_be_a_key) && is_readable(algorithm, key);
    }
    is_readable(algorithm, key)
}

/// Returns whether the cryptography crate accepts the key.
#[cfg(feature = "aws_lc_rs")]
fn is_readable(algorithm: Algorithm, key: &DecodingKey) -> bool {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey};

    let curve = match algorithm {
        Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED,
        _ => return true,
    };
    key.try_get_as_bytes().is_ok_and(|point| ParsedPublicKey::new(curve, point).is_ok())
}

#[cfg(all(feature = "rust_crypto", not(feature = "aws_lc_rs")))]
fn is_readable(algorithm: Algorithm, key: &DecodingKey) -> bool {
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

/// Returns a number of at most eight significant bytes. Its most significant byte comes first.
fn small_number(number: &[u8]) -> Option<u64> {
    (bits(number) <= 64).then(|| number.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
}
