//! Random trees of routes: what `Api::new` says about them is what actix-web does with them.

use std::collections::{HashMap, HashSet};

use actix_web::{
    App, HttpResponse, guard,
    http::Method,
    rt::System,
    test::{TestRequest, call_service, init_service, read_body},
    web::{self, ServiceConfig},
};
use auth_runtime::{Api, Group, Routes, public};
use auth_tests::Issuer;
use proptest::prelude::*;

/// The most routes of a tree: each has a handler of its own.
const MOST_ROUTES: usize = 9;
const METHODS: [Method; 2] = [Method::GET, Method::POST];
/// The most guards of a tree. Each asks for a header field of its own.
const MOST_GUARDS: usize = 8;
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
/// What the paths that are asked hold in the place of a parameter, and of a tail.
const FILLINGS: [&str; 10] = ["a", "b", "c", "ab", "z", "7", "77", "n", "aa", ""];
const TAIL_FILLINGS: [&str; 14] =
    ["", "a", "b", "a/b", "7/c", "b/", "z/z/z", "/", "c/7/b", "77", "/b", "//", "/a/b", "b/z"];
/// The most paths that are asked for each route.
const MOST_PATHS: usize = 200;

#[derive(Clone, Debug)]
enum Node {
    Route { id: usize, path: String, method: usize },
    Scope { prefix: String, guarded: bool, guard: usize, nodes: Vec<Node> },
}

/// A request: a path, a method, and the guards that let it through.
type Asked = (String, usize, Vec<usize>);
/// Who answers; `None` for nobody.
type Answers = HashMap<Asked, Option<usize>>;

#[public("it tells its name")]
async fn named<const ID: usize>() -> String {
    ID.to_string()
}

fn guard_of(number: usize) -> impl guard::Guard {
    guard::fn_guard(move |context| context.head().headers().contains_key(format!("x-guard-{number}")))
}

fn register(nodes: &[Node], routes: &mut Routes<'_>) {
    for node in nodes {
        match node {
            Node::Route { id, path, method } => {
                let method = METHODS[*method].clone();
                match id {
                    0 => routes.route(path, method, named::<0>),
                    1 => routes.route(path, method, named::<1>),
                    2 => routes.route(path, method, named::<2>),
                    3 => routes.route(path, method, named::<3>),
                    4 => routes.route(path, method, named::<4>),
                    5 => routes.route(path, method, named::<5>),
                    6 => routes.route(path, method, named::<6>),
                    7 => routes.route(path, method, named::<7>),
                    _ => routes.route(path, method, named::<8>),
                };
            }
            Node::Scope { prefix, guarded, guard, nodes } => {
                let mut group = Group::new(prefix);
                if *guarded {
                    group = group.guard(guard_of(*guard));
                }
                routes.group(group, |routes| register(nodes, routes));
            }
        }
    }
}

/// Registers the same without an `Api`.
fn register_plainly(nodes: &[Node], add: &mut dyn FnMut(Service)) {
    for node in nodes {
        match node {
            Node::Route { id, path, method } => {
                let name = id.to_string();
                let handler = move || std::future::ready(HttpResponse::Ok().body(name.clone()));
                let guarded = web::method(METHODS[*method].clone()).to(handler);
                add(Service::Route(path.clone(), guarded));
            }
            Node::Scope { prefix, guarded, guard, nodes } => {
                let mut scope = web::scope(prefix);
                if *guarded {
                    scope = scope.guard(guard_of(*guard));
                }
                let scope =
                    scope.configure(|config| register_plainly(nodes, &mut |service| service.add(config)));
                add(Service::Scope(scope));
            }
        }
    }
}

enum Service {
    Route(String, actix_web::Route),
    Scope(actix_web::Scope),
}

impl Service {
    fn add(self, config: &mut ServiceConfig) {
        match self {
            Self::Route(path, route) => config.route(&path, route),
            Self::Scope(scope) => config.service(scope),
        };
    }
}

fn answers(configure: impl FnOnce(&mut ServiceConfig), asked: &[Asked]) -> Answers {
    System::new().block_on(async {
        let app = init_service(App::new().configure(configure)).await;
        let mut answers = Answers::new();
        for (path, method, guards) in asked {
            let mut request = TestRequest::with_uri(path).method(METHODS[*method].clone());
            for guard in guards {
                request = request.insert_header((format!("x-guard-{guard}"), "open"));
            }
            let response = call_service(&app, request.to_request()).await;
            let is_found = response.status().is_success();
            let body = read_body(response).await;
            let name = is_found.then(|| std::str::from_utf8(&body).unwrap().parse().unwrap());
            answers.insert((path.clone(), *method, guards.clone()), name);
        }
        answers
    })
}

fn plain_answers(nodes: &[Node], asked: &[Asked]) -> Answers {
    answers(|config| register_plainly(nodes, &mut |service| service.add(config)), asked)
}

