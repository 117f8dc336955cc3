//! The handlers that random applications are made of. Attributes are constants, so handlers cannot be random: each row
//! is a handler and, for the oracle, what its attribute says.

use actix_web::{Either, HttpResponse, http::Method, web};
use auth_runtime::{
    Access, Claims, Denied, NotFound, Principal, Roles, Routes, Scopes, public, require, require_auth,
    require_role, require_scope, session::Session,
};

use crate::{
    arguments::{Item, Shown, Tenant, Trace, belongs_to, is_alice, is_cheap},
    description::{
        Handler,
        Hide::{self, Anonymous, Never, Unauthorized},
        ISSUERS, Outcome, Rule,
        Tree::{self, All, Any, Authenticated},
    },
    resources::{Document, Edit, EditPage, Page, Team, Vanish},
};

#[derive(Scopes)]
pub(crate) enum Permission {
    #[wire("all", implies = [Write])]
    All,
    #[wire("write", implies = [Read])]
    Write,
    #[wire("read")]
    Read,
}

#[derive(Roles)]
pub(crate) enum Staff {
    #[wire("admin", implies = [Auditor])]
    Admin,
    #[wire("auditor")]
    Auditor,
}

const ISSUER: &str = ISSUERS[0];

fn scope(name: &str) -> Tree {
    Tree::Scope(name.to_owned())
}

fn role(name: &str) -> Tree {
    Tree::Role(name.to_owned())
}

fn either() -> Tree {
    Any(vec![role("admin"), All(vec![role("auditor"), scope("read")])])
}

fn of_issuer() -> Tree {
    All(vec![Tree::Issuer(ISSUER.to_owned()), scope("read")])
}

/// Returns what an attribute says that lets in who meets `tree`.
#[allow(clippy::unnecessary_wraps, reason = "`everybody` is the other one")]
fn to(tree: Tree, hide: Hide) -> Option<(Tree, Hide)> {
    Some((tree, hide))
}

fn everybody() -> Option<(Tree, Hide)> {
    None
}

