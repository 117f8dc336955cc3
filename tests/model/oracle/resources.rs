//! What a handler's arguments and its rule say, once its caller is known.

use std::collections::BTreeMap;

use super::{
    Asked,
    answers::Denial,
    callers::{Caller, lacks},
};
use crate::description::{Argument, Body, DOCUMENTS, Rule, Stored, TEAMS, Tree};

impl<'a> Asked<'a> {
    /// Loads a resource and asks whether the caller sees it and may act on it. An error has the requirement of the
    /// action, if that is not met.
    pub(super) fn access(
        &mut self,
        resource: Argument,
        parameters: &BTreeMap<String, String>,
        caller: &Caller<'a>,
    ) -> Result<String, (Denial<'a>, Option<Tree>)> {
        let name = match resource {
            Argument::Team => parameters.get("team"),
            Argument::Page => parameters.get("page"),
            _ if parameters.len() == 1 => parameters.values().next(),
            _ => None,
        };
        let Some(name) = name else { return Err((Denial::Failed, None)) };
        let subject = caller.grants.subject.as_deref();
        if resource == Argument::Team {
            self.note([format!("loaded team {name}")]);
            let team = TEAMS.iter().find(|(known, _)| known == name);
            let sees =
                team.is_some_and(|(_, members)| subject.is_some_and(|subject| members.contains(&subject)));
            return if sees { Ok(name.clone()) } else { Err((Denial::Absent, None)) };
        }
        let Ok(id) = name.parse::<u64>() else { return Err((Denial::Absent, None)) };
        self.note([format!("loaded document {id}")]);
        let (owner, locked) = match stored(id) {
            None | Some(Stored::Denies) => return Err((Denial::Absent, None)),
            Some(Stored::Fails) => return Err((Denial::Failed, None)),
            Some(Stored::IsDown) => return Err((Denial::Unavailable, None)),
            Some(Stored::Document { owner, locked }) => (owner, locked),
        };
        let is_owner = subject == Some(owner);
        if !is_owner && !caller.grants.roles.iter().any(|role| role == "auditor") {
            return Err((Denial::Absent, None));
        }
        let write = Tree::Scope("write".to_owned());
        let action = match resource {
            Argument::Read => return Ok(id.to_string()),
            Argument::Vanish => return Err((Denial::Absent, None)),
            Argument::Page => Tree::Any(vec![Tree::Role("admin".to_owned()), write]),
            _ => write,
        };
        match lacks(&action, caller) {
            Some(denial) => Err((denial, Some(action))),
            None if locked || !is_owner => Err((Denial::Forbidden, None)),
            None => Ok(id.to_string()),
        }
    }

    /// Asks a handler's rule, and returns why it says no.
    pub(super) fn breaks(
        &self,
        rule: Rule,
        caller: Option<&Caller<'_>>,
        parameters: &BTreeMap<String, String>,
    ) -> Option<Denial<'a>> {
        let subject = caller.and_then(|caller| caller.grants.subject.as_deref());
        let allowed = match (rule, self.request.body) {
            (Rule::Alice, _) => subject == Some("alice"),
            (Rule::Owner, _) => {
                let document = parameters.values().next().and_then(|id| stored(id.parse().ok()?));
                matches!(document, Some(Stored::Document { owner, .. }) if subject == Some(owner))
            }
            (Rule::Cheap, Body::Item(404)) => return Some(Denial::Absent),
            (Rule::Cheap, Body::Item(500)) => return Some(Denial::Failed),
            (Rule::Cheap, Body::Item(503)) => return Some(Denial::Unavailable),
            (Rule::Cheap, body) => matches!(body, Body::Item(price) if price < 100),
        };
        (!allowed).then_some(Denial::Forbidden)
    }
}

fn stored(id: u64) -> Option<Stored> {
    DOCUMENTS.iter().find(|(known, _)| *known == id).map(|(_, stored)| *stored)
}
