//! Random trees of routes: what `Api::new` says about them is what actix-web does with them.

mod requests;
mod trees;

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

use self::{
    requests::{Asked, asked},
    trees::{Node, alone, has_tail_prefix, kept, nodes, routes_of},
};

const METHODS: [Method; 2] = [Method::GET, Method::POST];
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

/// Finds the handler in a text such as `properties::routing::named<3>`.
fn id_in(text: &str) -> Option<usize> {
    text.split_once("named<")?.1.split_once('>')?.0.parse().ok()
}

/// Returns the tree without what the error refuses, which nobody may have reached.
fn without_refused(nodes: &[Node], error: &str, reached: &HashSet<usize>) -> Vec<Node> {
    let refused = if let Some((_, second)) = error.split_once(" and by ") {
        id_in(second)
    } else {
        let (what, _) = error.split_once(" would never be asked").unwrap();
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

/// Returns whether a path that the route answers alone is answered otherwise in the tree. Paths that resemble those of
/// the others are asked too, because few of its own may be theirs.
fn is_taken_by_another(nodes: &[Node], id: usize) -> bool {
    let alone = alone(nodes, id);
    let requests: Vec<_> = asked(&alone, 20_000).into_iter().chain(asked(nodes, 5_000)).collect();
    let (own, all) = (plain_answers(&alone, &requests), plain_answers(nodes, &requests));
    own.iter().any(|(request, answer)| answer.is_some() && all[request] != Some(id))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_table_says_who_answers(mut nodes in nodes()) {
        let requests = asked(&nodes, 200);
        let authorizer = Issuer::default().authorizer();
        let api = loop {
            let tree = nodes.clone();
            match Api::new(authorizer.clone(), move |routes: &mut Routes<'_>| register(&tree, routes)) {
                Ok(api) => break api,
                Err(error) => {
                    let reached = reached(&plain_answers(&nodes, &requests));
                    nodes = without_refused(&nodes, &error.to_string(), &reached);
                }
            }
        };
        let answers = answers(api.routes(), &requests);
        prop_assert_eq!(&answers, &plain_answers(&nodes, &requests));
        let (reached, guarded) = (reached(&answers), routes_of(&nodes));
        for endpoint in api.endpoints().iter() {
            let id = id_in(&endpoint.handler).unwrap();
            // A few paths do not stand for all of them, so in doubt many are asked.
            let many = || plain_answers(&nodes, &asked(&alone(&nodes, id), 20_000));
            // Behind a prefix with a tail a route is accepted in doubt.
            let in_doubt = has_tail_prefix(&nodes);
            let is_reached = in_doubt || reached.contains(&id) || many().values().any(|answer| *answer == Some(id));
            prop_assert!(is_reached, "{} is not reached: {:#?}", endpoint.path, nodes);
            let method = METHODS.iter().position(|method| endpoint.methods == [method.as_str()]).unwrap();
            let requests: Vec<_> = requests.iter().filter(|request| request.1 == method).cloned().collect();
            let own = plain_answers(&alone(&nodes, id), &requests);
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
            let is_marked = !partly.is_empty() && !in_doubt;
            let is_taken = taken > 0 || !is_marked || is_taken_by_another(&nodes, id);
            prop_assert!(is_taken, "{} is marked for nothing: {:#?}", endpoint.path, nodes);
        }
    }
}
