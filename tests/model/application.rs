//! The real application of a description.

mod schemes;

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::{App, HttpRequest, HttpResponse, http::Method, web};
use auth_runtime::{
    Api, Authorizer, ConfigError, Denial, Group, Hide, InvalidCredential, Requirement, Routes, TestServer,
    middleware::GroupRequirement,
    revocation::{RevocationList, Revocations, VerifiedToken},
};
use auth_tests::issuer::NOW;

use crate::{
    arguments::Trace,
    catalogue::{Permission, Staff, register, register_routed},
    description::{self, Application, ISSUERS, LOGGED_OUT, Node, Page, Place, Proof, REVOKED, Tree},
    desk::{COOKIE, Memory, sessions},
};

/// A running application.
pub(crate) struct Running {
    pub(crate) server: TestServer,
    pub(crate) trace: Trace,
    /// The seconds since the beginning.
    pub(crate) clock: Clock,
    pub(crate) sessions: Memory,
}

/// A clock that a case sets.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    /// Returns the time so many seconds after the beginning.
    pub(crate) fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW + seconds)
    }

    pub(crate) fn read(&self) -> impl Fn() -> SystemTime + Send + Sync + use<> {
        let seconds = Arc::clone(&self.0);
        move || Self::at(seconds.load(Ordering::SeqCst))
    }
}

/// Returns the secret that an issuer shares with the services.
pub(crate) fn secret(issuer: &str) -> [u8; 32] {
    let mut secret = *b"a secret of exactly 32 bytes....";
    secret[31] = ISSUERS.iter().position(|known| *known == issuer).map_or(b'x', |at| b"012"[at]);
    secret
}

impl Running {
    /// Starts the application.
    ///
    /// # Errors
    /// The text says why the builders refuse the application.
    pub(crate) fn start(application: &Application) -> Result<Self, String> {
        let (clock, trace) = (Clock::default(), Trace::default());
        let memory = Memory::default();
        let sessions = sessions(memory.clone(), &clock);
        let making = schemes::Parts { clock: &clock, trace: &trace, sessions: &sessions };
        let parts = Parts::of(application, &making)?;
        let mut apis = Vec::new();
        for api in &application.apis {
            check(&api.nodes)?;
            let authorizer = parts.authorizer(&api.authorizer);
            let routes = routes(Arc::new(api.nodes.clone()), parts.clone());
            let gate = api.gate.then(|| authorizer.gate());
            let made = Api::new(authorizer, routes).map_err(|error| error.to_string())?;
            apis.push((api.scope.clone(), gate, made));
        }
        let data = web::Data::new(trace.clone());
        let server = TestServer::start(move || {
            let app = App::new().app_data(data.clone()).configure(|config| {
                for (scope, gate, api) in &apis {
                    match (scope, gate) {
                        (None, _) => _ = config.configure(api.routes()),
                        (Some(prefix), None) => {
                            config.service(web::scope(prefix).configure(api.routes()));
                        }
                        (Some(prefix), Some(gate)) => {
                            config.service(web::scope(prefix).configure(api.routes()).wrap(gate.clone()));
                        }
                    }
                }
            });
            app.wrap(sessions.middleware())
        });
        Ok(Self { server, trace, clock, sessions: memory })
    }
}

/// Refuses what the types of the runtime cannot express.
fn check(nodes: &[Node]) -> Result<(), String> {
    fn is_sound(tree: &Tree) -> bool {
        match tree {
            Tree::All(trees) | Tree::Any(trees) => !trees.is_empty() && trees.iter().all(is_sound),
            _ => true,
        }
    }
    for node in nodes {
        if let Node::Group(group) = node {
            if group.requires.len() > 2 || !group.requires.iter().all(|(tree, _)| is_sound(tree)) {
                return Err("a group requires what cannot be said".to_owned());
            }
            check(&group.nodes)?;
        }
    }
    Ok(())
}

