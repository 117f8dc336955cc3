//! Random cases. Every setting of a description occurs often enough to have an effect.

mod authorizers;
mod requests;

use crate::{
    catalogue::handlers,
    description::{
        Api, Application, Argument, Case, Group, Handler, Hide, ISSUERS, Node, Page, ROLES, SCOPES, Tree,
    },
    generate::{authorizers::authorizer, requests::Asking},
    random::Random,
};

const METHODS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];
const WORDS: [&str; 5] = ["a", "b", "c", "d", "1"];

/// Makes a case with so many requests.
pub(crate) fn case(random: &mut Random, requests: usize) -> Case {
    let application = application(random);
    let mut asking = Asking::about(&application, random);
    let requests = (0..requests).map(|_| asking.request(random)).collect();
    Case { application, requests }
}

fn application(random: &mut Random) -> Application {
    let count = *random.pick(&[1, 1, 1, 2, 2, 3]);
    let page = *random.pick(&[None, Some(Page::Text), Some(Page::Html)]);
    let mut application = Application { page, apis: Vec::new() };
    for prefix in ["/one", "/two", "/three"].into_iter().take(count) {
        let is_scoped = random.chance(50);
        let gate = is_scoped && random.chance(40);
        let authorizer = match application.apis.first() {
            Some(Api { authorizer, .. }) if random.chance(15) => authorizer.clone(),
            _ => authorizer(random),
        };
        let mut nodes = Level::new(handlers(), gate).nodes(random, 0);
        let mut scope = None;
        if is_scoped {
            let is_whole = count == 1 && random.chance(15);
            scope = Some(if is_whole { "" } else { prefix }.to_owned());
        } else if count > 1 {
            // Two of them in one application need prefixes that differ.
            nodes = vec![Node::Group(Group { prefix: prefix.to_owned(), nodes, ..Group::default() })];
        }
        application.apis.push(Api { scope, gate, authorizer, nodes });
    }
    application
}

/// What may be registered in a group.
struct Level {
    handlers: Vec<Handler>,
    /// Behind a gate there is no other authorizer.
    gate: bool,
    /// Whether a prefix names a team.
    in_team: bool,
}

impl Level {
    fn new(handlers: Vec<Handler>, gate: bool) -> Self {
        Self { handlers, gate, in_team: false }
    }

