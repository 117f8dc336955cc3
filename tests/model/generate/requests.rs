//! Random requests to an application: mostly to what is there, with credentials that somebody there accepts.

use super::authorizers::{LISTED, grants};
use crate::{
    catalogue::handlers,
    description::{
        Application, Authorizer, Body, Fault, Field, Flaw, HOST, ISSUERS, Made, Node, Place, Proof, Request,
        Scheme, Store, Text, Token,
    },
    random::Random,
};

/// What can be asked for in an application.
pub(super) struct Asking<'a> {
    targets: Vec<Target<'a>>,
    /// Every authorizer of the application.
    all: Vec<&'a Authorizer>,
    /// Tokens that are sent again and again, so that they are remembered.
    tokens: Vec<Token>,
}

#[derive(Clone)]
struct Target<'a> {
    method: String,
    pattern: String,
    /// The authorizers on the way, from the outermost inwards.
    authorizers: Vec<&'a Authorizer>,
}

impl<'a> Asking<'a> {
    pub(super) fn about(application: &'a Application, random: &mut Random) -> Self {
        let mut targets = Vec::new();
        for api in &application.apis {
            let scope = Target {
                method: "GET".to_owned(),
                pattern: api.scope.clone().unwrap_or_default(),
                authorizers: vec![&api.authorizer],
            };
            collect(&api.nodes, &scope, &mut targets);
        }
        let mut all: Vec<_> = targets.iter().flat_map(|target| target.authorizers.clone()).collect();
        all.dedup();
        let tokens = (0..8).map(|_| token(random)).collect();
        Self { targets, all, tokens }
    }

