//! The recorder of what is registered. It finds the rows of the access table, and the routes that would never be asked.

use actix_web::http::Method;

use crate::{
    app::endpoints::{Endpoint, Endpoints, GroupTerms},
    config::ConfigError,
    handler::argument_kind::{self, ArgumentKind},
    policy::statement::{Statement, Terms},
};

/// Gathers the table while routes are registered. The routes are compared once, at the end.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    prefix: String,
    guarded: bool,
    /// What the surrounding groups require, from the outermost inwards.
    groups: Vec<Terms>,
    seen: Vec<Seen>,
}

/// A registered route, or the beginning or end of a scope. The recorder lists them in the order in which actix-web asks
/// them.
#[derive(Debug)]
enum Seen {
    ScopeBegins {
        /// The prefix as it was written.
        prefix: String,
        path: String,
        guarded: bool,
    },
    ScopeEnds {
        path: String,
        guarded: bool,
    },
    Route {
        endpoint: Endpoint,
        guarded: bool,
    },
    /// What is wrong with the next route.
    Mistake(String),
}

impl Recorder {
    /// Records what is registered inside a group.
    pub(crate) fn nested<T>(
        &mut self,
        prefix: &str,
        guarded: bool,
        groups: Vec<Terms>,
        register: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = (self.prefix.len(), self.guarded, self.groups.len());
        self.prefix.push_str(with_slash(prefix).trim_end_matches('/'));
        self.guarded |= guarded;
        self.groups.extend(groups);
        let (path, guarded) = (self.prefix.clone(), self.guarded);
        self.seen.push(Seen::ScopeBegins { prefix: prefix.to_owned(), path: path.clone(), guarded });
        let registered = register(self);
        self.seen.push(Seen::ScopeEnds { path, guarded });
        self.prefix.truncate(outer.0);
        self.guarded = outer.1;
        self.groups.truncate(outer.2);
        registered
    }

    /// Records a route that states its authorization.
    pub(crate) fn record(&mut self, endpoint: Endpoint, methods: &[&str], path: &str, guarded: bool) {
        let mut methods: Vec<_> = methods.iter().map(|method| (*method).to_owned()).collect();
        methods.sort();
        let path = format!("{}{}", self.prefix, with_slash(path));
        let groups = self.groups.iter().copied().map(GroupTerms::from).collect();
        let endpoint = Endpoint { path, methods, groups, ..endpoint };
        self.seen.push(Seen::Route { endpoint, guarded: self.guarded || guarded });
    }

    /// Refuses a function whose resources are all for reading, for a method that may change them.
    pub(crate) fn refuse_read(
        &mut self,
        arguments: &[ArgumentKind],
        endpoint: &Endpoint,
        method: &Method,
        path: &str,
    ) {
        let Some(read) = ArgumentKind::only_read(arguments).filter(|_| !method.is_safe()) else { return };
        let (resource, action, place) =
            (read.resource(), argument_kind::action(method.as_str()), endpoint.shown());
        self.seen.push(Seen::Mistake(format!(
            "`Access<{resource}>` of {place} at `{method} {}{}` only checks that the caller may see it; declare `struct \
             {action}; impl Action<{resource}> for {action} {{ .. }}` and take `Access<{resource}, {action}>`",
            self.prefix,
            with_slash(path)
        )));
    }

    /// Records a service that states nothing. Such a service is asked last, so it takes no requests from others.
    pub(crate) fn record_open(&mut self, endpoint: Endpoint, path: &str) {
        self.record(endpoint, &[], path, true);
    }

    /// Returns the table, or the first mistake as an error.
    pub(crate) fn finish(self) -> Result<Endpoints, ConfigError> {
        let mut asked = Asked::default();
        for seen in &self.seen {
            asked.look_at(seen).map_err(|remedy| ConfigError::new("routes", remedy))?;
        }
        let rows = self.seen.into_iter().filter_map(|seen| match seen {
            Seen::Route { endpoint, .. } => Some(endpoint),
            Seen::ScopeBegins { .. } | Seen::ScopeEnds { .. } | Seen::Mistake(_) => None,
        });
        Ok(Endpoints::sorted(rows.collect()))
    }
}

/// Everything that is asked before the next route. Routes behind a guard are left out, because they may let a request
/// pass.
#[derive(Default)]
struct Asked<'seen> {
    routes: Vec<&'seen Endpoint>,
    /// The prefixes of finished scopes. actix-web offers a request behind such a prefix to no other service.
    scopes: Vec<&'seen str>,
}

