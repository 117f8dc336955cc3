//! What a caller would be answered at a row of the access table.

use std::fmt;

use serde::{Serialize, Serializer};

use super::endpoints::{AccessedResource, Endpoint};
use crate::policy::{decision::Decision, principal::Principal, statement::Hide};

/// What a caller would be answered at a route.
///
/// `Display` writes one word: `allowed`, `401`, `403`, `404`, `denied` or `depends`. A verdict serializes as `"allowed"`,
/// as the number of the status, or as an object with the list, such as `{"depends": ["Read(Order)"]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Authorization lets the caller in, whatever the request names. The handler answers, or an argument that does not
    /// find what it needs.
    Allowed,
    /// The caller never gets in, because the caller lacks what these actions require of everybody, such as
    /// `Cancel(Order) with scope("orders:write")`. The answer is 403 if the caller may see the resource, and 404 otherwise.
    Denied(Vec<String>),
    /// The caller meets all that is required beforehand. The answer depends on what the request names: on resources, such
    /// as `Cancel(Order)`, and on a rule, such as `when is_open`.
    Depends(Vec<String>),
    /// 403: the caller lacks what is required, or has no good credential and nothing that could be sent would help.
    Forbidden,
    /// 404: the caller is not to know that there is something.
    NotFound,
    /// 401: the caller has no good credential.
    Unauthorized,
}

impl Endpoint {
    /// Returns what a principal would be answered; `None` is a caller without a good credential. The
    /// [matrix](super::matrix::Matrix) says what is taken for granted.
    pub fn verdict(&self, caller: Option<&Principal>) -> Verdict {
        let levels = self.levels();
        let Some(principal) = caller else {
            return match levels.first() {
                None => Verdict::Allowed,
                Some((_, Hide::Anonymous)) => Verdict::NotFound,
                Some((_, Hide::Never | Hide::Unauthorized)) if self.has_challenges() => Verdict::Unauthorized,
                Some((_, Hide::Never | Hide::Unauthorized)) => Verdict::Forbidden,
            };
        };
        let unmet = levels.iter().find(|(requirement, _)| requirement.evaluate(principal) != Decision::Allow);
        match unmet {
            None => self.verdict_behind_requirements(principal),
            Some((_, Hide::Never)) => Verdict::Forbidden,
            Some((_, Hide::Anonymous | Hide::Unauthorized)) => Verdict::NotFound,
        }
    }

    /// Returns the verdict for a principal who meets what the handler and its groups require.
    fn verdict_behind_requirements(&self, principal: &Principal) -> Verdict {
        let lacks = |access: &&AccessedResource| {
            !access.is_handed_on && access.requirement.evaluate(principal) != Decision::Allow
        };
        let lacking: Vec<_> = self.resources.iter().filter(lacks).map(AccessedResource::to_string).collect();
        if !lacking.is_empty() {
            return Verdict::Denied(lacking);
        }
        let resources = self.resources.iter().map(AccessedResource::name);
        let on: Vec<_> = resources.chain(self.rule.map(|rule| format!("when {rule}"))).collect();
        if on.is_empty() { Verdict::Allowed } else { Verdict::Depends(on) }
    }
}

/// Writes one word.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allowed => "allowed",
            Self::Denied(_) => "denied",
            Self::Depends(_) => "depends",
            Self::Forbidden => "403",
            Self::NotFound => "404",
            Self::Unauthorized => "401",
        })
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Allowed => serializer.serialize_str("allowed"),
            Self::Denied(list) => serializer.collect_map([("denied", list)]),
            Self::Depends(list) => serializer.collect_map([("depends", list)]),
            Self::Forbidden => serializer.serialize_u16(403),
            Self::NotFound => serializer.serialize_u16(404),
            Self::Unauthorized => serializer.serialize_u16(401),
        }
    }
}