    fn nodes(&self, random: &mut Random, depth: usize) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut taken = Vec::new();
        let count = 1 + random.below(6);
        let mut prefixes = vec!["/g", "/h"];
        prefixes.extend((!self.in_team).then_some("/t/{team}"));
        for _ in 0..count {
            match random.below(10) {
                0..2 if depth < 3 && !prefixes.is_empty() => {
                    let prefix = prefixes.remove(random.below(prefixes.len()));
                    nodes.push(Node::Group(self.group(random, prefix, depth)));
                }
                2 => {
                    let routed: Vec<_> = self.handlers.iter().filter(|it| it.route.is_some()).collect();
                    let handler = random.pick(&routed).name;
                    if !taken.contains(&handler.to_owned()) {
                        taken.push(handler.to_owned());
                        nodes.push(Node::Service { handler: handler.to_owned() });
                    }
                }
                3 if !taken.contains(&"open".to_owned()) => {
                    taken.push("open".to_owned());
                    nodes.push(Node::Open { path: "/open".to_owned() });
                }
                _ => {
                    let Node::Route { path, method, handler } = self.route_of(random) else { continue };
                    let shape = format!("{method} {}", shape(&path));
                    if !taken.contains(&shape) {
                        taken.push(shape);
                        nodes.push(Node::Route { path, method, handler });
                    }
                }
            }
        }
        if depth < 3 && random.chance(6) {
            nodes.push(Node::Group(self.group(random, "", depth)));
        }
        nodes
    }

    fn group(&self, random: &mut Random, prefix: &str, depth: usize) -> Group {
        let count = *random.pick(&[0, 1, 1, 2]);
        let requires = (0..count).map(|_| (tree(random, 0), *random.pick(&HIDES))).collect();
        let inside = Self {
            handlers: self.handlers.clone(),
            gate: self.gate,
            in_team: self.in_team || prefix.contains("team"),
        };
        let authorizer = (!self.gate && random.chance(25)).then(|| authorizer(random));
        Group { prefix: prefix.to_owned(), requires, authorizer, nodes: inside.nodes(random, depth + 1) }
    }

    /// Registers a plain function with a path that has what its arguments look for, or nearly always.
    fn route_of(&self, random: &mut Random) -> Node {
        // Rules and resources come last, so they have to occur more often than others.
        let is_rare =
            |it: &&Handler| it.rule.is_some() || it.arguments.iter().any(|one| !COMMON.contains(one));
        let rare_only = random.chance(35);
        let functions: Vec<_> =
            self.handlers.iter().filter(|it| it.route.is_none() && (!rare_only || is_rare(it))).collect();
        let handler = random.pick(&functions);
        let has = |argument| handler.arguments.contains(&argument);
        let is_of_documents =
            [Argument::Read, Argument::Edit, Argument::Vanish, Argument::TryEdit].into_iter().any(has);
        let word = random.text(&WORDS);
        let path = if random.chance(4) {
            format!("/{word}/{{some}}/{{other}}")
        } else if is_of_documents {
            random.text(&["/{id}", "/docs/{id}", "/a/{id}", "/files/{id:.*}"])
        } else if has(Argument::Page) {
            random.text(if self.in_team { &["/{page}"] } else { &["/teams/{team}/{page}", "/{team}/{page}"] })
        } else if has(Argument::Team) {
            random.text(if self.in_team { &["/members"] } else { &["/teams/{team}", "/{team}"] })
        } else {
            match random.below(8) {
                0 => "/{any}".to_owned(),
                1 => format!("/{word}/{{any}}"),
                2 => format!("/{word}/{{rest:.*}}"),
                3 => format!("/{word}/{}", random.text(&WORDS)),
                _ => format!("/{word}"),
            }
        };
        // Whoever only reads may not be registered for a method that changes something.
        let acts = [Argument::Edit, Argument::Vanish, Argument::TryEdit, Argument::Page].into_iter().any(has);
        let reads = !acts && (has(Argument::Read) || has(Argument::Team));
        let method = if reads { "GET".to_owned() } else { random.text(&METHODS) };
        Node::Route { path, method, handler: handler.name.to_owned() }
    }
}

const COMMON: [Argument; 5] =
    [Argument::Principal, Argument::Maybe, Argument::Attempt, Argument::Item, Argument::Session];

/// Returns a path without the names of its parameters.
fn shape(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

const HIDES: [Hide; 3] = [Hide::Never, Hide::Unauthorized, Hide::Anonymous];

fn tree(random: &mut Random, depth: usize) -> Tree {
    let several = |random: &mut Random| (0..=random.below(3)).map(|_| tree(random, depth + 1)).collect();
    match random.below(if depth < 3 { 14 } else { 10 }) {
        0 => Tree::Authenticated,
        1 => Tree::Issuer(random.text(&[ISSUERS[0], ISSUERS[1], "scheme:ApiKey", "https://desk.example"])),
        2 => Tree::Scheme(random.text(&["Bearer", "Session", "ApiKey", "apikey", "session"])),
        3 => Tree::RoleOfEnum(random.text(&["auditor", "auditor", "admin"])),
        4 => Tree::ScopeOfEnum(random.text(&["read", "read", "write", "all"])),
        5 | 6 => Tree::Role(random.pick(&ROLES).0.to_owned()),
        7..10 => Tree::Scope(random.pick(&SCOPES).0.to_owned()),
        10 | 11 => Tree::All(several(random)),
        _ => Tree::Any(several(random)),
    }
}