/// Defines handlers that show their arguments. Each row is an attribute, a function, what the attribute says, and its
/// rule.
macro_rules! catalogue {
    ($(#[$attribute:meta] $name:ident($($argument:ident: $Type:ty),*) = $terms:expr $(, $rule:expr)?;)*) => {
        $(
            #[$attribute]
            async fn $name(trace: web::Data<Trace>, $($argument: $Type),*) -> String {
                trace.ran(stringify!($name), &[$($argument.shown()),*])
            }
        )*

        /// Returns what the attributes of the plain functions say.
        fn functions() -> Vec<Handler> {
            vec![$(Handler {
                name: stringify!($name),
                terms: $terms,
                arguments: vec![$(<$Type as Shown>::ARGUMENT),*],
                rule: [$($rule)?].first().copied(),
                outcome: Outcome::Shown,
                route: None,
            }),*]
        }

        /// Registers a plain function. Returns whether there is one of this name.
        fn register_function(routes: &mut Routes<'_>, name: &str, path: &str, method: Method) -> bool {
            match name {
                $(stringify!($name) => { routes.route(path, method, $name); })*
                _ => return false,
            }
            true
        }
    };
}

catalogue! {
    #[public("it greets everybody")]
    greeting() = everybody();
    #[public("it greets by name")]
    greeting_by_name(caller: Option<Principal>) = everybody();
    #[public("it says why it does not greet")]
    greeting_or_not(caller: Result<Principal, Denied>) = everybody();
    #[public("everybody may order")]
    open_order(item: web::Json<Item>) = everybody();

    #[public("everybody has a basket")]
    basket(session: Session) = everybody();
    #[public("everybody has a basket with a name")]
    basket_by_name(session: Session, caller: Option<Principal>) = everybody();
    #[require_auth]
    own_basket(session: Session) = to(Authenticated, Never);
    #[require_scope("read", hide)]
    basket_hidden(principal: Principal, session: Session) = to(scope("read"), Unauthorized);
    #[require_auth(hide(anonymous))]
    basket_secret(session: Session) = to(Authenticated, Anonymous);

    #[require_auth]
    known(principal: Principal) = to(Authenticated, Never);
    #[require_auth]
    known_bare() = to(Authenticated, Never);
    #[require_auth(hide(anonymous))]
    known_secret(principal: Principal) = to(Authenticated, Anonymous);
    #[require_auth]
    known_order(item: web::Json<Item>, caller: Option<Principal>) = to(Authenticated, Never);
    #[require_auth]
    known_attempt(caller: Result<Principal, Denied>) = to(Authenticated, Never);

    #[require_scope("read")]
    reads(principal: Principal) = to(scope("read"), Never);
    #[require_scope("read", hide)]
    reads_hidden(principal: Principal) = to(scope("read"), Unauthorized);
    #[require_scope("read", hide(anonymous))]
    reads_secret() = to(scope("read"), Anonymous);
    #[require_scope("read", "export")]
    exports(principal: Principal) = to(All(vec![scope("read"), scope("export")]), Never);
    #[require_scope("read", "export", hide)]
    exports_hidden() = to(All(vec![scope("read"), scope("export")]), Unauthorized);
    #[require_scope(any("write", "export"))]
    exports_any() = to(Any(vec![scope("write"), scope("export")]), Never);
    #[require_scope(any("write", "export"), hide(anonymous))]
    exports_any_secret(principal: Principal) = to(Any(vec![scope("write"), scope("export")]), Anonymous);
    #[require_scope(Permission::Read)]
    reads_implied(principal: Principal) = to(Tree::ScopeOfEnum("read".to_owned()), Never);
    #[require_scope(Permission::Write, hide)]
    writes_implied() = to(Tree::ScopeOfEnum("write".to_owned()), Unauthorized);
    #[require_scope(Permission::All)]
    all_implied() = to(Tree::ScopeOfEnum("all".to_owned()), Never);

    #[require_role("guest")]
    guests(principal: Principal) = to(role("guest"), Never);
    #[require_role("guest", hide)]
    guests_hidden() = to(role("guest"), Unauthorized);
    #[require_role("guest", hide(anonymous))]
    guests_secret(principal: Principal) = to(role("guest"), Anonymous);
    #[require_role(Staff::Auditor)]
    audits_implied() = to(Tree::RoleOfEnum("auditor".to_owned()), Never);
    #[require_role(Staff::Admin, hide)]
    admins_implied() = to(Tree::RoleOfEnum("admin".to_owned()), Unauthorized);

    #[require(any(role("admin"), all(role("auditor"), scope("read"))))]
    either_of(principal: Principal) = to(either(), Never);
    #[require(any(role("admin"), all(role("auditor"), scope("read"))), hide)]
    either_of_hidden(principal: Principal) = to(either(), Unauthorized);
    #[require(any(role("admin"), all(role("auditor"), scope("read"))), hide(anonymous))]
    either_of_secret() = to(either(), Anonymous);
    #[require(all(issuer(ISSUER), scope("read")))]
    of_one_issuer(principal: Principal) = to(of_issuer(), Never);
    #[require(all(issuer(ISSUER), scope("read")), hide)]
    of_one_issuer_hidden() = to(of_issuer(), Unauthorized);
    #[require(scheme("Session"))]
    by_session(principal: Principal) = to(Tree::Scheme("Session".to_owned()), Never);
    #[require(any(scheme("bearer"), scope("export")), hide)]
    by_token_hidden() = to(Any(vec![Tree::Scheme("bearer".to_owned()), scope("export")]), Unauthorized);

    #[require_auth]
    tenants(claims: Claims<Tenant>) = to(Authenticated, Never);
    #[require_scope("read", hide)]
    tenants_hidden(claims: Claims<Tenant>, item: web::Json<Item>) = to(scope("read"), Unauthorized);
    #[require_auth(hide(anonymous))]
    tenants_secret(claims: Claims<Tenant>) = to(Authenticated, Anonymous);

    #[require_scope("write")]
    orders(item: web::Json<Item>) = to(scope("write"), Never);
    #[require_scope("write", hide)]
    orders_hidden(principal: Principal, item: web::Json<Item>) = to(scope("write"), Unauthorized);
    #[require_scope("write", hide(anonymous))]
    orders_secret(item: web::Json<Item>) = to(scope("write"), Anonymous);
    #[require_auth(when = is_alice(principal))]
    alices(principal: Principal) = to(Authenticated, Never), Rule::Alice;
    #[require_scope("read", hide, when = is_alice(principal))]
    alices_hidden(principal: Principal, item: web::Json<Item>) = to(scope("read"), Unauthorized), Rule::Alice;
    #[require_scope("write", when = is_cheap(item))]
    cheap(item: web::Json<Item>) = to(scope("write"), Never), Rule::Cheap;
    #[require_auth(hide(anonymous), when = is_cheap(item))]
    cheap_secret(item: web::Json<Item>, principal: Principal) = to(Authenticated, Anonymous), Rule::Cheap;

    #[require_auth]
    document(document: Access<Document>) = to(Authenticated, Never);
    #[require_scope("read", hide)]
    document_hidden(document: Access<Document>, principal: Principal) = to(scope("read"), Unauthorized);
    #[require_scope("read", hide(anonymous))]
    document_secret(document: Access<Document>) = to(scope("read"), Anonymous);
    #[require_auth]
    edit(document: Access<Document, Edit>) = to(Authenticated, Never);
    #[require_scope("read")]
    edit_with(document: Access<Document, Edit>, item: web::Json<Item>) = to(scope("read"), Never);
    #[require_scope("read", hide)]
    edit_hidden(principal: Principal, document: Access<Document, Edit>, item: web::Json<Item>) =
        to(scope("read"), Unauthorized);
    #[require_auth]
    edit_or_not(document: Result<Access<Document, Edit>, Denied>) = to(Authenticated, Never);
    #[require_auth]
    vanish(document: Access<Document, Vanish>) = to(Authenticated, Never);
    #[require_role("guest", when = belongs_to(document, principal))]
    owned(document: Access<Document>, principal: Principal) = to(role("guest"), Never), Rule::Owner;
    #[require_auth]
    team(team: Access<Team>) = to(Authenticated, Never);
    #[require_scope("read")]
    page(team: Access<Team>, page: Access<Page, EditPage>, item: web::Json<Item>) = to(scope("read"), Never);
}

#[require_scope("read")]
async fn absent(trace: web::Data<Trace>) -> Either<String, NotFound> {
    trace.ran("absent", &[]);
    Either::Right(NotFound)
}

#[public("it refuses by itself")]
async fn refusal(trace: web::Data<Trace>) -> HttpResponse {
    let body = trace.ran("refusal", &[]);
    HttpResponse::Forbidden().content_type("text/plain; charset=utf-8").body(body)
}

#[require_scope("read")]
#[actix_web::get("/routed")]
async fn routed(trace: web::Data<Trace>, principal: Principal) -> String {
    trace.ran("routed", &[principal.shown()])
}

#[require_auth(hide(anonymous))]
#[actix_web::route("/several", method = "PUT", method = "GET")]
async fn several(trace: web::Data<Trace>) -> String {
    trace.ran("several", &[])
}

#[require_scope("read", hide)]
#[actix_web::delete("/routed/{id}")]
async fn routed_edit(trace: web::Data<Trace>, document: Access<Document, Edit>) -> String {
    trace.ran("routed_edit", &[document.shown()])
}

// With `wrap`, actix-web's own attribute registers the handler.
#[require_role("guest", hide)]
#[actix_web::post(
    "/wrapped",
    wrap = "actix_web::middleware::NormalizePath::new(actix_web::middleware::TrailingSlash::MergeOnly)"
)]
async fn wrapped(trace: web::Data<Trace>, item: web::Json<Item>) -> String {
    trace.ran("wrapped", &[item.shown()])
}

