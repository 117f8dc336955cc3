//! From verified claims to a principal.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use crate::{authenticate::BEARER, decision::InvalidCredential, principal::Principal};

type Claims = Map<String, Value>;

/// What a token has to say to be accepted.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    /// In seconds.
    pub(super) leeway: u64,
    pub(super) rfc9068: bool,
    pub(super) roles: Vec<ClaimPath>,
    pub(super) scopes: Vec<ClaimPath>,
}

/// RFC 9068 §2.2: claims that an access token has, beside the three that every token here needs.
const RFC9068_CLAIMS: [&str; 4] = ["sub", "client_id", "iat", "jti"];

/// Claims that mark other kinds of token: ID tokens (`OpenID` Connect Core §3.1.3.6, §3.3.2.11) and security events,
/// logout tokens among them (RFC 8417 §2.2).
const OTHER_KINDS: [&str; 4] = ["at_hash", "c_hash", "s_hash", "events"];

/// Claims in which providers name the kind of token, with what they write in access tokens.
const KIND_CLAIMS: [(&str, &[&str]); 2] =
    [("typ", &["Bearer", "DPoP", "JWT", "at+jwt"]), ("token_use", &["access"])];

impl Expected {
    /// Who `claims` are about, at the time `now`. Every failed check refuses all of them.
    pub(super) fn principal(&self, claims: Claims, now: SystemTime) -> Result<Principal, InvalidCredential> {
        self.check(&claims, now)?;
        let mut principal = Principal::builder().scheme(BEARER).issuer(&self.issuer);
        if let Some(subject) = text(&claims, "sub")? {
            principal = principal.subject(subject);
        }
        if let Some(acr) = text(&claims, "acr")? {
            principal = principal.acr(acr);
        }
        let auth_time = seconds(&claims, "auth_time")?.map(Duration::from_secs);
        if let Some(auth_time) = auth_time.and_then(|seconds| UNIX_EPOCH.checked_add(seconds)) {
            principal = principal.auth_time(auth_time);
        }
        for path in &self.scopes {
            principal = principal.scopes(path.names(&claims, true));
        }
        for path in &self.roles {
            principal = principal.roles(path.names(&claims, false));
        }
        Ok(principal.claims(claims).build())
    }

    fn check(&self, claims: &Claims, now: SystemTime) -> Result<(), InvalidCredential> {
        // RFC 9449 §7.2, RFC 8705 §3: a bound token is no bearer token, whatever `cnf` holds.
        if claims.contains_key("cnf") {
            return Err(InvalidCredential::Binding);
        }
        if OTHER_KINDS.iter().any(|claim| claims.contains_key(*claim)) {
            return Err(InvalidCredential::Type);
        }
        for (claim, access) in KIND_CLAIMS {
            if text(claims, claim)?.is_some_and(|kind| !access.contains(&kind)) {
                return Err(InvalidCredential::Type);
            }
        }
        if text(claims, "iss")?.ok_or(InvalidCredential::MissingClaim("iss"))? != self.issuer {
            return Err(InvalidCredential::Issuer);
        }
        if !audiences(claims)?.any(|audience| self.audiences.iter().any(|expected| expected == audience)) {
            return Err(InvalidCredential::Audience);
        }
        // By a clock that stands before 1970 everything is expired.
        let now = now.duration_since(UNIX_EPOCH).map_or(u64::MAX, |elapsed| elapsed.as_secs());
        let expires = seconds(claims, "exp")?.ok_or(InvalidCredential::MissingClaim("exp"))?;
        if now >= expires.saturating_add(self.leeway) {
            return Err(InvalidCredential::Expired);
        }
        if seconds(claims, "nbf")?.is_some_and(|begins| begins > now.saturating_add(self.leeway)) {
            return Err(InvalidCredential::NotYetValid);
        }
        let required = if self.rfc9068 { RFC9068_CLAIMS.as_slice() } else { &[] };
        match required.iter().find(|claim| !claims.contains_key(**claim)) {
            Some(missing) => Err(InvalidCredential::MissingClaim(missing)),
            None => Ok(()),
        }
    }
}

fn text<'claims>(claims: &'claims Claims, name: &str) -> Result<Option<&'claims str>, InvalidCredential> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(InvalidCredential::Malformed),
    }
}

/// RFC 7519 §4.1.3: one string, or an array of them.
fn audiences(claims: &Claims) -> Result<impl Iterator<Item = &str>, InvalidCredential> {
    let audience = claims.get("aud").ok_or(InvalidCredential::MissingClaim("aud"))?;
    strings(audience).ok_or(InvalidCredential::Malformed)
}

/// A string, or an array that holds nothing else.
fn strings(value: &Value) -> Option<impl Iterator<Item = &str>> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        single => std::slice::from_ref(single),
    };
    list.iter().all(Value::is_string).then(|| list.iter().filter_map(Value::as_str))
}

/// RFC 7519 §2, `NumericDate`: a JSON number of seconds, perhaps with a fraction, which is dropped.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was compared before")]
fn seconds(claims: &Claims, name: &str) -> Result<Option<u64>, InvalidCredential> {
    const LIMIT: u64 = i64::MAX as u64;
    let Some(value) = claims.get(name) else { return Ok(None) };
    let whole = value.as_u64().or_else(|| {
        value.as_f64().filter(|fraction| (0.0..9e18).contains(fraction)).map(|fraction| fraction as u64)
    });
    whole.filter(|seconds| *seconds <= LIMIT).map(Some).ok_or(InvalidCredential::Malformed)
}

/// Where in the claims a list of names stands.
#[derive(Debug)]
pub(super) struct ClaimPath {
    segments: Vec<String>,
    only_text: bool,
}

impl ClaimPath {
    pub(super) fn name(name: &str) -> Self {
        Self { segments: vec![name.to_owned()], only_text: false }
    }

    /// An array is not accepted.
    pub(super) fn only_text(self) -> Self {
        Self { only_text: true, ..self }
    }

    /// A name, or a JSON Pointer (RFC 6901) where it begins with `/`.
    pub(super) fn parse(path: &str) -> Option<Self> {
        match path.strip_prefix('/') {
            // A pointer that lacks its first slash. Names with slashes are URLs.
            None if path.is_empty() || (path.contains('/') && !path.contains("://")) => None,
            None => Some(Self::name(path)),
            Some("") => None,
            Some(pointer) => {
                let unescape = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
                Some(Self { segments: pointer.split('/').map(unescape).collect(), only_text: false })
            }
        }
    }

    /// The names at this place; none if what stands there is of another type.
    ///
    /// Where `split` is set, a string is a list with single spaces as separators (RFC 6749 §3.3): tabs and the like
    /// separate nothing.
    fn names(&self, claims: &Claims, split: bool) -> Vec<String> {
        let Some(value) = self.find(claims) else { return Vec::new() };
        match value {
            Value::String(text) if split => {
                text.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect()
            }
            Value::String(_) | Value::Array(_) if !self.only_text => {
                strings(value).map(|names| names.map(str::to_owned).collect()).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    fn find<'claims>(&self, claims: &'claims Claims) -> Option<&'claims Value> {
        let (first, rest) = self.segments.split_first()?;
        rest.iter().try_fold(claims.get(first)?, |value, segment| match value {
            Value::Array(list) => list.get(segment.parse::<usize>().ok()?),
            other => other.get(segment),
        })
    }
}
