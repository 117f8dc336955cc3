//! The usable keys of a published JWK Set (RFC 7517 §5).

use std::{mem, sync::Arc};

use serde_json::{Map, Value};

use super::{
    key::{Key, VerifyingKey},
    key_set::KeySet,
    material::Origin,
};

use crate::schemes::jwt::algorithm::Algorithm;

/// The greatest number of keys that are read from a set. It is more than any issuer publishes.
const MAX_KEYS: usize = 64;

/// The usable keys of a published set, each with the JSON text that it was read from.
#[derive(Debug, Default)]
pub(crate) struct Jwks {
    pub(crate) set: KeySet,
    texts: Vec<(String, Arc<VerifyingKey>)>,
}

impl Jwks {
    /// Reads the usable keys from the `document` of `issuer`. A document without any key is an empty set: the issuer has
    /// withdrawn all keys. A key that is in `earlier` too is reused. `rsa` is the
    /// algorithm of RSA keys that do not name one. `left_out` holds the unusable keys of the last call, and then those
    /// of this call.
    ///
    /// # Errors
    /// Returns the reason if the document is no key set, or if it has keys and none of them is usable.
    pub(crate) fn read(
        document: &[u8],
        issuer: &str,
        rsa: Algorithm,
        earlier: &Self,
        left_out: &mut Vec<String>,
    ) -> Result<Self, String> {
        let document = serde_json::from_slice::<Map<_, _>>(document)
            .map_err(|_| "its key set is not one JSON object")?;
        let keys = document.get("keys").and_then(Value::as_array).ok_or("its key set has no array `keys`")?;
        let mut jwks = Self::default();
        let said = mem::take(left_out);
        for (position, key) in keys.iter().take(MAX_KEYS).enumerate() {
            let text = key.to_string();
            if let Err(reason) = jwks.add(key, &text, rsa, earlier) {
                if !said.contains(&text) {
                    let id = key.get("kid").and_then(Value::as_str);
                    tracing::warn!(issuer, position, id, %reason, "a published key is left out");
                }
                left_out.push(text);
            }
        }
        if keys.len() > MAX_KEYS {
            tracing::debug!(
                issuer,
                keys = keys.len(),
                "of the published keys the first {MAX_KEYS} are looked at"
            );
        }
        if jwks.texts.is_empty() && !keys.is_empty() {
            return Err("its key set has no usable key".to_owned());
        }
        Ok(jwks)
    }

    fn add(&mut self, key: &Value, text: &str, rsa: Algorithm, earlier: &Self) -> Result<(), String> {
        if key.get("kty").and_then(Value::as_str) == Some("oct") {
            return Err("a secret that is published is none".to_owned());
        }
        let known = earlier.texts.iter().find(|(other, _)| other == text).map(|(_, key)| Arc::clone(key));
        let read = || {
            let key_of_json = Key::jwk(text);
            let is_silent_rsa =
                key.get("kty").and_then(Value::as_str) == Some("RSA") && key.get("alg").is_none();
            if is_silent_rsa { key_of_json.algorithm(rsa) } else { key_of_json }
                .into_verifying(Origin::Fetched)
                .map(Arc::new)
        };
        let key = known.map_or_else(read, Ok).map_err(|error| error.to_string())?;
        self.set.add(Arc::clone(&key)).map_err(|error| error.to_string())?;
        self.texts.push((text.to_owned(), key));
        Ok(())
    }
}
