//! The checks of a token's claims, and how a principal is made of them.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::grants::{Allowance, GrantSettings};
use crate::{
    config::ConfigError,
    credential::accepted_issuers::AcceptedIssuers,
    policy::{credential_error::InvalidCredential, principal::Principal, principal_id::SCHEME_AS_ISSUER},
};

type Claims = Map<String, Value>;

/// The checks that the claims of a token have to pass. The answer to an introspection counts as claims too.
#[derive(Debug)]
pub(crate) struct ClaimChecks {
    issuer: String,
    audiences: Vec<String>,
    audience_from: String,
    /// What the issuer may grant; `None` if nobody said so, and then it grants everything.
    grants: Option<Allowance>,
    /// How far the issuer's clock may be off, in seconds.
    leeway: u64,
    /// The claims that have to be present, in addition to the audience. Claims that are present are checked even if
    /// they are not required.
    required: Vec<&'static str>,
    roles: Vec<ClaimPath>,
    scopes: Vec<ClaimPath>,
}

/// The claims that mark other kinds of token: ID tokens (OpenID Connect Core §3.1.3.6, §3.3.2.11) and security events
/// such as logout tokens (RFC 8417 §2.2).
const OTHER_KINDS: [&str; 4] = ["at_hash", "c_hash", "s_hash", "events"];

/// The claims in which providers name the kind of token, each with its values for access tokens.
const KIND_CLAIMS: [(&str, &[&str]); 2] =
    [("typ", &["Bearer", "DPoP", "JWT", "at+jwt"]), ("token_use", &["access", "access_token"])];

impl ClaimChecks {
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns what an authorizer wants to know of the issuer.
    pub(crate) fn accepted_issuer(&self) -> AcceptedIssuers {
        AcceptedIssuers::verified(&self.issuer, self.grants.is_some())
    }

    /// Makes the principal of `claims` at the time `now`. A failed check refuses all claims.
    pub(crate) fn principal(&self, claims: Claims, now: u64) -> Result<Accepted, InvalidCredential> {
        let expires = self.check(&claims, now)?;
        let mut principal = Principal::builder().issuer(&self.issuer);
        if let Some(end) = UNIX_EPOCH.checked_add(Duration::from_secs(expires)) {
            principal = principal.expires_at(end);
        }
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
        let mut scopes: Vec<_> = self.scopes.iter().flat_map(|path| path.names(&claims, true)).collect();
        let mut roles: Vec<_> = self.roles.iter().flat_map(|path| path.names(&claims, false)).collect();
        if let Some(Allowance::Only(grants)) = &self.grants {
            scopes = grants.scopes.keep(&self.issuer, "scopes", scopes);
            roles = grants.roles.keep(&self.issuer, "roles", roles);
        }
        principal = principal.scopes(scopes).roles(roles);
        Ok(Accepted { principal: principal.claims(claims).build(), expires, leeway: self.leeway })
    }

    /// Checks the claims and returns when they expire.
    fn check(&self, claims: &Claims, now: u64) -> Result<u64, InvalidCredential> {
        // RFC 9449 §7.2, RFC 8705 §3: a token with `cnf` is bound to a key, so it is no bearer token, whatever `cnf`
        // holds.
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
        if let Some(missing) = self.required.iter().find(|claim| !claims.contains_key(**claim)) {
            return Err(InvalidCredential::MissingClaim(missing));
        }
        if text(claims, "iss")?.is_some_and(|issuer| issuer != self.issuer) {
            return Err(InvalidCredential::Issuer);
        }
        if !claims.contains_key(&self.audience_from) {
            return Err(InvalidCredential::MissingClaim("aud"));
        }
        // `aud` is checked even if the audience is in another claim.
        let elsewhere = Some(&*self.audience_from).filter(|claim| *claim != "aud");
        for claim in elsewhere.into_iter().chain(["aud"]) {
            let Some(audience) = claims.get(claim) else { continue };
            // RFC 7519 §4.1.3: the audience is a string or an array of strings.
            let mut audiences = strings(audience).ok_or(InvalidCredential::Malformed)?;
            if !audiences.any(|audience| self.audiences.iter().any(|expected| expected == audience)) {
                return Err(InvalidCredential::Audience);
            }
        }
        let expires = seconds(claims, "exp")?.unwrap_or(u64::MAX);
        if now >= expires.saturating_add(self.leeway) {
            return Err(InvalidCredential::Expired { seconds_ago: now - expires });
        }
        let begins = seconds(claims, "nbf")?.unwrap_or_default();
        if begins > now.saturating_add(self.leeway) {
            return Err(InvalidCredential::NotYetValid { seconds_left: begins - now });
        }
        Ok(expires)
    }
}

/// Claims that passed every check.
pub(crate) struct Accepted {
    pub(crate) principal: Principal,
    /// The first second in which the claims are expired; `u64::MAX` if they do not expire.
    pub(crate) expires: u64,
    /// How far the issuer's clock may be off, in seconds.
    pub(crate) leeway: u64,
}

/// The settings that become [`ClaimChecks`]. Every builder of a verifier has them.
#[derive(Clone, Debug)]
pub(crate) struct ClaimSettings {
    pub(crate) audiences: Vec<String>,
    pub(crate) audience_from: String,
    pub(crate) grants: GrantSettings,
    pub(crate) issuer: Option<String>,
    pub(crate) leeway: Duration,
    pub(crate) roles: Vec<String>,
    pub(crate) scopes: Vec<String>,
}