/// What the routes need, made once for each description.
#[derive(Clone)]
struct Parts(Arc<Vec<(description::Authorizer, Authorizer)>>);

impl Parts {
    fn of(application: &Application, making: &schemes::Parts<'_>) -> Result<Self, String> {
        let mut described = Vec::new();
        for api in &application.apis {
            described.push(&api.authorizer);
            collect(&api.nodes, &mut described);
        }
        let mut made: Vec<(description::Authorizer, Authorizer)> = Vec::new();
        for authorizer in described {
            if !made.iter().any(|(known, _)| known == authorizer) {
                if !authorizer.schemes.iter().all(has_its_name) {
                    return Err("sessions and passwords have names and places of their own".to_owned());
                }
                let built = build(authorizer, application.page, making).map_err(|error| error.to_string())?;
                made.push((authorizer.clone(), built));
            }
        }
        Ok(Self(Arc::new(made)))
    }

    fn authorizer(&self, described: &description::Authorizer) -> Authorizer {
        let found = self.0.iter().find(|(known, _)| known == described);
        found.expect("an authorizer of the application").1.clone()
    }
}

fn has_its_name(scheme: &description::Scheme) -> bool {
    match scheme.proof {
        Proof::Sessions(_) => scheme.name == "Session" && scheme.place == Place::Cookie(COOKIE.to_owned()),
        Proof::Passwords(_) => scheme.name == "Basic" && scheme.place == Place::Authorization,
        _ => true,
    }
}

fn collect<'a>(nodes: &'a [Node], authorizers: &mut Vec<&'a description::Authorizer>) {
    for node in nodes {
        if let Node::Group(group) = node {
            authorizers.extend(&group.authorizer);
            collect(&group.nodes, authorizers);
        }
    }
}

fn text_page(_: &HttpRequest) -> HttpResponse {
    page(Page::Text)
}

fn html_page(_: &HttpRequest) -> HttpResponse {
    page(Page::Html)
}

fn page(page: Page) -> HttpResponse {
    let (kind, body, field) = page.parts();
    let mut answer = HttpResponse::NotFound();
    if let Some(field) = field {
        answer.insert_header(field);
    }
    answer.content_type(kind).body(body)
}

fn build(
    described: &description::Authorizer,
    page: Option<Page>,
    making: &schemes::Parts<'_>,
) -> Result<Authorizer, ConfigError> {
    let mut builder = Authorizer::builder().clock(making.clock.read());
    for scheme in &described.schemes {
        builder = builder.scheme(making.scheme(scheme)?);
    }
    if let Some(realm) = &described.realm {
        builder = builder.realm(realm);
    }
    if described.challenge_scopes {
        builder = builder.challenge_scopes();
    }
    if described.metadata {
        builder = builder.resource_metadata(description::METADATA);
    }
    if described.without_token_cache {
        builder = builder.without_token_cache();
    }
    if described.revokes || described.logged_out.is_some() {
        builder = builder.revocations(Revoked::of(described, making.clock));
    }
    let builder = match page {
        None => builder,
        Some(Page::Text) => builder.not_found(text_page),
        Some(Page::Html) => builder.not_found(html_page),
    };
    builder.build()
}

/// Revokes what belongs to somebody, after a while, and what an issuer has logged out.
struct Revoked {
    clock: Option<Clock>,
    logged_out: RevocationList,
}

impl Revoked {
    fn of(described: &description::Authorizer, clock: &Clock) -> Self {
        let logged_out = RevocationList::new();
        if let Some((issuer, until)) = &described.logged_out {
            logged_out.revoke_subject(issuer, LOGGED_OUT, Clock::at(*until)).expect("no list of issuers");
        }
        Self { clock: described.revokes.then(|| clock.clone()), logged_out }
    }
}

