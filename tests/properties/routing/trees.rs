//! Random trees of routes and scopes.

use std::collections::HashMap;

use proptest::prelude::*;

use super::METHODS;

/// The most routes of a tree: each has a handler of its own.
const MOST_ROUTES: usize = 9;
/// What stands between two slashes. The braces are named when a path is put together, because a name stands there once.
const SEGMENTS: [&str; 15] = [
    "a",
    "b",
    "a",
    "b",
    "",
    "{}",
    "{}",
    "{:[ab]}",
    "{:a|b}",
    "{:[a-m]+}",
    "{:\\d+}",
    "{:\\d{2}}",
    "a{}",
    "{}b",
    "{:[^/]*}",
];
const TAILS: [&str; 8] =
    ["{}*", "{:.*}", "{:.+}", "{:a/.*}", "{:.*b}", "{:(a|b)(/.*)?}", "{:[^7]*}", "a{:.*}"];
#[derive(Clone, Debug)]
pub(super) enum Node {
    Route { id: usize, path: String, method: usize },
    Scope { prefix: String, guarded: bool, guard: usize, nodes: Vec<Node> },
}

/// Returns the tree without the nodes that `keep` refuses.
pub(super) fn kept(nodes: &[Node], keep: &dyn Fn(&Node) -> bool) -> Vec<Node> {
    let nodes = nodes.iter().filter(|node| keep(node));
    let nodes = nodes.map(|node| match node {
        Node::Scope { prefix, guarded, guard, nodes } => {
            let (prefix, guarded, guard) = (prefix.clone(), *guarded, *guard);
            Node::Scope { prefix, guarded, guard, nodes: kept(nodes, keep) }
        }
        route @ Node::Route { .. } => route.clone(),
    });
    nodes.collect()
}

/// Calls `found` with every route: its id, and whether it stands behind a guard.
fn each_route(nodes: &[Node], behind_guard: bool, found: &mut dyn FnMut(usize, bool)) {
    for node in nodes {
        match node {
            Node::Route { id, .. } => found(*id, behind_guard),
            Node::Scope { guarded, nodes, .. } => each_route(nodes, behind_guard || *guarded, found),
        }
    }
}

pub(super) fn routes_of(nodes: &[Node]) -> HashMap<usize, bool> {
    let mut routes = HashMap::new();
    each_route(nodes, false, &mut |id, guarded| {
        routes.insert(id, guarded);
    });
    routes
}

/// Returns the tree with nothing but one route and the scopes around it.
pub(super) fn alone(nodes: &[Node], wanted: usize) -> Vec<Node> {
    kept(nodes, &|node| match node {
        Node::Route { id, .. } => *id == wanted,
        Node::Scope { nodes, .. } => routes_of(nodes).contains_key(&wanted),
    })
}

pub(super) fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let segment = || prop::sample::select(SEGMENTS.as_slice());
    let tail = prop_oneof![3 => Just(""), 1 => prop::sample::select(TAILS.as_slice())];
    let path =
        (prop::collection::vec(segment(), 0..3), tail).prop_map(|(segments, tail)| joined(&segments, tail));
    let prefixes = prop_oneof![
        8 => prop::collection::vec(segment(), 0..3).prop_map(|segments| path_of_prefix(&segments)),
        1 => prop::sample::select(TAILS.as_slice()).prop_map(|tail| joined(&[], tail)),
    ];
    let route = (path, 0..METHODS.len()).prop_map(|(path, method)| Node::Route { id: 0, path, method });
    let node = route.prop_recursive(2, 10, 4, move |inner| {
        (prefixes.clone(), prop::bool::weighted(0.2), prop::collection::vec(inner, 1..4))
            .prop_map(|(prefix, guarded, nodes)| Node::Scope { prefix, guarded, guard: 0, nodes })
    });
    prop::collection::vec(node, 1..6).prop_map(|mut nodes: Vec<Node>| {
        number(&mut nodes, &mut 0, &mut 0);
        kept(&nodes, &|node| !matches!(node, Node::Route { id, .. } if *id >= MOST_ROUTES))
    })
}

pub(super) fn has_tail_prefix(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Route { .. } => false,
        Node::Scope { prefix, nodes, .. } => {
            TAILS.iter().any(|tail| *prefix == joined(&[], tail)) || has_tail_prefix(nodes)
        }
    })
}

fn number(nodes: &mut [Node], next: &mut usize, next_guard: &mut usize) {
    for node in nodes {
        match node {
            Node::Route { id, .. } => {
                *id = *next;
                *next += 1;
            }
            Node::Scope { nodes, guard, .. } => {
                *guard = *next_guard;
                *next_guard += 1;
                number(nodes, next, next_guard);
            }
        }
    }
}

fn joined(segments: &[&str], tail: &str) -> String {
    let mut text = String::new();
    for segment in segments.iter().chain((!tail.is_empty()).then_some(&tail)) {
        text = text + "/" + segment;
    }
    let mut named = String::new();
    for (position, part) in text.split('{').enumerate() {
        // A brace behind `\d` counts.
        if position > 0 && !named.ends_with('d') {
            named = named + "{p" + &position.to_string();
        } else if position > 0 {
            named.push('{');
        }
        named += part;
    }
    named
}

/// A prefix that ends in a slash is refused, which is not the subject here.
fn path_of_prefix(segments: &[&str]) -> String {
    joined(segments, "").trim_end_matches('/').to_owned()
}
