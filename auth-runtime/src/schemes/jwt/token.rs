//! The three parts of a token (RFC 7515 §3.1).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use crate::{policy::credential_error::InvalidCredential, schemes::json};

/// The size of the longest token that is read: 16 KiB, twice what common proxies let through in a header.
pub(crate) const MAX_TOKEN: usize = 16 * 1024;

/// A token whose header was read. Its claims are read only after its signature is verified.
pub(super) struct Token<'text> {
    header: Map<String, Value>,
    message: &'text str,
    payload: &'text str,
    signature: &'text str,
}

impl<'text> Token<'text> {
    pub(super) fn parse(text: &'text str) -> Result<Self, InvalidCredential> {
        if text.len() > MAX_TOKEN {
            return Err(InvalidCredential::TooLong);
        }
        // An encrypted token has five parts (RFC 7516) and is not supported. Any other number of parts is no token.
        let (message, signature) = text.rsplit_once('.').ok_or(InvalidCredential::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(InvalidCredential::Malformed)?;
        if payload.contains('.') {
            return Err(InvalidCredential::Malformed);
        }
        Ok(Self { header: json::object(header)?, message, payload, signature })
    }

    /// Refuses extensions (RFC 7515 §4.1.11, RFC 7797) and tokens that are no access tokens (RFC 8725 §3.11).
    pub(super) fn check_kind(&self, rfc9068: bool) -> Result<(), InvalidCredential> {
        if self.header.contains_key("crit") || self.header.contains_key("b64") {
            return Err(InvalidCredential::Critical);
        }
        let is = |kind: &str, names: &[&str]| names.iter().any(|name| kind.eq_ignore_ascii_case(name));
        match self.header.get("typ") {
            None if !rfc9068 => Ok(()),
            Some(Value::String(kind)) if is(kind, &["at+jwt", "application/at+jwt"]) => Ok(()),
            Some(Value::String(kind)) if !rfc9068 && is(kind, &["jwt"]) => Ok(()),
            None | Some(Value::String(_)) => Err(InvalidCredential::Type),
            Some(_) => Err(InvalidCredential::Malformed),
        }
    }

    pub(super) fn algorithm(&self) -> Result<Algorithm, InvalidCredential> {
        let name = self.header.get("alg").and_then(Value::as_str).ok_or(InvalidCredential::Malformed)?;
        Algorithm::named(name).ok_or(InvalidCredential::Algorithm)
    }

    /// Returns the `kid`, a hint at the key (RFC 7515 §4.1.4). It is only compared, and never used to look a key up
    /// elsewhere.
    pub(super) fn key_id(&self) -> Result<Option<&str>, InvalidCredential> {
        match self.header.get("kid") {
            None => Ok(None),
            Some(Value::String(id)) => Ok(Some(id)),
            Some(_) => Err(InvalidCredential::Malformed),
        }
    }

    /// Returns the part that is signed.
    pub(super) fn message(&self) -> &'text str {
        self.message
    }

    pub(super) fn signature(&self) -> &'text str {
        self.signature
    }

    /// Returns the issuer that the token names, which is not verified yet.
    pub(super) fn claimed_issuer(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Claims {
            iss: String,
        }

        let payload = URL_SAFE_NO_PAD.decode(self.payload).ok()?;
        serde_json::from_slice::<Claims>(&payload).ok().map(|claims| claims.iss)
    }

    pub(super) fn claims(&self) -> Result<Map<String, Value>, InvalidCredential> {
        json::object(self.payload)
    }
}
