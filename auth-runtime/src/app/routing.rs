//! What actix-web asks before a route: the services that stand before it, in its scope and in those around it.

use std::{collections::HashSet, rc::Rc};

use crate::app::{
    endpoints::Endpoint,
    language::Relation,
    part::{Part, Reader},
    pattern::Known,
    pattern_index::Index,
    reach::{Earlier, Service, What},
};

/// The services that were registered so far. What stands in a finished scope needs no look, because actix-web offers a
/// request behind the scope's prefix to no other service.
#[derive(Debug, Default)]
pub(super) struct Routing<'seen> {
    reader: Reader,
    known: Known,
    /// The services outside of all scopes.
    outside: Level<'seen>,
    /// The scopes that are not finished, from the outermost inwards.
    scopes: Vec<Level<'seen>>,
}

/// The services of one scope, or of the application.
#[derive(Debug, Default)]
struct Level<'seen> {
    /// The prefixes up to here.
    parts: Vec<Rc<Part>>,
    path: &'seen str,
    guarded: bool,
    index: Index,
    services: Vec<Service<'seen>>,
}

impl<'seen> Routing<'seen> {
    /// Begins a scope.
    ///
    /// # Errors
    /// Fails if another scope takes all of its paths.
    pub(super) fn begin_scope(
        &mut self,
        prefix: &str,
        path: &'seen str,
        guarded: bool,
    ) -> Result<(), String> {
        let part = self.reader.scope(prefix).ok_or_else(|| malformed(path))?;
        let parts = self.parts_with(part);
        let scope = Service::new(parts.clone(), What::Scope(path), guarded);
        for level in self.levels() {
            for first in level.candidates(&scope).filter(|first| !first.guarded) {
                if let (What::Scope(taking), Some(Relation::Covers)) =
                    (first.what, first.pattern.relation(&scope.pattern, &self.known))
                {
                    return Err(What::Scope(path).behind_scope(taking));
                }
            }
        }
        self.scopes.push(Level { parts, path, guarded, ..Level::default() });
        Ok(())
    }

    /// Ends the innermost scope.
    pub(super) fn end_scope(&mut self) {
        if let Some(Level { parts, path, guarded, .. }) = self.scopes.pop() {
            self.innermost().push(Service::new(parts, What::Scope(path), guarded));
        }
    }

    /// Adds a route, and returns who answers some of its paths before it. A service without methods states nothing, and
    /// its path is what somebody says about it, so it is not compared.
    ///
    /// # Errors
    /// Fails if no path reaches the route.
    pub(super) fn add(
        &mut self,
        endpoint: &'seen Endpoint,
        own_path: &str,
        guarded: bool,
    ) -> Result<Vec<String>, String> {
        if endpoint.methods.is_empty() {
            return Ok(Vec::new());
        }
        let part = self.reader.route(own_path).ok_or_else(|| malformed(&endpoint.path))?;
        let route = Service::new(self.parts_with(part), What::Route(endpoint), guarded);
        let earlier = self.earlier(&route, endpoint);
        for method in &endpoint.methods {
            route.refuse_unreached(endpoint, method, &earlier)?;
        }
        let mut seen = HashSet::new();
        let names = earlier.iter().map(|earlier| earlier.service.what.name());
        let partly = names.filter(|name| seen.insert(name.clone())).collect();
        self.innermost().push(route);
        Ok(partly)
    }

    /// Returns the services that take paths from a route. Two services behind guards are not compared, because nobody
    /// knows whether a request passes both.
    fn earlier(&self, route: &Service<'seen>, endpoint: &Endpoint) -> Vec<Earlier<'_, 'seen>> {
        let mut earlier = Vec::new();
        for (position, level) in self.levels().enumerate() {
            let guarded = route.guarded || self.scopes.iter().skip(position).any(|scope| scope.guarded);
            let compared = level.candidates(route).filter(|first| {
                !(first.guarded && guarded)
                    && endpoint.methods.iter().any(|method| first.what.answers(method))
            });
            earlier.extend(compared.filter_map(|service| match route.relation_of(service, &self.known) {
                Relation::Disjoint => None,
                relation => Some(Earlier { service, relation }),
            }));
        }
        earlier
    }

    fn levels(&self) -> impl Iterator<Item = &Level<'seen>> {
        std::iter::once(&self.outside).chain(&self.scopes)
    }

    fn innermost(&mut self) -> &mut Level<'seen> {
        self.scopes.last_mut().unwrap_or(&mut self.outside)
    }

    fn parts_with(&self, last: Rc<Part>) -> Vec<Rc<Part>> {
        let around = self.scopes.last().map_or(&[] as &[_], |level| &level.parts);
        around.iter().cloned().chain([last]).collect()
    }
}

impl<'seen> Level<'seen> {
    fn push(&mut self, service: Service<'seen>) {
        self.index.insert(&service.pattern, self.services.len());
        self.services.push(service);
    }

    /// Returns the services that may match a path of this one.
    fn candidates(&self, later: &Service<'_>) -> impl Iterator<Item = &Service<'seen>> {
        let positions = self.index.candidates(&later.pattern);
        positions.into_iter().filter_map(|position| self.services.get(position))
    }
}

fn malformed(path: &str) -> String {
    format!(
        "the path `{path}` is one that actix-web cannot read; correct its braces and regular expressions, and name its \
         tail, as in `/{{tail}}*`"
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::{Routing, Service, What};
    use crate::app::endpoints::Endpoint;

    fn endpoint(path: &str) -> Endpoint {
        Endpoint { path: path.to_owned(), methods: vec!["GET".to_owned()], ..Endpoint::open("a test", path) }
    }

    /// Registers ten thousand routes, and returns how many pairs of them were compared.
    fn compared(path: impl Fn(usize) -> String) -> usize {
        let endpoints: Vec<_> = (0..10_000).map(|number| endpoint(&path(number))).collect();
        let (mut routing, mut compared) = (Routing::default(), 0);
        for endpoint in &endpoints {
            let part = routing.reader.route(&endpoint.path).unwrap();
            let route = Service::new(vec![part], What::Route(endpoint), false);
            compared += routing.outside.candidates(&route).count();
            routing.add(endpoint, &endpoint.path, false).unwrap();
        }
        compared
    }

    #[test]
    fn a_route_is_compared_only_with_those_that_resemble_it() {
        assert_eq!(compared(|number| format!("/v1/things{number}/{{id}}")), 0);
        assert_eq!(compared(|number| format!("/{{tenant:[a-z]+}}/things{number}/{{id:\\d+}}/parts")), 0);
        assert_eq!(compared(|number| format!("/a{}/b{}/{{tail}}*", number % 100, number / 100)), 0);
        // Each thing has two routes, of which the second is compared with the first.
        let paired = |number: usize| match number % 2 {
            0 => format!("/things{number}/{{id:\\d+}}"),
            _ => format!("/things{}/{{name}}", number - 1),
        };
        assert_eq!(compared(paired), 5_000);
        // A wildcard at the end is compared with all.
        let last =
            |number: usize| if number == 9_999 { "/{tail}*".to_owned() } else { format!("/a/{number}") };
        assert_eq!(compared(last), 9_999);
    }
}