/// Returns the tree without the nodes that `keep` refuses.
fn kept(nodes: &[Node], keep: &dyn Fn(&Node) -> bool) -> Vec<Node> {
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

fn routes_of(nodes: &[Node]) -> HashMap<usize, bool> {
    let mut routes = HashMap::new();
    each_route(nodes, false, &mut |id, guarded| {
        routes.insert(id, guarded);
    });
    routes
}

/// Returns the tree with nothing but one route and the scopes around it.
fn alone(nodes: &[Node], wanted: usize) -> Vec<Node> {
    kept(nodes, &|node| match node {
        Node::Route { id, .. } => *id == wanted,
        Node::Scope { nodes, .. } => routes_of(nodes).contains_key(&wanted),
    })
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
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

fn has_tail_prefix(nodes: &[Node]) -> bool {
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

/// Returns the requests: for each route paths that resemble its own, which pass no guard, the guards around the route, or
/// all guards.
fn asked(nodes: &[Node]) -> Vec<Asked> {
    let mut asked = HashSet::new();
    each_path(nodes, "", &[], &mut |path, method, guards| {
        for filled in filled(path).into_iter().filter(|path| path.starts_with('/')) {
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

/// Returns paths that a pattern may match: its parameters are replaced by every text that stands for one.
fn filled(pattern: &str) -> Vec<String> {
    let Some((before, after)) = pattern.split_once('{') else { return vec![pattern.to_owned()] };
    let end = after.find('}').unwrap();
    let end = if after[..end].ends_with("{2") { end + 1 } else { end };
    let (parameter, behind) = (&after[..end], &after[end + 1..]);
    let is_tail = behind.starts_with('*');
    let behind = filled(behind.strip_prefix('*').unwrap_or(behind));
    let fillings = fillings(parameter, is_tail);
    let all =
        fillings.iter().flat_map(|filling| behind.iter().map(move |rest| format!("{before}{filling}{rest}")));
    let all: Vec<_> = all.collect();
    // Every so manieth is taken if there are too many.
    let step = all.len().div_ceil(MOST_PATHS) | 1;
    all.into_iter().step_by(step).collect()
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

/// Finds the handler in a text such as `properties::routing::named<3>`.
fn id_in(text: &str) -> Option<usize> {
    text.split_once("named<")?.1.split_once('>')?.0.parse().ok()
}

/// Returns the tree without what the error refuses, which nobody may have reached.
fn without_refused(nodes: &[Node], error: &str, reached: &HashSet<usize>) -> Vec<Node> {
    let refused = if let Some((_, second)) = error.split_once(" and by ") {
        id_in(second)
    } else {
        let (what, _) = error.split_once(" would never be asked").expect(error);
        id_in(what)
    };
    if let Some(refused) = refused {
        assert!(!reached.contains(&refused), "{error}, but it is reached: {nodes:#?}");
        return kept(nodes, &|node| !matches!(node, Node::Route { id, .. } if *id == refused));
    }
    // A scope is refused. Any scope that nobody reaches may be the one.
    let is_dead = |node: &Node| match node {
        Node::Scope { nodes, .. } => routes_of(nodes).keys().all(|id| !reached.contains(id)),
        Node::Route { .. } => false,
    };
    let left = kept(nodes, &|node| !is_dead(node));
    assert!(
        format!("{left:?}").len() < format!("{nodes:?}").len(),
        "{error}, but each is reached: {nodes:#?}"
    );
    left
}

/// Returns the routes that some request reaches.
fn reached(answers: &Answers) -> HashSet<usize> {
    answers.values().flatten().copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_table_says_who_answers(mut nodes in nodes()) {
        let asked = asked(&nodes);
        let authorizer = Issuer::default().authorizer();
        let api = loop {
            let tree = nodes.clone();
            match Api::new(authorizer.clone(), move |routes: &mut Routes<'_>| register(&tree, routes)) {
                Ok(api) => break api,
                Err(error) => {
                    let reached = reached(&plain_answers(&nodes, &asked));
                    nodes = without_refused(&nodes, &error.to_string(), &reached);
                }
            }
        };
        let answers = answers(api.routes(), &asked);
        prop_assert_eq!(&answers, &plain_answers(&nodes, &asked));
        let (reached, guarded) = (reached(&answers), routes_of(&nodes));
        for endpoint in api.endpoints().iter() {
            let id = id_in(&endpoint.handler).unwrap();
            prop_assert!(reached.contains(&id), "{} is not reached: {:#?}", endpoint.path, nodes);
            let method = METHODS.iter().position(|method| endpoint.methods == [method.as_str()]).unwrap();
            let asked: Vec<_> = asked.iter().filter(|request| request.1 == method).cloned().collect();
            let own = plain_answers(&alone(&nodes, id), &asked);
            let own = own.iter().filter(|(_, answer)| answer.is_some());
            let partly = &endpoint.partly_answered_by;
            let names: Vec<_> = partly.iter().filter_map(|name| id_in(name)).collect();
            let by_scopes = partly.iter().any(|name| name.starts_with("scope "));
            let mut taken = 0;
            for (request, _) in own {
                let Some(answer) = answers[request] else {
                    taken += 1;
                    // A scope in front, which has nothing there. Two that are behind guards are not compared.
                    prop_assert!(by_scopes || guarded[&id], "{:?} of {}: {:#?}", request, endpoint.path, nodes);
                    continue;
                };
                if answer != id {
                    taken += 1;
                    prop_assert!(
                        names.contains(&answer) || by_scopes || (guarded[&id] && guarded[&answer]),
                        "{:?} of {} is answered by {}: {:#?}", request, endpoint.path, answer, nodes
                    );
                }
            }
            // Behind a prefix with a tail the mark may be one too many, because the prefix takes what it can.
            let is_marked = !partly.is_empty() && !has_tail_prefix(&nodes);
            prop_assert!(!is_marked || taken > 0, "{} is marked for nothing: {:#?}", endpoint.path, nodes);
        }
    }
}
