//! The challenges of a denial, one for each scheme (RFC 9110 §11.6.1, RFC 6750 §3).

use std::sync::Arc;

use actix_web::{http::header::HeaderValue, web::Bytes};

use super::problem::{
    INSUFFICIENT_SCOPE, INVALID_CREDENTIAL, MALFORMED_AUTHORIZATION, MALFORMED_CREDENTIAL, Problem,
};
use crate::{
    credential::{occasion::Occasion, scheme::Scheme},
    policy::{credential_error::MalformedCredential, decision::Denial, names::Scope},
};

/// The `WWW-Authenticate` values of one denial.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) lines: Vec<HeaderValue>,
    /// Whether the body holds the error code of RFC 6750. A scheme without such codes gets none.
    pub(crate) with_error: bool,
}

impl Default for Lines {
    fn default() -> Self {
        Self { lines: Vec::new(), with_error: true }
    }
}

/// The challenges of one `Authorizer`. A challenge that depends on the authorizer alone is written once, in advance.
#[derive(Debug)]
pub(crate) struct Challenges {
    settings: ChallengeSettings,
    prepared: Vec<Prepared>,
}

/// The settings that all challenges of one `Authorizer` share.
#[derive(Debug)]
pub(crate) struct ChallengeSettings {
    pub(crate) realm: String,
    pub(crate) resource_metadata: Option<String>,
}

/// The challenges of one advertised scheme, written in advance.
#[derive(Debug)]
struct Prepared {
    scheme: Arc<Scheme>,
    plain: HeaderValue,
    invalid: HeaderValue,
    malformed: HeaderValue,
}

impl Challenges {
    /// Prepares the challenges of these schemes. Returns `None` if a text is not printable ASCII.
    pub(crate) fn of(settings: ChallengeSettings, schemes: &[Arc<Scheme>]) -> Option<Self> {
        let prepare = |scheme: &Arc<Scheme>| {
            let line = |problem| settings.line(scheme, problem, &[]);
            Some(Prepared {
                scheme: Arc::clone(scheme),
                plain: line(None)?,
                invalid: line(Some(&INVALID_CREDENTIAL))?,
                malformed: line(Some(&MALFORMED_AUTHORIZATION))?,
            })
        };
        let advertised = schemes.iter().filter(|scheme| scheme.is_advertised());
        let prepared = advertised.map(prepare).collect::<Option<_>>()?;
        Some(Self { settings, prepared })
    }

    pub(crate) fn realm(&self) -> &str {
        &self.settings.realm
    }

    /// Returns the challenges of a denial.
    ///
    /// `used` is the scheme of the credential, good or refused. `missing` holds the scopes of the operation; it is
    /// empty if they are not disclosed.
    pub(crate) fn lines(&self, denial: &Denial, used: Option<&Scheme>, missing: &[Scope]) -> Lines {
        let line = |prepared: &Prepared| {
            let Prepared { scheme, plain, invalid, malformed } = prepared;
            let has_errors = scheme.occasional.is_some();
            let is_used = used.is_some_and(|used| used.name == scheme.name);
            match denial {
                Denial::Anonymous if missing.is_empty() => Some(plain.clone()),
                Denial::Anonymous => self.settings.line(scheme, None, missing),
                // RFC 9449 §7.2: only the scheme that was used carries the error.
                Denial::InvalidCredential(_) => Some(if is_used { invalid.clone() } else { plain.clone() }),
                // An `Authorization` field that cannot be read belongs to no scheme, so every scheme with error codes
                // answers it.
                Denial::MalformedCredential(_) if !has_errors || (used.is_some() && !is_used) => None,
                Denial::MalformedCredential(MalformedCredential::Several) => {
                    self.settings.line(scheme, Some(&MALFORMED_CREDENTIAL), &[])
                }
                Denial::MalformedCredential(_) => Some(malformed.clone()),
                // RFC 6750 §3.1. Without the scopes, a challenge would only say "authenticate again".
                Denial::InsufficientScope if has_errors && is_used && !missing.is_empty() => {
                    self.settings.line(scheme, Some(&INSUFFICIENT_SCOPE), missing)
                }
                Denial::Absent
                | Denial::CrossSite
                | Denial::Failed { .. }
                | Denial::Forbidden
                | Denial::InsufficientScope
                | Denial::Invisible
                | Denial::Misconfigured(_)
                | Denial::Refused(_)
                | Denial::RefusedWith { .. }
                | Denial::Unavailable { .. } => None,
            }
        };
        let lines = self.prepared.iter().filter_map(line).collect();
        Lines { lines, with_error: used.is_none_or(|used| used.occasional.is_some()) }
    }
}

impl ChallengeSettings {
    /// Writes one challenge: the scheme and at least one parameter (RFC 6750 §3).
    fn line(&self, scheme: &Scheme, problem: Option<&Problem>, scopes: &[Scope]) -> Option<HeaderValue> {
        let occasion = Occasion {
            error: problem.and_then(Problem::error),
            scopes,
            resource_metadata: self.resource_metadata.as_deref(),
        };
        let mut parameters = vec![parameter("realm", &self.realm)];
        let occasional = scheme.occasional.map(|write| write(&occasion)).unwrap_or_default();
        parameters.extend(occasional.iter().map(|(name, value)| parameter(name, value)));
        parameters.extend(scheme.parameters.iter().map(|(name, value)| parameter(name, value)));
        HeaderValue::from_maybe_shared(Bytes::from(format!("{} {}", scheme.name, parameters.join(", ")))).ok()
    }
}

/// Writes `name="value"`. The value is always quoted; only `"` and `\` are escaped (RFC 9110 §5.6.4).
fn parameter(name: &str, value: &str) -> String {
    format!(r#"{name}="{}""#, value.replace('\\', r"\\").replace('"', r#"\""#))
}