impl Revocations for Revoked {
    fn check(&self, token: &VerifiedToken<'_>) -> Result<(), Denial> {
        let (subject, from) = REVOKED;
        let is_late = self.clock.as_ref().is_some_and(|clock| clock.0.load(Ordering::SeqCst) >= from);
        if token.principal().subject() == Some(subject) && is_late {
            return Err(InvalidCredential::Revoked.into());
        }
        self.logged_out.check(token)
    }
}

fn routes(nodes: Arc<Vec<Node>>, parts: Parts) -> impl Fn(&mut Routes<'_>) + Clone + Send + 'static {
    move |routes| add(&nodes, &parts, routes)
}

fn add(nodes: &[Node], parts: &Parts, routes: &mut Routes<'_>) {
    for node in nodes {
        match node {
            Node::Route { path, method, handler } => {
                let method = Method::from_bytes(method.as_bytes()).expect("a method");
                assert!(register(routes, handler, path, method), "no function is called `{handler}`");
            }
            Node::Service { handler } => {
                assert!(register_routed(routes, handler), "no route is called `{handler}`");
            }
            Node::Open { path } => {
                let service = web::resource(path.as_str()).to(open);
                routes.public_service(path, "somebody else's", service);
            }
            Node::Group(described) => add_group(described, parts, routes),
        }
    }
}

async fn open(trace: web::Data<Trace>) -> String {
    trace.ran("open", &[])
}

fn add_group(described: &description::Group, parts: &Parts, routes: &mut Routes<'_>) {
    let mut group = Group::new(&described.prefix);
    let mut inside = routes.authorizer().clone();
    if let Some(own) = &described.authorizer {
        inside = parts.authorizer(own);
        group = group.authorizer(&inside);
    }
    let require = |(tree, hide): &(Tree, description::Hide)| -> GroupRequirement {
        let hide = match hide {
            description::Hide::Never => Hide::Never,
            description::Hide::Unauthorized => Hide::Unauthorized,
            description::Hide::Anonymous => Hide::Anonymous,
        };
        inside.require(requirement(tree)).hide(hide)
    };
    let register = |routes: &mut Routes<'_>| add(&described.nodes, parts, routes);
    match described.requires.as_slice() {
        [] => routes.group(group, register),
        [only] => routes.group(group.wrap(require(only)), register),
        // What is wrapped last is outermost.
        [outer, inner, ..] => routes.group(group.wrap(require(inner)).wrap(require(outer)), register),
    };
}

/// Returns the requirement of a tree. Requirements are constants, so each one is leaked, once.
fn requirement(tree: &Tree) -> Requirement {
    static KNOWN: LazyLock<Mutex<HashMap<Tree, Requirement>>> = LazyLock::new(Mutex::default);
    if let Some(known) = KNOWN.lock().unwrap().get(tree) {
        return *known;
    }
    let list = |trees: &[Tree]| -> &'static [Requirement] {
        Box::leak(trees.iter().map(requirement).collect::<Vec<_>>().into_boxed_slice())
    };
    let name = |name: &str| -> &'static str { Box::leak(name.to_owned().into_boxed_str()) };
    let made = match tree {
        Tree::All(trees) => Requirement::all(list(trees)),
        Tree::Any(trees) => Requirement::any(list(trees)),
        Tree::Authenticated => Requirement::authenticated(),
        Tree::Issuer(issuer) => Requirement::issuer(name(issuer)),
        Tree::Role(role) => Requirement::role(name(role)),
        Tree::Scheme(scheme) => Requirement::scheme(name(scheme)),
        Tree::Scope(scope) => Requirement::scope(name(scope)),
        Tree::RoleOfEnum(role) => {
            let staff = if role == "admin" { Staff::Admin } else { Staff::Auditor };
            Requirement::of_role(staff.as_role())
        }
        Tree::ScopeOfEnum(scope) => Requirement::of_scope(match scope.as_str() {
            "all" => Permission::All.as_scope(),
            "write" => Permission::Write.as_scope(),
            _ => Permission::Read.as_scope(),
        }),
    };
    KNOWN.lock().unwrap().insert(tree.clone(), made);
    made
}
