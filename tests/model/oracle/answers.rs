//! The answers: statuses, challenges, bodies, and what caches may keep.

use crate::description::{Application, Authorizer, Body, Hide, METADATA, Page, Place, Request, Scheme};

/// What has to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// All `WWW-Authenticate` values, in their order.
    pub(crate) challenges: Vec<String>,
    /// `Cache-Control`
    pub(crate) cache: Option<&'static str>,
    /// The media type and the body; `None` where actix-web answers.
    pub(crate) body: Option<(&'static str, String)>,
    /// A further field of the not-found page.
    pub(crate) field: Option<(&'static str, &'static str)>,
    /// Whether the answer closes the connection; `None` where nobody says.
    pub(crate) closes: Option<bool>,
    /// Which authenticators were asked, what was loaded, and which handler ran; `None` where nobody says.
    pub(crate) events: Option<Vec<String>>,
    /// The stage that answered, for statistics.
    pub(crate) stage: &'static str,
}

/// Why a request is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial<'a> {
    Absent,
    Anonymous,
    Failed,
    Forbidden,
    /// Scopes are missing; the scheme is that of the credential.
    InsufficientScope(&'a str),
    Invalid(&'a str),
    /// `Authorization` cannot be read; the scheme is the one at fault, if there is one.
    MalformedField(Option<&'a str>),
    /// A credential elsewhere cannot be read, or there are two.
    MalformedCredential(&'a str),
    Unavailable,
}

impl Denial<'_> {
    /// Returns whether the denial looks like an absent path.
    pub(super) fn is_concealed(self, hide: Hide) -> bool {
        match self {
            Self::Absent => true,
            Self::Forbidden | Self::InsufficientScope(_) => {
                hide == Hide::Unauthorized || hide == Hide::Anonymous
            }
            Self::Anonymous | Self::Invalid(_) | Self::MalformedField(_) | Self::MalformedCredential(_) => {
                hide == Hide::Anonymous
            }
            Self::Failed | Self::Unavailable => false,
        }
    }

    /// Returns the word for the denial that a handler shows.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Anonymous => "anonymous",
            Self::Failed => "failed",
            Self::Forbidden => "forbidden",
            Self::InsufficientScope(_) => "insufficient scope",
            Self::Invalid(_) => "invalid",
            Self::MalformedField(_) | Self::MalformedCredential(_) => "malformed",
            Self::Unavailable => "unavailable",
        }
    }

    /// Returns the status, its phrase, what a person reads, and the error code of RFC 6750 §3.1.
    fn problem(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::Absent => (404, "Not Found", "", ""),
            Self::Anonymous => (401, "Unauthorized", "this operation needs a credential", ""),
            Self::Failed => (500, "Internal Server Error", "", ""),
            Self::Forbidden => (403, "Forbidden", "the caller may not do this", ""),
            Self::InsufficientScope(_) => {
                (403, "Forbidden", "the credential lacks scopes for this operation", "insufficient_scope")
            }
            Self::Invalid(_) => {
                let text = "the credential is expired, revoked, malformed or meant for something else";
                (401, "Unauthorized", text, "invalid_token")
            }
            Self::MalformedField(_) => {
                (400, "Bad Request", "the authorization field is malformed or repeated", "invalid_request")
            }
            Self::MalformedCredential(_) => {
                (400, "Bad Request", "the credential is malformed, or not the only one", "invalid_request")
            }
            Self::Unavailable => {
                (503, "Service Unavailable", "the request cannot be authorized at the moment", "")
            }
        }
    }

    /// Returns whether the error code is said at all, and of which scheme. Only Bearer has error codes.
    fn blames_bearer(self) -> bool {
        match self {
            Self::InsufficientScope(used) | Self::Invalid(used) | Self::MalformedCredential(used) => {
                used == "Bearer"
            }
            Self::MalformedField(used) => used.is_none_or(|used| used == "Bearer"),
            Self::Absent | Self::Anonymous | Self::Failed | Self::Forbidden | Self::Unavailable => false,
        }
    }
}

