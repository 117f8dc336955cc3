//! The recorder of what is registered. It finds the rows of the access table, and the routes that would never be asked.

use actix_web::http::Method;

use crate::{
    app::{
        endpoints::{Endpoint, Endpoints, GroupTerms},
        routing::Routing,
    },
    config::ConfigError,
    handler::{
        argument_kind::{self, ArgumentKind},
        function::with_slash,
    },
    policy::statement::Statement,
};

/// Gathers the table while routes are registered. The routes are compared once, at the end.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    prefix: String,
    /// What the surrounding groups require, from the outermost inwards.
    groups: Vec<GroupTerms>,
    seen: Vec<Seen>,
    /// What else is wrong with the registration.
    mistakes: Vec<String>,
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
    ScopeEnds,
    Route {
        endpoint: Box<Endpoint>,
        /// The path as it was written.
        own_path: String,
        guarded: bool,
    },
}

impl Recorder {
    /// Records a mistake, with what to do about it.
    pub(crate) fn refuse(&mut self, mistake: impl Into<String>) {
        self.mistakes.push(mistake.into());
    }

    /// Records what is registered inside a group.
    pub(crate) fn nested<T>(
        &mut self,
        prefix: &str,
        guarded: bool,
        groups: Vec<GroupTerms>,
        register: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = (self.prefix.len(), self.groups.len());
        self.prefix.push_str(with_slash(prefix).trim_end_matches('/'));
        self.groups.extend(groups);
        self.seen.push(Seen::ScopeBegins { prefix: prefix.to_owned(), path: self.prefix.clone(), guarded });
        let registered = register(self);
        self.seen.push(Seen::ScopeEnds);
        self.prefix.truncate(outer.0);
        self.groups.truncate(outer.1);
        registered
    }

    /// Records a route that states its authorization.
    pub(crate) fn record(&mut self, endpoint: Endpoint, methods: &[&str], path: &str, guarded: bool) {
        let mut methods: Vec<_> = methods.iter().map(|method| (*method).to_owned()).collect();
        methods.sort();
        let full_path = format!("{}{}", self.prefix, with_slash(path));
        let endpoint = Endpoint { path: full_path, methods, groups: self.groups.clone(), ..endpoint };
        self.seen.push(Seen::Route { endpoint: Box::new(endpoint), own_path: path.to_owned(), guarded });
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
        let Some(resource) = read.access().map(|access| access.resource()) else { return };
        let (accessor, action, place) =
            (read.accessor(), argument_kind::action(method.as_str()), endpoint.shown());
        self.refuse(format!(
            "`{accessor}<{resource}>` of {place} at `{method} {}{}` only checks that the caller may see it; declare `struct \
             {action}; impl Action<{resource}> for {action} {{ .. }}` and take \
             `{accessor}<{resource}, {action}>`",
            self.prefix,
            with_slash(path)
        ));
    }

    /// Records a service that states nothing. Such a service is asked last, so it takes no requests from others. It has
    /// no methods, so nothing is compared with it.
    pub(crate) fn record_open(&mut self, endpoint: Endpoint, path: &str) {
        self.record(endpoint, &[], path, true);
    }

    /// Returns the table, or the first mistake as an error.
    pub(crate) fn finish(mut self) -> Result<Endpoints, ConfigError> {
        let mistake = std::mem::take(&mut self.mistakes).into_iter().next();
        let partly = match mistake {
            Some(mistake) => Err(mistake),
            None => self.compare(),
        };
        let partly = partly.map_err(|remedy| ConfigError::new("routes", remedy))?;
        let rows = self.seen.drain(..).filter_map(|seen| match seen {
            Seen::Route { endpoint, .. } => Some(*endpoint),
            Seen::ScopeBegins { .. } | Seen::ScopeEnds => None,
        });
        let rows = rows.zip(partly).map(|(row, partly_answered_by)| Endpoint { partly_answered_by, ..row });
        Ok(Endpoints::sorted(rows.collect()))
    }

    /// Compares the routes, and returns for each of them who answers some of its paths before it.
    fn compare(&self) -> Result<Vec<Vec<String>>, String> {
        let (mut routing, mut partly) = (Routing::default(), Vec::new());
        for seen in &self.seen {
            match seen {
                Seen::ScopeBegins { prefix, .. } if prefix.ends_with('/') => {
                    return Err(format!(
                        "the prefix `{prefix}` of a scope ends in a slash, so nothing behind it is found; leave it out"
                    ));
                }
                Seen::Route { endpoint, .. } if is_open_without_reason(endpoint) => {
                    return Err(format!("{} is open without a reason; say why", endpoint.shown()));
                }
                Seen::ScopeBegins { prefix, path, guarded } => routing.begin_scope(prefix, path, *guarded)?,
                Seen::ScopeEnds => routing.end_scope(),
                Seen::Route { endpoint, own_path, guarded } => {
                    partly.push(routing.add(endpoint, own_path, *guarded)?);
                }
            }
        }
        Ok(partly)
    }
}

/// Returns whether an endpoint is public with an empty reason. The attribute checks its own reason, but a public
/// service has no attribute.
fn is_open_without_reason(endpoint: &Endpoint) -> bool {
    matches!(endpoint.statement, Statement::Public { reason } if reason.trim().is_empty())
}
