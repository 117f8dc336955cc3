//! The reading of a JSON Web Key (RFC 7517), which may not contradict itself.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse},
};
use serde_json::{Map, Value};

use super::material::refuse;
use crate::{config::ConfigError, schemes::jwt::algorithm::Algorithm};

/// The parts of a JWK that are used (RFC 7517 §4).
pub(crate) struct ReadJwk {
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) id: Option<String>,
    pub(crate) key: DecodingKey,
}

pub(crate) fn read(json: &str) -> Result<ReadJwk, ConfigError> {
    let no_jwk =
        |_| refuse("the JWK is not one JSON object with `kty`; paste one entry of the issuer's `keys`");
    let fields: Map<String, Value> = serde_json::from_str(json).map_err(no_jwk)?;
    let jwk: Jwk = serde_json::from_str(json).map_err(no_jwk)?;
    if fields.contains_key("keys") {
        return Err(refuse("this is a whole JWK set; give one entry of its `keys`"));
    }
    if fields.contains_key("d") {
        return Err(refuse("the JWK is a private key; leave `d` and its companions out"));
    }
    check_purpose(&jwk)?;
    let algorithm = algorithm(&fields, &jwk)?;
    check_members(&fields, &jwk.algorithm)?;
    let key = key(&jwk)?;
    Ok(ReadJwk { algorithm, id: jwk.common.key_id, key })
}

/// Checks what the key is for, if it says so in `use` or `key_ops` (RFC 7517 §4.2, §4.3).
fn check_purpose(jwk: &Jwk) -> Result<(), ConfigError> {
    let signs = jwk.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let is_of_signatures =
        |operation: &KeyOperations| matches!(operation, KeyOperations::Sign | KeyOperations::Verify);
    let verifies = jwk.common.key_operations.as_ref().is_none_or(|operations| {
        operations.contains(&KeyOperations::Verify) && operations.iter().all(is_of_signatures)
    });
    if signs && verifies {
        Ok(())
    } else {
        Err(refuse("the JWK is not meant for signatures (`use`, `key_ops`); take the one that is"))
    }
}

/// Checks that the key has no member of another kind of key (RFC 7518 §6, RFC 8037 §2). A reader that looks at that
/// member would take the key for another one.
fn check_members(fields: &Map<String, Value>, kind: &AlgorithmParameters) -> Result<(), ConfigError> {
    let own: &[&str] = match kind {
        AlgorithmParameters::EllipticCurve(_) => &["crv", "x", "y"],
        AlgorithmParameters::RSA(_) => &["n", "e"],
        AlgorithmParameters::OctetKeyPair(_) => &["crv", "x"],
        AlgorithmParameters::OctetKey(_) => &["k"],
        _ => return Err(unreadable()),
    };
    let foreign = ["crv", "x", "y", "n", "e", "k"]
        .into_iter()
        .find(|member| fields.contains_key(*member) && !own.contains(member));
    match foreign {
        Some(member) => Err(refuse(format!(
            "the JWK has `{member}`, which its `kty` does not have; paste it as the issuer publishes it"
        ))),
        None => Ok(()),
    }
}

/// Returns the only algorithm of the key's curve; `None` for RSA keys and secrets.
fn algorithm_of_curve(kind: &AlgorithmParameters) -> Result<Option<Algorithm>, ConfigError> {
    match kind {
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            Ok(Some(Algorithm::ES256))
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => {
            Ok(Some(Algorithm::ES384))
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            Ok(Some(Algorithm::EdDSA))
        }
        AlgorithmParameters::EllipticCurve(_) | AlgorithmParameters::OctetKeyPair(_) => Err(refuse(
            "the JWK is of a `crv` that is not supported for its `kty`; take another one of the issuer's keys",
        )),
        _ => Ok(None),
    }
}

/// Returns the algorithm that `alg` names, or the only algorithm of the curve. `alg` is read here, because jsonwebtoken
/// does not know every name.
fn algorithm(fields: &Map<String, Value>, jwk: &Jwk) -> Result<Option<Algorithm>, ConfigError> {
    let named = match fields.get("alg") {
        Some(name) => Some(name.as_str().and_then(Algorithm::named).ok_or_else(|| {
            refuse("the JWK is for an `alg` that is not supported; take another one of the issuer's keys")
        })?),
        None => None,
    };
    let of_curve = algorithm_of_curve(&jwk.algorithm)?;
    match (named, of_curve) {
        (Some(named), Some(of_curve)) if named != of_curve => Err(refuse(format!(
            "the key is not one for {named:?}, because its `crv` is one for {of_curve:?}; take the key as the issuer \
             publishes it"
        ))),
        (named, of_curve) => Ok(named.or(of_curve)),
    }
}

fn unreadable() -> ConfigError {
    refuse("the JWK is of an unknown `kty` or not base64url; paste it as the issuer publishes it")
}

fn key(jwk: &Jwk) -> Result<DecodingKey, ConfigError> {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| unreadable());
    match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) => {
            // RFC 7518 §6.2.1.2: both coordinates have the full size of the curve.
            let size = match key.curve {
                EllipticCurve::P256 => 32,
                EllipticCurve::P384 => 48,
                _ => 0,
            };
            if size > 0 && (decode(&key.x)?.len() != size || decode(&key.y)?.len() != size) {
                return Err(refuse(format!(
                    "the JWK has a coordinate that is not of {size} bytes; paste it as the issuer publishes it"
                )));
            }
            DecodingKey::from_ec_components(&key.x, &key.y).map_err(|_| unreadable())
        }
        AlgorithmParameters::RSA(key) => {
            // RFC 7518 §6.3.1.1 notes that some write a zero before the number, which not every library reads.
            let number = |text: &str| decode(text).map(without_leading_zeros);
            Ok(DecodingKey::from_rsa_raw_components(&number(&key.n)?, &number(&key.e)?))
        }
        _ => DecodingKey::from_jwk(jwk).map_err(|_| unreadable()),
    }
}

fn without_leading_zeros(number: Vec<u8>) -> Vec<u8> {
    number.into_iter().skip_while(|byte| *byte == 0).collect()
}
