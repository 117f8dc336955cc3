//! What registration sees: the rows of the access table, and the routes that would never be asked.

use crate::{
    config::ConfigError,
    endpoints::{Endpoint, Endpoints},
};

/// Gathers the table while routes are registered.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    prefix: String,
    guarded: bool,
    rows: Vec<Endpoint>,
    /// The routes that nothing keeps from answering, in the order in which they are asked.
    answering: Vec<Endpoint>,
    /// The prefixes of finished scopes: actix-web offers nothing behind them to anyone else.
    taken: Vec<String>,
    error: Option<ConfigError>,
}

impl Recorder {
    /// Records what is registered inside a group.
    pub(crate) fn nested<T>(
        &mut self,
        prefix: &str,
        guarded: bool,
        register: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if prefix.ends_with('/') {
            self.refuse(format!("the prefix `{prefix}` of a scope ends in a slash, so nothing behind it is found; leave it out"));
        }
        let outer = (self.prefix.len(), self.guarded);
        self.prefix.push_str(with_slash(prefix).trim_end_matches('/'));
        self.guarded |= guarded;
        let full = self.prefix.clone();
        self.refuse_taken(&full, "the scope");
        let registered = register(self);
        if !self.guarded {
            self.taken.push(full);
        }
        self.prefix.truncate(outer.0);
        self.guarded = outer.1;
        registered
    }

    /// Records a route that states its authorization.
    pub(crate) fn record(&mut self, endpoint: Endpoint, methods: &[&str], path: &str, guarded: bool) {
        let mut methods: Vec<_> = methods.iter().map(|method| (*method).to_owned()).collect();
        methods.sort();
        let path = format!("{}{}", self.prefix, with_slash(path));
        let endpoint = Endpoint { path, methods, ..endpoint };
        if endpoint.public.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            self.refuse(format!("{} is open without a reason; say why", endpoint.place()));
        }
        if !self.guarded && !guarded {
            self.refuse_taken(&endpoint.path, &endpoint.place());
            self.refuse_twice(&endpoint);
        }
        self.rows.push(endpoint);
    }

    /// Records a service that states nothing. It is asked last, so it takes nothing from others.
    pub(crate) fn record_open(&mut self, endpoint: Endpoint, path: &str) {
        self.record(endpoint, &[], path, true);
    }

    fn refuse_twice(&mut self, endpoint: &Endpoint) {
        let earlier = self.answering.iter().find_map(|first| {
            let method = endpoint.methods.iter().find(|method| first.methods.contains(method))?;
            answers(&first.path, &endpoint.path).then(|| (method.clone(), first.path.clone(), first.place()))
        });
        if let Some((method, path, place)) = earlier {
            let second = endpoint.place();
            self.refuse(if shape(&path) == shape(&endpoint.path) {
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
            });
        }
        self.answering.push(endpoint.clone());
    }

    fn refuse_taken(&mut self, path: &str, what: &str) {
        if self.guarded {
            return;
        }
        if let Some(taken) = self.taken.iter().find(|taken| takes(taken, path)).cloned() {
            self.refuse(format!(
                "{what} at `{path}` would never be asked, because the scope `{taken}` before it takes its prefix; put \
                 it into that scope, or before it"
            ));
        }
    }

    /// The first mistake is the one to begin with.
    fn refuse(&mut self, remedy: String) {
        self.error.get_or_insert_with(|| ConfigError::new("routes", remedy));
    }

    pub(crate) fn finish(self) -> Result<Endpoints, ConfigError> {
        self.error.map_or_else(|| Ok(Endpoints::sorted(self.rows)), Err)
    }
}

/// actix-web puts a slash before paths that have none.
fn with_slash(path: &str) -> String {
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// Whether a scope with this prefix is asked for everything at `path`.
fn takes(prefix: &str, path: &str) -> bool {
    let mut path = path.split('/').skip(1);
    prefix.split('/').skip(1).all(|segment| path.next().is_some_and(|other| covers(segment, other)))
}

/// Whether a route with the path `first` answers everything that one with the path `second` would.
fn answers(first: &str, second: &str) -> bool {
    first.split('/').count() == second.split('/').count() && takes(first, second)
}

/// Whether one segment of a path matches all that another one does. A pattern may match less than it seems to.
fn covers(segment: &str, other: &str) -> bool {
    shape(segment) == "{[^/]+}" || shape(segment) == shape(other)
}

/// The path with patterns in place of its parameters: `/{id}`, `/{order}` and `/{id:[^/]+}` match the same.
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

/// What stands before the brace that closes a parameter, and what behind. A pattern may hold braces.
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
