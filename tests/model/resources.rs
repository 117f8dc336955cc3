//! The resources of the store: documents, which belong to somebody, and teams with pages.

use std::time::Duration;

use auth_runtime::{Action, Decision, Denial, Lookup, Principal, Requirement, Resource};
use serde::Deserialize;

use crate::{
    arguments::Trace,
    description::{DOCUMENTS, Stored, TEAMS},
};

/// A document, which its owner and auditors see.
pub(crate) struct Document {
    pub(crate) id: u64,
    pub(crate) owner: &'static str,
    locked: bool,
}

impl Document {
    fn load(trace: &Trace, id: u64) -> Result<Option<Self>, Denial> {
        trace.add(format!("loaded document {id}"));
        match DOCUMENTS.iter().find(|(known, _)| *known == id) {
            None => Ok(None),
            Some((_, Stored::Document { owner, locked })) => Ok(Some(Self { id, owner, locked: *locked })),
            Some((_, Stored::Fails)) => Err(std::io::Error::other("the store is on fire"))?,
            Some((_, Stored::IsDown)) => Err(unavailable()),
            Some((_, Stored::Denies)) => Err(Denial::Forbidden),
        }
    }

    fn is_seen_by(&self, principal: &Principal) -> bool {
        principal.subject() == Some(self.owner) || principal.has_role("auditor")
    }

    fn is_edited_by(&self, principal: &Principal) -> Decision {
        if self.locked {
            return Decision::Deny(Denial::Refused("the document is locked"));
        }
        (principal.subject() == Some(self.owner)).into()
    }
}

pub(crate) fn unavailable() -> Denial {
    Denial::Unavailable { retry_after: Duration::from_secs(9), cause: "a restart".to_owned() }
}

impl Resource for Document {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Self::load(lookup.data::<Trace>()?, *lookup.id())
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        self.is_seen_by(principal)
    }
}

pub(crate) enum Edit {}

impl Action<Document> for Edit {
    const REQUIREMENT: Requirement = Requirement::scope("write");

    fn authorize(principal: &Principal, document: &Document) -> Decision {
        document.is_edited_by(principal)
    }
}

/// An action that nobody may know of.
pub(crate) enum Vanish {}

impl Action<Document> for Vanish {
    fn authorize(_: &Principal, _: &Document) -> Decision {
        Decision::Deny(Denial::Invisible)
    }
}

/// A team, which its members see.
pub(crate) struct Team {
    pub(crate) name: &'static str,
    members: &'static [&'static str],
}

#[derive(Deserialize)]
pub(crate) struct TeamId {
    team: String,
}

impl Resource for Team {
    type Id = TeamId;

    async fn load(lookup: Lookup<TeamId>) -> Result<Option<Self>, Denial> {
        let name = &lookup.id().team;
        lookup.data::<Trace>()?.add(format!("loaded team {name}"));
        let found = TEAMS.iter().find(|(known, _)| known == name);
        Ok(found.map(|(name, members)| Self { name, members }))
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        principal.subject().is_some_and(|subject| self.members.contains(&subject))
    }
}

/// A document that the path names as a page.
pub(crate) struct Page(pub(crate) Document);

#[derive(Deserialize)]
pub(crate) struct PageId {
    page: u64,
}

impl Resource for Page {
    type Id = PageId;

    async fn load(lookup: Lookup<PageId>) -> Result<Option<Self>, Denial> {
        Ok(Document::load(lookup.data::<Trace>()?, lookup.id().page)?.map(Self))
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        self.0.is_seen_by(principal)
    }
}

pub(crate) enum EditPage {}

impl Action<Page> for EditPage {
    const REQUIREMENT: Requirement =
        Requirement::any(&[Requirement::role("admin"), Requirement::scope("write")]);

    fn authorize(principal: &Principal, page: &Page) -> Decision {
        page.0.is_edited_by(principal)
    }
}