impl Default for ClaimSettings {
    fn default() -> Self {
        Self {
            audiences: Vec::new(),
            audience_from: "aud".to_owned(),
            grants: GrantSettings::default(),
            issuer: None,
            leeway: Duration::from_secs(30),
            roles: Vec::new(),
            scopes: Vec::new(),
        }
    }
}

impl ClaimSettings {
    /// Checks the settings. `required` are the claims that have to be present, in addition to the audience.
    pub(crate) fn check(self, required: Vec<&'static str>) -> Result<ClaimChecks, ConfigError> {
        let issuer = self.issuer.filter(|issuer| !issuer.is_empty()).ok_or_else(|| {
            ConfigError::new(
                "issuer",
                "is missing, so anybody's tokens would do; name the one that issues them",
            )
        })?;
        let is_clean = |name: &String| name.trim() == name && !name.contains(char::is_control);
        if !is_clean(&issuer) || !self.audiences.iter().all(is_clean) {
            let remedy = "has spaces or line ends around it, as no token has; trim what you read from a file";
            return Err(ConfigError::new(if is_clean(&issuer) { "audience" } else { "issuer" }, remedy));
        }
        if issuer.starts_with(SCHEME_AS_ISSUER) {
            let remedy =
                "begins with `scheme:`, which is for principals without an issuer; name it as its tokens do";
            return Err(ConfigError::new("issuer", remedy));
        }
        if issuer.contains("/.well-known/") {
            let remedy = "is the address of the metadata; leave `/.well-known/` and what follows out";
            return Err(ConfigError::new("issuer", remedy));
        }
        if self.audience_from.is_empty() {
            return Err(ConfigError::new(
                "audience_from",
                "names no claim; give its name, such as `client_id`",
            ));
        }
        if self.audiences.is_empty() || self.audiences.iter().any(String::is_empty) {
            let remedy =
                "is missing, so tokens for other services would do; name this service as its tokens do";
            return Err(ConfigError::new("audience", remedy));
        }
        if self.leeway > Duration::from_mins(5) || self.leeway.subsec_nanos() > 0 {
            let remedy = "is more than 300 seconds or not whole seconds; set the clocks right instead";
            return Err(ConfigError::new("leeway", remedy));
        }
        Ok(ClaimChecks {
            issuer,
            audiences: self.audiences,
            audience_from: self.audience_from,
            grants: self.grants.check()?,
            leeway: self.leeway.as_secs(),
            required,
            roles: paths("roles_from", &self.roles, || ClaimPath::name("roles"))?,
            scopes: paths("scopes_from", &self.scopes, || ClaimPath::name("scope").only_text())?,
        })
    }
}

fn paths(
    setting: &'static str,
    texts: &[String],
    default: impl FnOnce() -> ClaimPath,
) -> Result<Vec<ClaimPath>, ConfigError> {
    if texts.is_empty() {
        return Ok(vec![default()]);
    }
    let parse = |text: &String| {
        ClaimPath::parse(text).ok_or_else(|| {
            let remedy = format!(
                "`{}` names no claim; give a name, or a JSON pointer, which begins with a slash, as in `/realm_access/roles`",
                text.escape_debug()
            );
            ConfigError::new(setting, remedy)
        })
    };
    texts.iter().map(parse).collect()
}

fn text<'claims>(claims: &'claims Claims, name: &str) -> Result<Option<&'claims str>, InvalidCredential> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(InvalidCredential::Malformed),
    }
}

/// Returns the strings of a value that is a string or an array of strings; `None` for any other value.
fn strings(value: &Value) -> Option<impl Iterator<Item = &str>> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        single => std::slice::from_ref(single),
    };
    list.iter().all(Value::is_string).then(|| list.iter().filter_map(Value::as_str))
}

fn seconds(claims: &Claims, name: &str) -> Result<Option<u64>, InvalidCredential> {
    claims.get(name).map(|value| numeric_date(value).ok_or(InvalidCredential::Malformed)).transpose()
}

/// Reads a `NumericDate` (RFC 7519 §2), a JSON number of seconds. A fraction is dropped.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was compared before")]
pub(crate) fn numeric_date(value: &Value) -> Option<u64> {
    const LIMIT: u64 = i64::MAX as u64;
    let fraction = || value.as_f64().filter(|fraction| (0.0..9e18).contains(fraction));
    let whole = value.as_u64().or_else(|| fraction().map(|fraction| fraction as u64));
    whole.filter(|seconds| *seconds <= LIMIT)
}

/// The place of a list of names in the claims.
#[derive(Debug)]
struct ClaimPath {
    segments: Vec<String>,
    only_text: bool,
}

impl ClaimPath {
    fn name(name: &str) -> Self {
        Self { segments: vec![name.to_owned()], only_text: false }
    }

    /// Makes the path ignore arrays.
    fn only_text(self) -> Self {
        Self { only_text: true, ..self }
    }

    /// Parses a path: a JSON Pointer (RFC 6901) if it begins with `/`, and otherwise a name.
    fn parse(path: &str) -> Option<Self> {
        match path.strip_prefix('/') {
            // This is a pointer without its first slash. Only a name that is a URL may have slashes.
            None if path.is_empty() || (path.contains('/') && !path.contains("://")) => None,
            None => Some(Self::name(path)),
            Some("") => None,
            Some(pointer) => {
                let unescape = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
                Some(Self { segments: pointer.split('/').map(unescape).collect(), only_text: false })
            }
        }
    }

    /// Returns the names at this place. A value of another type holds no names.
    ///
    /// If `split` is set, a string is a list of names with spaces between them (RFC 6749 §3.3). Tabs and other white
    /// space do not separate names.
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
