//! Who is denied at a row of the access table, and with which status.

use serde::Serialize;

use super::endpoints::Endpoint;
use crate::policy::{
    requirement::Requirement,
    statement::{Hide, Statement},
};

/// The callers who are denied, by the status of their answer. Each text says what a caller lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DeniedCallers {
    /// 401: `anonymous`, the callers without a good credential.
    #[serde(rename = "401")]
    pub unauthorized: Vec<String>,
    /// 403: a requirement that is not met, an action that is not allowed on a visible resource, or a rule; `anonymous` if
    /// nothing that could be sent would help, as where the connection alone decides.
    #[serde(rename = "403")]
    pub forbidden: Vec<String>,
    /// 404: `anonymous` or a requirement that is not met, where that is hidden, and resources that are absent or not
    /// visible.
    #[serde(rename = "404")]
    pub not_found: Vec<String>,
}

/// The callers without a good credential.
const ANONYMOUS: &str = "anonymous";

impl Endpoint {
    /// Returns who is denied, and with which status.
    pub fn denied(&self) -> DeniedCallers {
        let mut denied = DeniedCallers::default();
        for (level, (requirement, hide)) in self.levels().into_iter().enumerate() {
            // The outermost level answers callers without a credential, so no other one ever meets them.
            if level == 0 {
                let list = match hide {
                    Hide::Anonymous => &mut denied.not_found,
                    Hide::Unauthorized | Hide::Never if self.has_challenges() => &mut denied.unauthorized,
                    Hide::Unauthorized | Hide::Never => &mut denied.forbidden,
                };
                list.push(ANONYMOUS.to_owned());
            }
            if requirement != Requirement::authenticated() {
                denied.lacking(hide).push(requirement.to_string());
            }
        }
        for resource in &self.resources {
            denied.not_found.push(resource.resource.to_owned());
            if resource.may_forbid() {
                denied.forbidden.push(resource.name());
            }
        }
        denied.forbidden.extend(self.rule.map(|rule| format!("when {rule}")));
        denied
    }

    /// Lists what is required, and from whom that is hidden, from the outermost group inwards.
    pub(super) fn levels(&self) -> Vec<(Requirement, Hide)> {
        let own = match self.statement {
            Statement::Require { hide, .. } => self.own().map(|requirement| (requirement, hide)),
            Statement::Public { .. } => None,
        };
        self.groups.iter().map(|group| (group.requirement, group.hide)).chain(own).collect()
    }

    /// Whether callers without a good credential are told how to get one, which only 401 does. The outermost level answers
    /// them.
    pub(super) fn has_challenges(&self) -> bool {
        self.groups.first().map_or(self.has_challenges, |group| group.has_challenges)
    }
}

impl DeniedCallers {
    fn lacking(&mut self, hide: Hide) -> &mut Vec<String> {
        match hide {
            Hide::Never => &mut self.forbidden,
            Hide::Anonymous | Hide::Unauthorized => &mut self.not_found,
        }
    }

    /// Writes the cells of the table. Requirements stand in the table already, so they are written as `others` if all of
    /// them have the same answer.
    pub(crate) fn cells(self, endpoint: &Endpoint) -> [String; 3] {
        let requirements: Vec<_> = endpoint.requirements().iter().map(Requirement::to_string).collect();
        let is_mixed = [&self.forbidden, &self.not_found].map(|list| contains_one(list, &requirements));
        [self.unauthorized, self.forbidden, self.not_found].map(|mut list| {
            if is_mixed != [true, true] && contains_one(&list, &requirements) {
                list.retain(|text| !requirements.contains(text));
                list.insert(
                    usize::from(list.first().is_some_and(|first| first == ANONYMOUS)),
                    OTHERS.to_owned(),
                );
            }
            list.join("; ")
        })
    }
}

fn contains_one(list: &[String], texts: &[String]) -> bool {
    list.iter().any(|text| texts.contains(text))
}

/// The callers with a good credential who do not meet what is required.
const OTHERS: &str = "others";
