//! The requests that a tree of routes is asked with.

use std::collections::HashSet;

use super::trees::Node;

/// The most guards of a tree. Each asks for a header field of its own.
const MOST_GUARDS: usize = 8;
/// What the paths that are asked hold in the place of a parameter, and of a tail.
const FILLINGS: [&str; 10] = ["a", "b", "c", "ab", "z", "7", "77", "n", "aa", ""];
const TAIL_FILLINGS: [&str; 14] =
    ["", "a", "b", "a/b", "7/c", "b/", "z/z/z", "/", "c/7/b", "77", "/b", "//", "/a/b", "b/z"];
/// A request: a path, a method, and the guards that let it through.
pub(super) type Asked = (String, usize, Vec<usize>);
/// Returns the requests: for each route at most so many paths that resemble its own, which pass no guard, the guards
/// around the route, or all guards.
pub(super) fn asked(nodes: &[Node], most: usize) -> Vec<Asked> {
    let mut asked = HashSet::new();
    each_path(nodes, "", &[], &mut |path, method, guards| {
        for filled in filled(path, most).into_iter().filter(|path| path.starts_with('/')) {
            let guards = [Vec::new(), guards.to_vec(), (0..MOST_GUARDS).collect()];
            asked.extend(guards.map(|guards| (filled.clone(), method, guards)));
        }
    });
    asked.into_iter().collect()
}

fn each_path(nodes: &[Node], prefix: &str, guards: &[usize], found: &mut dyn FnMut(&str, usize, &[usize])) {
    for node in nodes {
        match node {
            Node::Route { path, method, .. } => found(&format!("{prefix}{path}"), *method, guards),
            Node::Scope { prefix: own, guarded, guard, nodes } => {
                let guards: Vec<_> = guards.iter().copied().chain(guarded.then_some(*guard)).collect();
                each_path(nodes, &format!("{prefix}{own}"), &guards, found);
            }
        }
    }
}

/// Returns paths that a pattern may match: its parameters are replaced by texts that stand for them.
fn filled(pattern: &str, most: usize) -> Vec<String> {
    let (mut parts, mut rest) = (Vec::new(), pattern);
    while let Some((before, after)) = rest.split_once('{') {
        let end = after.find('}').unwrap();
        let end = if after[..end].ends_with("{2") { end + 1 } else { end };
        let (parameter, behind) = (&after[..end], &after[end + 1..]);
        rest = behind.strip_prefix('*').unwrap_or(behind);
        parts.push((before, fillings(parameter, rest.len() < behind.len())));
    }
    let all: usize = parts.iter().map(|(_, fillings)| fillings.len()).product();
    let path = |number: usize| {
        // Where there are too many paths, some of them are picked from everywhere.
        let mut left =
            if all > most { (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24) % all } else { number };
        let mut path = String::new();
        for (before, fillings) in &parts {
            path = path + before + &fillings[left % fillings.len()];
            left /= fillings.len();
        }
        path + rest
    };
    (0..all.min(most)).map(path).collect()
}

/// Returns texts for a parameter, most of which its expression matches.
fn fillings(parameter: &str, is_tail: bool) -> Vec<String> {
    let changed = |change: fn(&str) -> String| TAIL_FILLINGS.map(change).to_vec();
    match parameter.split_once(':').map(|(_, expression)| expression) {
        Some(".*" | ".+" | "[^7]*") => changed(str::to_owned),
        Some("a/.*") => changed(|tail| format!("a/{tail}")),
        Some(".*b") => changed(|tail| format!("{tail}b")),
        Some("(a|b)(/.*)?") => [changed(|tail| format!("a/{tail}")), changed(|tail| format!("b/{tail}"))]
            .concat()
            .into_iter()
            .chain(["a".to_owned(), "b".to_owned()])
            .collect(),
        None if is_tail => changed(str::to_owned),
        Some("[ab]" | "a|b") => ["a", "b", "c", ""].map(str::to_owned).to_vec(),
        Some("\\d+" | "\\d{2}") => ["77", "7", "a", "12"].map(str::to_owned).to_vec(),
        Some(_) | None => FILLINGS.map(str::to_owned).to_vec(),
    }
}
