//! Which pattern a path matches, and what is hidden from everybody.

use std::collections::BTreeMap;

use crate::description::{Authorizer, Handler, Hide, Node};

/// Matches a path against a pattern, segment by segment, and returns the parameters and what is left of the path.
pub(super) fn matched<'p, 's>(
    pattern: &str,
    path: &'p [&'s str],
    is_prefix: bool,
) -> Option<(BTreeMap<String, String>, &'p [&'s str])> {
    let (mut parameters, mut rest) = (BTreeMap::new(), path);
    for part in pattern.split('/').skip(1) {
        let (first, others) = rest.split_first()?;
        if let Some(name) = part.strip_suffix(":.*}") {
            parameters.insert(name[1..].to_owned(), rest.join("/"));
            return Some((parameters, &[]));
        }
        match part.strip_prefix('{') {
            Some(_) if first.is_empty() => return None,
            Some(name) => _ = parameters.insert(name.trim_end_matches('}').to_owned(), (*first).to_owned()),
            None if part != *first => return None,
            None => {}
        }
        rest = others;
    }
    (is_prefix || rest.is_empty()).then_some((parameters, rest))
}

/// Collects the authorizers of what is hidden from everybody.
pub(super) fn collect_keepers<'a>(
    nodes: &'a [Node],
    authorizer: &'a Authorizer,
    handlers: &[Handler],
    keepers: &mut Vec<&'a Authorizer>,
) {
    for node in nodes {
        let (inside, hides) = match node {
            Node::Open { .. } => continue,
            Node::Route { handler, .. } | Node::Service { handler } => {
                let stated = handlers.iter().find(|known| known.name == handler);
                let terms = stated.and_then(|handler| handler.terms.as_ref());
                (authorizer, terms.is_some_and(|(_, hide)| *hide == Hide::Anonymous))
            }
            Node::Group(group) => {
                let inside = group.authorizer.as_ref().unwrap_or(authorizer);
                collect_keepers(&group.nodes, inside, handlers, keepers);
                (inside, group.requires.iter().any(|(_, hide)| *hide == Hide::Anonymous))
            }
        };
        if hides && !keepers.contains(&inside) {
            keepers.push(inside);
        }
    }
}
