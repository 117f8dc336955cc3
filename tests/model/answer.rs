//! Answers and callers as data, and the reasons of denials with their texts.

use crate::description::{Grants, Scheme};

/// The name of the stage that answers.
pub(crate) type Stage = &'static str;

/// What has to be answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// All `WWW-Authenticate` values, in their order.
    pub(crate) challenges: Vec<String>,
    /// `Cache-Control`
    pub(crate) cache: Option<&'static str>,
    /// Whether the answer notes that the session was used.
    pub(crate) keeps_session: bool,
    /// The media type and the body; `None` where actix-web answers.
    pub(crate) body: Option<(&'static str, String)>,
    /// A further field of the not-found page.
    pub(crate) field: Option<(&'static str, &'static str)>,
    /// The handler that ran.
    pub(crate) ran: Option<&'static str>,
    pub(crate) stage: Stage,
}

/// A reason: the word that handlers show, the status, the error code of RFC 6750 §3.1, and what a person reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Why(
    pub(crate) &'static str,
    pub(crate) u16,
    pub(crate) &'static str,
    pub(crate) &'static str,
);

/// Why a request is denied, and the scheme whose credential is to blame. A field without a scheme counts as Bearer's.
pub(crate) type Denial<'a> = (Why, Option<&'a Scheme>);

/// A caller whose credential was accepted.
pub(crate) struct Caller<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) grants: Grants,
}

impl Caller<'_> {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.grants.subject.as_deref() == Some(name)
    }

    /// Returns what a handler shows of its principal.
    pub(crate) fn shown(&self) -> String {
        let Grants { subject, issuer, .. } = &self.grants;
        let [subject, issuer] = [subject, issuer].map(|text| text.as_deref().unwrap_or("none"));
        format!("{subject} of {issuer} by {}", self.scheme.name)
    }
}

/// What was found out: whether somebody was known by a credential outside `Authorization`, whether somebody looked for a
/// session, and whether a session was found whose use has to be noted.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) elsewhere: bool,
    pub(crate) session: bool,
    pub(crate) old_session: bool,
}

const DEAD: &str = "the credential is expired, revoked, malformed or meant for something else";
const FIELD: &str = "the authorization field is malformed or repeated";
const LACK: &str = "the credential lacks scopes for this operation";
const REPEATED: &str = "the credential is malformed, or not the only one";
pub(crate) const ABSENT: Why = Why("absent", 404, "", "");
/// No reason at all.
pub(crate) const ALLOWED: Why = Why("allowed", 200, "", "");
pub(crate) const ANONYMOUS: Why = Why("anonymous", 401, "", "this operation needs a credential");
/// The page of another site sent the request.
pub(crate) const CROSS_SITE: Why = Why("cross-site", 403, "", "the caller may not do this");
pub(crate) const FAILED: Why = Why("failed", 500, "", "");
pub(crate) const FORBIDDEN: Why = Why("forbidden", 403, "", "the caller may not do this");
pub(crate) const INVALID: Why = Why("invalid", 401, "invalid_token", DEAD);
pub(crate) const LACKING: Why = Why("insufficient scope", 403, "insufficient_scope", LACK);
pub(crate) const MALFORMED: Why = Why("malformed", 400, "invalid_request", REPEATED);
pub(crate) const MALFORMED_FIELD: Why = Why("malformed", 400, "invalid_request", FIELD);
pub(crate) const UNAVAILABLE: Why =
    Why("unavailable", 503, "", "the request cannot be authorized at the moment");