/// Returns the answer to a denial that is not concealed. `scopes` are those of the operation.
pub(super) fn denied(
    authorizer: &Authorizer,
    denial: Denial<'_>,
    scopes: &[String],
    stage: &'static str,
) -> Answer {
    let mut challenges = Vec::new();
    // RFC 9110 §11.6.1: Bearer comes first and Basic last, because browsers act on it.
    let mut schemes: Vec<_> = authorizer.schemes.iter().collect();
    schemes.sort_by_key(|scheme| match scheme.name.as_str() {
        "Bearer" => 0,
        "Basic" => 2,
        _ => 1,
    });
    for scheme in schemes {
        if !scheme.unadvertised && !matches!(scheme.place, Place::Connection(_)) {
            challenges.extend(challenge(authorizer, scheme, denial, scopes));
        }
    }
    let mut denial = denial;
    if denial.problem().0 == 401 && challenges.is_empty() {
        denial = Denial::Forbidden;
    }
    let (status, title, detail, code) = denial.problem();
    let mut members = vec![format!(r#""title":"{title}""#), format!(r#""status":{status}"#)];
    members.extend((!detail.is_empty()).then(|| format!(r#""detail":"{detail}""#)));
    members.extend(denial.blames_bearer().then(|| format!(r#""error":"{code}""#)));
    let body = format!("{{{}}}", members.join(","));
    Answer { challenges, ..Answer::new(status, "application/problem+json", body, stage) }
}

fn challenge(
    authorizer: &Authorizer,
    scheme: &Scheme,
    denial: Denial<'_>,
    scopes: &[String],
) -> Option<String> {
    let (_, _, description, code) = denial.problem();
    let is_bearer = scheme.name == "Bearer";
    let with_error = is_bearer && denial.blames_bearer();
    let named = if authorizer.challenge_scopes { scopes.join(" ") } else { String::new() };
    let is_asked = match denial {
        Denial::Anonymous | Denial::Invalid(_) => true,
        Denial::MalformedField(_) | Denial::MalformedCredential(_) => with_error,
        Denial::InsufficientScope(_) => with_error && !named.is_empty(),
        Denial::Absent | Denial::Failed | Denial::Forbidden | Denial::Unavailable => false,
    };
    if !is_asked {
        return None;
    }
    let mut parameters = vec![("realm", authorizer.realm.as_deref().unwrap_or("api"))];
    if with_error {
        parameters.push(("error", code));
    }
    if is_bearer && !named.is_empty() {
        parameters.push(("scope", &named));
    }
    if is_bearer && authorizer.metadata {
        parameters.push(("resource_metadata", METADATA));
    }
    if with_error {
        parameters.push(("error_description", description));
    }
    parameters.extend(scheme.parameter.as_deref().map(|value| ("service", value)));
    let quoted = |value: &str| value.replace('\\', r"\\").replace('"', r#"\""#);
    let written: Vec<_> =
        parameters.iter().map(|(name, value)| format!(r#"{name}="{}""#, quoted(value))).collect();
    Some(format!("{} {}", scheme.name, written.join(", ")))
}

/// Returns the one answer to everything that is absent or hidden.
pub(super) fn not_found(application: &Application, request: &Request, stage: &'static str) -> Answer {
    // Whether something has read the body must not show.
    let closes = Some(request.body != Body::None);
    let (kind, body, field) = application.page.map_or(("", "", None), Page::parts);
    Answer { field, closes, ..Answer::new(404, kind, body.to_owned(), stage) }
}

impl Answer {
    pub(super) fn new(status: u16, kind: &'static str, body: String, stage: &'static str) -> Self {
        Self {
            status,
            challenges: Vec::new(),
            cache: None,
            body: Some((kind, body)),
            field: None,
            closes: None,
            events: None,
            stage,
        }
    }
}
