//! Whether a route is reached, or another one answers all of its paths.

use std::{cell::OnceCell, rc::Rc};

use crate::app::{
    endpoints::Endpoint,
    language::{Language, Relation, search},
    part::{Part, shape},
    pattern::{Known, Pattern, Rest},
};

/// The value of a parameter in a path that is tried out.
const FILLING: &str = "anything";
/// The number of earlier services up to which their expressions are compared all at once.
const MOST_TAKING: usize = 32;

/// A route, or a scope.
#[derive(Debug)]
pub(super) struct Service<'seen> {
    pub(super) pattern: Pattern,
    pub(super) what: What<'seen>,
    pub(super) guarded: bool,
    /// The paths that the pattern matches, once somebody asked for them.
    language: OnceCell<Option<Language>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What<'seen> {
    Route(&'seen Endpoint),
    /// The scope with this path.
    Scope(&'seen str),
}

/// A service that takes paths from a route behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Earlier<'level, 'seen> {
    pub(super) service: &'level Service<'seen>,
    pub(super) relation: Relation,
}

impl<'seen> Service<'seen> {
    pub(super) fn new(parts: Vec<Rc<Part>>, what: What<'seen>, guarded: bool) -> Self {
        Self { pattern: Pattern::new(parts), what, guarded, language: OnceCell::new() }
    }

    fn language(&self) -> Option<&Language> {
        self.language.get_or_init(|| self.pattern.language()).as_ref()
    }

    /// Returns how an earlier service stands to this one. What cannot be decided counts as an overlap.
    pub(super) fn relation_of(&self, first: &Self, known: &Known) -> Relation {
        if let Some(path) = self.pattern.only_path() {
            return if first.pattern.matches(&path) { Relation::Covers } else { Relation::Disjoint };
        }
        if let Some(path) = first.pattern.only_path() {
            return if self.pattern.matches(&path) { Relation::Overlaps } else { Relation::Disjoint };
        }
        first.pattern.relation(&self.pattern, known).unwrap_or_else(|| {
            let languages = first.language().zip(self.language());
            let relation = languages.map_or(Relation::Overlaps, |(first, own)| first.relation(own));
            let most = if first.pattern.takes_what_it_can() { Relation::Overlaps } else { Relation::Covers };
            relation.min(most)
        })
    }

    /// Refuses the route if for this method every path of it is answered by services without a guard.
    pub(super) fn refuse_unreached(
        &self,
        endpoint: &Endpoint,
        method: &str,
        earlier: &[Earlier<'_, 'seen>],
    ) -> Result<(), String> {
        let taking: Vec<_> =
            earlier.iter().filter(|one| !one.service.guarded && one.service.what.answers(method)).collect();
        if let Some(first) = taking.iter().find(|one| one.relation == Relation::Covers) {
            return Err(first.service.what.answers_before(endpoint, method, self.guarded));
        }
        let taking: Vec<_> = taking.iter().map(|one| one.service).collect();
        if self.is_reached(&taking) {
            return Ok(());
        }
        let (what, path) = (endpoint.shown(), &endpoint.path);
        let names: Vec<_> = taking.iter().map(|one| one.what.shown()).collect();
        Err(if names.is_empty() {
            format!(
                "{what} at `{method} {path}` would never be asked, because no path leads to it; correct its path or \
                 the prefix of its scope"
            )
        } else {
            format!(
                "{what} at `{method} {path}` would never be asked, because {} before it answer all of its paths; \
                 register it first",
                names.join(" and ")
            )
        })
    }

    /// Returns whether some path reaches this route past the services that take paths from it. actix-web's router
    /// decides; the expressions only say which paths are worth a try.
    fn is_reached(&self, taking: &[&Self]) -> bool {
        if self.pattern.leads_nowhere() {
            return false;
        }
        if taking.is_empty() && self.pattern.rest() != Rest::Unknown {
            return true;
        }
        let reaches =
            |path: &String| self.pattern.matches(path) && !taking.iter().any(|one| one.pattern.matches(path));
        if self.pattern.sample(FILLING).as_ref().is_some_and(reaches) {
            return true;
        }
        if taking.len() > MOST_TAKING {
            return true;
        }
        // No automaton knows what a scope leaves over that takes as much of a path as it can.
        let is_exact = |one: &&Self| !one.pattern.takes_what_it_can();
        let others: Option<Vec<_>> =
            taking.iter().copied().filter(is_exact).map(|one| one.language()).collect();
        let (Some(own), Some(others)) = (self.language(), others) else { return true };
        let found = search(&[own], &others);
        if found.is_empty() {
            return false;
        }
        let all_exact = is_exact(&self) && taking.iter().all(is_exact);
        !all_exact || !found.complete || found.words.iter().any(reaches)
    }
}

impl What<'_> {
    /// Returns whether the service answers this method. A scope answers them all.
    pub(super) fn answers(self, method: &str) -> bool {
        match self {
            Self::Route(endpoint) => endpoint.methods.iter().any(|own| own == method),
            Self::Scope(_) => true,
        }
    }

    /// Returns the name of the service for the access table.
    pub(super) fn name(self) -> String {
        match self {
            Self::Route(endpoint) => endpoint.handler.clone(),
            Self::Scope(path) => format!("scope {path}"),
        }
    }

    fn shown(self) -> String {
        match self {
            Self::Route(endpoint) => format!("{} at `{}`", endpoint.shown(), endpoint.path),
            Self::Scope(path) => format!("the scope `{path}`"),
        }
    }

    /// Says that this service is never asked because of a scope.
    pub(super) fn behind_scope(self, scope: &str) -> String {
        let (what, path) = match self {
            Self::Route(endpoint) => (endpoint.shown(), endpoint.path.as_str()),
            Self::Scope(path) => ("the scope".to_owned(), path),
        };
        format!(
            "{what} at `{path}` would never be asked, because the scope `{scope}` before it takes its prefix; put it \
             into that scope, or before it"
        )
    }

    /// Says that this service answers before a route, which may stand behind a guard.
    fn answers_before(self, second: &Endpoint, method: &str, is_guarded: bool) -> String {
        let first = match self {
            Self::Scope(scope) => return What::Route(second).behind_scope(scope),
            Self::Route(first) => first,
        };
        let (path, place, shown) = (&first.path, first.shown(), second.shown());
        if shape(path) == shape(&second.path) && !is_guarded {
            format!(
                "`{method} {path}` is registered twice, by {place} and by {shown}, and only the first would ever \
                 answer; leave one out"
            )
        } else {
            format!(
                "{shown} at `{method} {}` would never be asked, because {place} at `{path}` before it answers; \
                 register it first",
                second.path
            )
        }
    }
}