impl<'seen> Asked<'seen> {
    fn look_at(&mut self, seen: &'seen Seen) -> Result<(), String> {
        match seen {
            Seen::Mistake(mistake) => Err(mistake.clone()),
            Seen::ScopeBegins { prefix, .. } if prefix.ends_with('/') => Err(format!(
                "the prefix `{prefix}` of a scope ends in a slash, so nothing behind it is found; leave it out"
            )),
            Seen::Route { endpoint, .. } if is_open_without_reason(endpoint) => {
                Err(format!("{} is open without a reason; say why", endpoint.shown()))
            }
            Seen::ScopeBegins { guarded: true, .. }
            | Seen::ScopeEnds { guarded: true, .. }
            | Seen::Route { guarded: true, .. } => Ok(()),
            Seen::ScopeBegins { path, .. } => self.refuse_taken(path, "the scope"),
            Seen::ScopeEnds { path, .. } => {
                self.scopes.push(path);
                Ok(())
            }
            Seen::Route { endpoint, .. } => {
                self.refuse_taken(&endpoint.path, &endpoint.shown())?;
                self.refuse_answered(endpoint)?;
                self.routes.push(endpoint);
                Ok(())
            }
        }
    }

    fn refuse_taken(&self, path: &str, what: &str) -> Result<(), String> {
        match self.scopes.iter().find(|scope| takes(scope, path)) {
            None => Ok(()),
            Some(scope) => Err(format!(
                "{what} at `{path}` would never be asked, because the scope `{scope}` before it takes its prefix; put \
                 it into that scope, or before it"
            )),
        }
    }

    fn refuse_answered(&self, endpoint: &Endpoint) -> Result<(), String> {
        let earlier = self.routes.iter().find_map(|first| {
            let method = endpoint.methods.iter().find(|method| first.methods.contains(method))?;
            answers(&first.path, &endpoint.path).then_some((method, first))
        });
        let Some((method, first)) = earlier else { return Ok(()) };
        let (path, place, second) = (&first.path, first.shown(), endpoint.shown());
        Err(if shape(path) == shape(&endpoint.path) {
            format!(
                "`{method} {path}` is registered twice, by {place} and by {second}, and only the first would ever \
                 answer; leave one out"
            )
        } else {
            format!(
                "{second} at `{method} {}` would never be asked, because {place} at `{path}` before it answers; \
                 register it first",
                endpoint.path
            )
        })
    }
}

/// Returns whether an endpoint is public with an empty reason. The attribute checks its own reason, but a public
/// service has no attribute.
fn is_open_without_reason(endpoint: &Endpoint) -> bool {
    matches!(endpoint.statement, Statement::Public { reason } if reason.trim().is_empty())
}

/// Puts a slash before a path that has none, as actix-web does.
fn with_slash(path: &str) -> String {
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// Returns whether a scope with this prefix takes every request at `path`.
fn takes(prefix: &str, path: &str) -> bool {
    let mut path = path.split('/').skip(1);
    prefix.split('/').skip(1).all(|segment| path.next().is_some_and(|other| covers(segment, other)))
}

/// Returns whether a route with the path `first` answers everything that a route with the path `second` would.
fn answers(first: &str, second: &str) -> bool {
    first.split('/').count() == second.split('/').count() && takes(first, second)
}

/// Returns whether a segment of a path matches everything that another segment does. A pattern may match less than it
/// seems to, so it covers only an equal pattern; a parameter without a pattern covers everything.
fn covers(segment: &str, other: &str) -> bool {
    shape(segment) == "{[^/]+}" || shape(segment) == shape(other)
}

/// Replaces the parameters of a path by their patterns: `/{id}`, `/{order}` and `/{id:[^/]+}` match the same.
fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (parameter, behind) = split_parameter(after);
        let pattern = parameter.split_once(':').map_or("[^/]+", |(_, pattern)| pattern);
        shape = shape + before + "{" + pattern + "}";
        rest = behind;
    }
    shape + rest
}

/// Splits a text at the brace that closes a parameter. The parameter's pattern may hold braces too.
fn split_parameter(text: &str) -> (&str, &str) {
    let mut depth = 1_usize;
    for (position, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (text.get(..position).unwrap_or_default(), text.get(position + 1..).unwrap_or_default());
        }
    }
    (text, "")
}