/// Returns what the attributes of all handlers say.
pub(crate) fn handlers() -> Vec<Handler> {
    let mut handlers = functions();
    let handler = |name, terms| Handler {
        name,
        terms,
        arguments: Vec::new(),
        rule: None,
        outcome: Outcome::Shown,
        route: None,
    };
    handlers.push(Handler { outcome: Outcome::NotFound, ..handler("absent", to(scope("read"), Never)) });
    handlers.push(Handler { outcome: Outcome::Refusal, ..handler("refusal", everybody()) });
    handlers.push(Handler {
        arguments: vec![Principal::ARGUMENT],
        route: Some(("/routed", &["GET"])),
        ..handler("routed", to(scope("read"), Never))
    });
    handlers.push(Handler {
        route: Some(("/several", &["PUT", "GET"])),
        ..handler("several", to(Authenticated, Anonymous))
    });
    handlers.push(Handler {
        arguments: vec![Access::<Document, Edit>::ARGUMENT],
        route: Some(("/routed/{id}", &["DELETE"])),
        ..handler("routed_edit", to(scope("read"), Unauthorized))
    });
    handlers.push(Handler {
        arguments: vec![web::Json::<Item>::ARGUMENT],
        route: Some(("/wrapped", &["POST"])),
        ..handler("wrapped", to(role("guest"), Unauthorized))
    });
    handlers
}

/// Registers a function of the catalogue. Returns whether there is one of this name.
pub(crate) fn register(routes: &mut Routes<'_>, name: &str, path: &str, method: Method) -> bool {
    match name {
        "absent" => _ = routes.route(path, method, absent),
        "refusal" => _ = routes.route(path, method, refusal),
        _ => return register_function(routes, name, path, method),
    }
    true
}

/// Registers a handler with its route attribute. Returns whether there is one of this name.
pub(crate) fn register_routed(routes: &mut Routes<'_>, name: &str) -> bool {
    match name {
        "routed" => routes.service(routed),
        "routed_edit" => routes.service(routed_edit),
        "several" => routes.service(several),
        "wrapped" => routes.service(wrapped),
        _ => return false,
    };
    true
}
