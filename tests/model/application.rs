//! The real application of a description.

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
    Algorithm, Api, Authorizer, ConfigError, Credential, Denial, Group, Hide, InvalidCredential, Issuers,
    Jwt, Key, Principal, Refusal, Requirement, Routes, Scheme, TestServer,
    authenticate::Head,
    jwt::JwtBuilder,
    middleware::GroupRequirement,
    revocation::{Revocations, VerifiedToken},
};
use auth_tests::issuer::{AUDIENCE, NOW};

use crate::{
    arguments::Trace,
    catalogue::{Permission, Staff, register, register_routed},
    description::{
        self, Account, Application, ISSUERS, Known, Limits, Node, Page, Place, Proof, REVOKED, Tree,
    },
};

/// A running application.
pub(crate) struct Running {
    pub(crate) server: TestServer,
    pub(crate) trace: Trace,
    /// The seconds since the beginning.
    pub(crate) clock: Clock,
}

/// A clock that a case sets.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    fn read(&self) -> impl Fn() -> SystemTime + Send + Sync + use<> {
        let seconds = Arc::clone(&self.0);
        move || UNIX_EPOCH + Duration::from_secs(NOW + seconds.load(Ordering::SeqCst))
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
        let parts = Parts::of(application, &clock, &trace).map_err(|error| error.to_string())?;
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
            App::new().app_data(data.clone()).configure(|config| {
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
            })
        });
        Ok(Self { server, trace, clock })
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
    fn of(application: &Application, clock: &Clock, trace: &Trace) -> Result<Self, ConfigError> {
        let mut described = Vec::new();
        for api in &application.apis {
            described.push(&api.authorizer);
            collect(&api.nodes, &mut described);
        }
        let mut made: Vec<(description::Authorizer, Authorizer)> = Vec::new();
        for authorizer in described {
            if !made.iter().any(|(known, _)| known == authorizer) {
                made.push((authorizer.clone(), build(authorizer, application.page, clock, trace)?));
            }
        }
        Ok(Self(Arc::new(made)))
    }

    fn authorizer(&self, described: &description::Authorizer) -> Authorizer {
        let found = self.0.iter().find(|(known, _)| known == described);
        found.expect("an authorizer of the application").1.clone()
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
    clock: &Clock,
    trace: &Trace,
) -> Result<Authorizer, ConfigError> {
    let mut builder = Authorizer::builder().clock(clock.read());
    for scheme in &described.schemes {
        builder = builder.scheme(build_scheme(scheme, clock, trace)?);
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
    if described.revokes {
        builder = builder.revocations(Revoked(clock.clone()));
    }
    let builder = match page {
        None => builder,
        Some(Page::Text) => builder.not_found(text_page),
        Some(Page::Html) => builder.not_found(html_page),
    };
    builder.build()
}

/// Revokes what belongs to somebody, after a while.
struct Revoked(Clock);

impl Revocations for Revoked {
    fn check(&self, token: &VerifiedToken<'_>) -> Result<(), Denial> {
        let (subject, from) = REVOKED;
        if token.principal().subject() == Some(subject) && self.0.0.load(Ordering::SeqCst) >= from {
            return Err(InvalidCredential::Revoked.into());
        }
        Ok(())
    }
}

fn build_scheme(
    described: &description::Scheme,
    clock: &Clock,
    trace: &Trace,
) -> Result<Scheme, ConfigError> {
    let name = described.name.clone();
    let mut scheme = match &described.proof {
        Proof::Tokens(issuers) => {
            let build = |(issuer, limits): &(String, Limits)| verifier(issuer, limits, clock).build();
            match issuers.as_slice() {
                [one] => Scheme::new(name, build(one)?),
                several => {
                    let several = several.iter().map(build).collect::<Result<Vec<_>, _>>()?;
                    Scheme::new(name, Issuers::new(several)?)
                }
            }
        }
        Proof::Accounts { waits, accounts } => {
            let (accounts, trace) = (Arc::new(accounts.clone()), trace.clone());
            let asked = format!("asked {name}");
            if *waits {
                Scheme::new(name, async move |credential: &Credential<'_>| {
                    trace.add(asked.clone());
                    actix_web::rt::task::yield_now().await;
                    known(&accounts, credential.value())
                })
            } else {
                Scheme::new(name, move |credential: &Credential<'_>| {
                    trace.add(asked.clone());
                    known(&accounts, credential.value())
                })
            }
        }
    };
    scheme = match &described.place {
        Place::Authorization => scheme,
        Place::Header(name) => scheme.header(name),
        Place::Cookie(name) => scheme.cookie(name),
        Place::Query(name) => scheme.dangerous_query(name),
        Place::Presented(name) => scheme.presented_by(header_named(name)),
        Place::Connection(name) => scheme.connection(header_named(name)),
    };
    if described.ambient {
        scheme = scheme.ambient();
    }
    if described.unadvertised {
        scheme = scheme.unadvertised();
    }
    if let Some(value) = &described.parameter {
        scheme = scheme.parameter("service", value);
    }
    if let Some(issuer) = &described.issuer {
        scheme = scheme.issuer(issuer);
    }
    Ok(scheme)
}

fn header_named(name: &str) -> impl Fn(&Head<'_>) -> Option<String> + Send + Sync + use<> {
    let name = name.to_owned();
    move |head| Some(head.headers().get(&name)?.to_str().ok()?.to_owned())
}

fn verifier(issuer: &str, limits: &Limits, clock: &Clock) -> JwtBuilder {
    let key = Key::secret(Algorithm::HS256, secret(issuer).as_slice());
    let builder = Jwt::builder().issuer(issuer).audience(AUDIENCE).key(key);
    let builder = builder.leeway(Duration::ZERO).clock(clock.read());
    match limits {
        Limits::Unsaid => builder,
        Limits::Everything => builder.dangerous_grants_everything(),
        Limits::Nothing => builder.grants_nothing(),
        Limits::Only { scopes, roles } => builder.grants_scopes(scopes).grants_roles(roles),
        Limits::Beginning { scopes, roles } => {
            builder.grants_scopes_beginning_with(scopes).grants_roles_beginning_with(roles)
        }
    }
}

fn known(accounts: &[Account], credential: &str) -> Result<Principal, Refusal> {
    let account = accounts.iter().find(|account| account.credential == credential);
    let grants = match account.map_or(&Known::Nobody, |account| &account.answer) {
        Known::Down => return Err(Refusal::unavailable("the store is down")),
        Known::Forbidden => return Err(Denial::Forbidden.into()),
        Known::Nobody => return Err(Refusal::invalid("nobody has this credential")),
        Known::Unreadable => return Err("no number".parse::<u64>().unwrap_err())?,
        Known::Principal(grants) => grants,
    };
    let mut principal = Principal::builder().scopes(&grants.scopes).roles(&grants.roles);
    if let Some(issuer) = &grants.issuer {
        principal = principal.issuer(issuer);
    }
    if let Some(subject) = &grants.subject {
        principal = principal.subject(subject);
    }
    if let Some(tenant) = &grants.tenant {
        principal = principal.claim("tenant", tenant.as_str());
    }
    Ok(principal.build())
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