    pub(super) fn request(&mut self, random: &mut Random) -> Request {
        let nowhere =
            Target { method: "GET".to_owned(), pattern: String::new(), authorizers: self.all.clone() };
        let target = if self.targets.is_empty() { nowhere } else { random.pick(&self.targets).clone() };
        let mut request = Request {
            method: target.method,
            path: filled(random, &target.pattern),
            at: *random.pick(&[0, 0, 700]),
            ..Request::default()
        };
        if random.chance(10) {
            request.method = random.text(&["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]);
        }
        request.path = match random.below(30) {
            0 => format!("{}/", request.path),
            1 => format!("{}/nothing", request.path),
            2 => request.path.rsplit_once('/').map_or("", |(before, _)| before).to_owned(),
            3 => "/nothing".to_owned(),
            _ => request.path,
        };
        if request.path.is_empty() {
            request.path.push('/');
        }
        request.body = match random.below(10) {
            0..4 => Body::None,
            4 => Body::Malformed,
            _ => Body::Item(*random.pick(&[1, 50, 99, 100, 401, 402, 403, 404, 404, 500, 500, 503, 503])),
        };
        let mut asked = match random.below(12) {
            0 => Vec::new(),
            1 if !self.all.is_empty() => vec![*random.pick(&self.all)],
            // Groups may have authorizers of their own, which all want a credential.
            _ => target.authorizers,
        };
        if random.chance(25) {
            asked.extend(asked.first().copied());
        }
        come_from(random, &mut request);
        for authorizer in asked {
            self.present(random, authorizer, &mut request);
        }
        if random.chance(3) {
            request.authorization.push(mistake(random, "Bearer"));
        }
        request
    }

    /// Adds a credential of one of the authorizer's schemes.
    fn present(&mut self, random: &mut Random, authorizer: &Authorizer, request: &mut Request) {
        if authorizer.schemes.is_empty() {
            return;
        }
        let scheme = random.pick(&authorizer.schemes);
        let text = self.text(random, scheme, request.at);
        if scheme.place == Place::Authorization {
            let spelled = match random.below(6) {
                0 => scheme.name.to_lowercase(),
                1 => scheme.name.to_uppercase(),
                2 if random.chance(20) => "Unknown".to_owned(),
                _ => scheme.name.clone(),
            };
            let field = match random.below(20) {
                0 => mistake(random, &spelled),
                _ => Field::Credential { scheme: spelled, spaces: 1 + random.below(2), text },
            };
            // A second field makes the request malformed, so there is seldom one.
            if request.authorization.is_empty() || random.chance(10) {
                request.authorization.push(field);
            }
            return;
        }
        let by_application = matches!(scheme.place, Place::Presented(_) | Place::Connection(_));
        let is_there = request.elsewhere.iter().any(|(place, _)| *place == scheme.place);
        if is_there && (by_application || random.chance(80)) {
            return;
        }
        let text = match random.below(25) {
            0 => Text::Plain(String::new()),
            1 if !by_application => Text::Plain("caf\u{e9}".to_owned()),
            _ => text,
        };
        if random.chance(4) && !by_application {
            request.elsewhere.push((scheme.place.clone(), text.clone()));
        }
        request.elsewhere.push((scheme.place.clone(), text));
    }

    /// Returns the credential itself, mostly a good one.
    fn text(&mut self, random: &mut Random, scheme: &Scheme, now: u64) -> Text {
        match &scheme.proof {
            _ if random.chance(4) => Text::Plain("nobodys".to_owned()),
            Proof::Accounts(store) => match name(random, store) {
                Some(name) => Text::Plain(name),
                None => Text::Token(token(random)),
            },
            Proof::Keys(_, beside) if !beside.is_empty() && random.chance(50) => {
                self.token_of(random, beside)
            }
            Proof::Keys(store, _) => Text::Key(made(random, store, now)),
            Proof::Passwords(store) => Text::Password(made(random, store, now)),
            Proof::Sessions(store) => Text::Session(made(random, store, now)),
            Proof::Tokens(issuers) => self.token_of(random, issuers),
        }
    }

    fn token_of<T>(&mut self, random: &mut Random, issuers: &[(String, T)]) -> Text {
        let mut token = if random.chance(40) { random.pick(&self.tokens).clone() } else { token(random) };
        if let Some((issuer, _)) = issuers.get(random.below(issuers.len().max(1)))
            && random.chance(90)
        {
            token.grants.issuer = Some(issuer.clone());
        }
        Text::Token(token)
    }
}

/// Says where a request comes from, mostly nowhere, and what it wants to become.
fn come_from(random: &mut Random, request: &mut Request) {
    let own = format!("https://{HOST}");
    if random.chance(25) {
        request.site = vec![random.text(&["same-origin", "none", "same-site", "cross-site", "cross-site"])];
    }
    if random.chance(25) {
        let near = format!("https://{HOST}:8443");
        request.origin = vec![random.text(&[&own, LISTED, LISTED, "https://evil.example", "null", &near])];
    }
    for values in [&mut request.site, &mut request.origin] {
        if random.chance(5) {
            values.extend(values.first().cloned());
        }
    }
    if random.chance(8) {
        (request.upgrade, request.body) = (true, Body::None);
    }
    request.away = random.chance(5);
}

/// Returns the name of somebody in a store, mostly of somebody good.
fn name(random: &mut Random, Store { accounts, .. }: &Store) -> Option<String> {
    let good = accounts.len().saturating_sub(4);
    match accounts.as_slice() {
        [] => None,
        _ if random.chance(5) => Some("is-down".to_owned()),
        _ if random.chance(80) => Some(random.pick(&accounts[good..]).credential.clone()),
        _ => Some(random.pick(accounts).credential.clone()),
    }
}

/// Makes a key, a password or a session, mostly a good one.
fn made(random: &mut Random, store: &Store, now: u64) -> Made {
    let name = name(random, store).unwrap_or_else(|| "nobody".to_owned());
    let flaw = match random.below(20) {
        0 => Flaw::Garbled,
        1 => Flaw::Wrong,
        _ => Flaw::None,
    };
    // Sessions end soon. These are of this side of each end, and of the other.
    let early = [(0, 0), (0, 0), (0, 0), (0, 0), (60, 60), (61, 61)];
    let late = [(0, 0), (10, 500), (11, 500), (400, 400), (401, 401), (650, 695), (600, 696), (700, 700)];
    let (began, used) = *if now == 0 { random.pick(&early) } else { random.pick(&late) };
    Made { name, flaw, began, used }
}

fn token(random: &mut Random) -> Token {
    let mut grants = grants(random);
    grants.issuer = (!random.chance(5)).then(|| random.text(&ISSUERS));
    let fault = match random.below(60) {
        0 => Fault::Audience,
        1 => Fault::Early,
        2 => Fault::NoExpiry,
        3 => Fault::Signature,
        4 => Fault::Type,
        _ => Fault::None,
    };
    Token { grants, expires: *random.pick(&[0, 600, 600, 6000, 6000, 6000, 6000, 6000, 6000, 6000]), fault }
}

fn mistake(random: &mut Random, scheme: &str) -> Field {
    let behind = |text: &str| {
        let text = Text::Plain(text.to_owned());
        Field::Credential { scheme: scheme.to_owned(), spaces: 1, text }
    };
    match random.below(6) {
        0 => behind(""),
        1 => behind("two words"),
        2 => behind("a*b"),
        3 => Field::Glued { scheme: scheme.to_owned(), glue: random.text(&["\t", "=", ":", "/", "\""]) },
        4 => behind(&format!("abc, {} abc", random.text(&["Bearer", "Basic", "Unknown"]))),
        _ => Field::Empty,
    }
}

fn filled(random: &mut Random, pattern: &str) -> String {
    let fill = |part: &str| match part {
        "{team}" => random.text(&["red", "red", "blue", "green"]),
        "{any}" | "{some}" | "{other}" => random.text(&["a", "b", "nothing", "1"]),
        rest if rest.starts_with('{') && rest.ends_with(":.*}") => random.text(&["1", "a/b", "3/x", "", "2"]),
        id if id.starts_with('{') => {
            random.text(&["1", "1", "1", "2", "2", "3", "4", "5", "6", "7", "8", "8", "999", "abc"])
        }
        word => word.to_owned(),
    };
    pattern.split('/').map(fill).collect::<Vec<_>>().join("/")
}

fn collect<'a>(nodes: &'a [Node], around: &Target<'a>, targets: &mut Vec<Target<'a>>) {
    for node in nodes {
        let inside = |path: &str| Target { pattern: format!("{}{path}", around.pattern), ..around.clone() };
        match node {
            Node::Route { path, method, .. } => {
                targets.push(Target { method: method.clone(), ..inside(path) });
            }
            Node::Service { handler } => {
                let found = handlers().into_iter().find(|known| known.name == handler);
                if let Some((path, methods)) = found.and_then(|handler| handler.route) {
                    let of_method = |method: &&str| Target { method: (*method).to_owned(), ..inside(path) };
                    targets.extend(methods.iter().map(of_method));
                }
            }
            Node::Open { path } => targets.push(inside(path)),
            Node::Group(group) => {
                let mut scope = inside(&group.prefix);
                scope.authorizers.extend(&group.authorizer);
                collect(&group.nodes, &scope, targets);
            }
        }
    }
}
