//! Documents of several tenants in an embedded store. People outside a tenant cannot tell that it exists, and members
//! cannot tell which documents other members keep to themselves.
//!
//! `cargo run --bin tenants` serves on 127.0.0.1:8080 (`PORT` overrides it) and prints a `curl` line for every identity
//! and route. `cargo run --bin tenants -- token ada` prints a token, `cargo run --bin tenants -- endpoints` prints who
//! may reach what, and `cargo run --bin tenants -- matrix` what each identity is answered.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a terminal")]

use std::{env, error::Error, process::ExitCode};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, Responder, delete, get, middleware::from_fn, post, put, web,
};
use auth_runtime::{
    Access, Action, Api, Authorizer, ConfigError, Decision, Denial, Group, Hide, Lookup, Principal,
    PrincipalId, Requirement, Resource, Role, Routes, Scope, endpoints::Matrix, require_auth, require_scope,
    settings::AuthorizerBuilder,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shop::issuer::{self, Identity};
use sqlx::{SqlitePool, sqlite::SqlitePoolOptions};

const READ: Scope = Scope::new("documents:read").implied_by(&["documents:write"]);
const WRITE: Scope = Scope::new("documents:write");
const OPERATOR: Role = Role::new("operator");

// ── the resources ───────────────────────────────────────────────────────────────────────────────────────────────────

/// A tenant, which is the first level. Only its members see that it exists.
struct Tenant {
    id: String,
    name: String,
    is_member: bool,
}

#[derive(Deserialize)]
struct TenantId {
    tenant: String,
}

impl Resource for Tenant {
    type Id = TenantId;

    async fn load(lookup: Lookup<TenantId>) -> Result<Option<Self>, Denial> {
        const QUERY: &str = "SELECT name, EXISTS \
                             (SELECT 1 FROM members WHERE tenant = id AND issuer = ? AND subject = ?) \
                             FROM tenants WHERE id = ?";
        let [issuer, subject] = columns(lookup.principal());
        let found: Option<(String, bool)> = sqlx::query_as(QUERY)
            .bind(issuer)
            .bind(subject)
            .bind(&lookup.id().tenant)
            .fetch_optional(&***lookup.data::<SqlitePool>()?)
            .await?;
        Ok(found.map(|(name, is_member)| Self { id: lookup.id().tenant.clone(), name, is_member }))
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        self.is_member
    }
}

/// Returns the issuer and the subject of a principal, which the store keeps in two columns. A principal without a
/// subject is nobody there, because nothing equals `NULL`.
fn columns(principal: &Principal) -> [Option<&str>; 2] {
    [principal.id().map(PrincipalId::issuer), principal.id().map(PrincipalId::subject)]
}

/// A document of a tenant, which is the second level. Members see shared documents, and owners see their own.
#[derive(Serialize)]
struct Document {
    id: i64,
    owner: PrincipalId,
    title: String,
    shared: bool,
    #[serde(skip)]
    of_own_tenant: bool,
}

impl Document {
    fn is_owned_by(&self, principal: &Principal) -> bool {
        principal.id() == Some(&self.owner)
    }
}

impl Resource for Document {
    type Id = i64;

    async fn load(lookup: Lookup<i64>) -> Result<Option<Self>, Denial> {
        const QUERY: &str = "SELECT owner_issuer, owner, title, shared, EXISTS (SELECT 1 FROM members \
                             WHERE members.tenant = documents.tenant AND issuer = ? AND subject = ?) \
                             FROM documents WHERE id = ?";
        let [issuer, subject] = columns(lookup.principal());
        let found: Option<(String, String, String, bool, bool)> = sqlx::query_as(QUERY)
            .bind(issuer)
            .bind(subject)
            .bind(lookup.id())
            .fetch_optional(&***lookup.data::<SqlitePool>()?)
            .await?;
        Ok(found.map(|(issuer, owner, title, shared, of_own_tenant)| Self {
            id: *lookup.id(),
            owner: PrincipalId::new(issuer, owner),
            title,
            shared,
            of_own_tenant,
        }))
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        self.of_own_tenant && (self.shared || self.is_owned_by(principal))
    }
}

// ── what can be done to them ────────────────────────────────────────────────────────────────────────────────────────

/// Adds a document to a tenant.
enum Add {}

impl Action<Tenant> for Add {
    const REQUIREMENT: Requirement = Requirement::of_scope(WRITE);

    fn authorize(_: &Principal, _: &Tenant) -> Decision {
        Decision::Allow
    }
}

/// Changes or deletes a document.
enum Write {}

impl Action<Document> for Write {
    const REQUIREMENT: Requirement = Requirement::of_scope(WRITE);

    fn authorize(principal: &Principal, document: &Document) -> Decision {
        if document.is_owned_by(principal) {
            Decision::Allow
        } else {
            Decision::Deny(Denial::Refused("the document is somebody else's"))
        }
    }
}

// ── the handlers ────────────────────────────────────────────────────────────────────────────────────────────────────

#[derive(Deserialize)]
struct NewDocument {
    title: String,
}

type Answer = Result<HttpResponse, Failure>;

#[require_scope(READ)]
#[get("/tenants/{tenant}/documents")]
async fn list(principal: Principal, tenant: Access<Tenant>, pool: web::Data<SqlitePool>) -> Answer {
    let [issuer, subject] = columns(&principal);
    // The query leaves out documents that the caller may not see, so that no list and no count shows them.
    let titles: Vec<(i64, String)> = sqlx::query_as(
        "SELECT id, title FROM documents WHERE tenant = ? AND (shared OR (owner_issuer = ? AND owner = ?)) ORDER BY id",
    )
    .bind(&tenant.id)
    .bind(issuer)
    .bind(subject)
    .fetch_all(&**pool)
    .await?;
    Ok(HttpResponse::Ok().json(json!({ "tenant": tenant.name, "documents": titles })))
}

#[require_auth]
#[post("/tenants/{tenant}/documents")]
async fn add(
    principal: Principal,
    tenant: Access<Tenant, Add>,
    pool: web::Data<SqlitePool>,
    new: web::Json<NewDocument>,
) -> Answer {
    let [issuer, subject] = columns(&principal);
    // The store chooses a random id. If callers chose it, "it is taken" would tell of a document that the caller cannot
    // see. If it were the next number, it would tell how many documents there are.
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO documents VALUES (ABS(RANDOM() % 9007199254740991), ?, ?, ?, ?, FALSE) RETURNING id",
    )
    .bind(&tenant.id)
    .bind(issuer)
    .bind(subject)
    .bind(&new.title)
    .fetch_one(&**pool)
    .await?;
    Ok(HttpResponse::Created().json(json!({ "id": id })))
}

#[require_scope(READ)]
#[get("/documents/{id}")]
async fn show(document: Access<Document>) -> impl Responder {
    HttpResponse::Ok().json(&*document)
}

#[require_auth]
#[put("/documents/{id}")]
async fn rename(
    document: Access<Document, Write>,
    pool: web::Data<SqlitePool>,
    new: web::Json<NewDocument>,
) -> Answer {
    sqlx::query("UPDATE documents SET title = ? WHERE id = ?")
        .bind(&new.title)
        .bind(document.id)
        .execute(&**pool)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

#[require_auth]
#[delete("/documents/{id}")]
async fn remove(document: Access<Document, Write>, pool: web::Data<SqlitePool>) -> Answer {
    sqlx::query("DELETE FROM documents WHERE id = ?").bind(document.id).execute(&**pool).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[require_scope(READ, hide)]
#[get("/tenants")]
async fn tenants(pool: web::Data<SqlitePool>) -> Answer {
    let tenants: Vec<(String, i64)> = sqlx::query_as(
        "SELECT tenants.id, COUNT(documents.id) FROM tenants LEFT JOIN documents ON tenant = tenants.id \
                        GROUP BY tenants.id ORDER BY tenants.id",
    )
    .fetch_all(&**pool)
    .await?;
    Ok(HttpResponse::Ok().json(tenants))
}

/// The failure of the store in a handler. The caller does not learn its cause.
#[derive(Debug)]
struct Failure(sqlx::Error);

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the store failed: {}", self.0)
    }
}

impl actix_web::ResponseError for Failure {
    fn error_response(&self) -> HttpResponse {
        HttpResponse::InternalServerError().finish()
    }
}

// ── the service ─────────────────────────────────────────────────────────────────────────────────────────────────────

fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(add).service(show).service(rename).service(remove);
    let operators = routes.authorizer().require(Requirement::of_role(OPERATOR)).hide(Hide::Unauthorized);
    routes.group(Group::new("/operator").wrap(operators), |operator| {
        operator.service(tenants);
    });
}

/// Returns the same answer for what does not exist and for what a caller may not know of.
fn nothing_here(_: &HttpRequest) -> HttpResponse {
    HttpResponse::NotFound()
        .content_type("text/html; charset=utf-8")
        .body("<!doctype html><title>404</title><p>There is nothing here.</p>")
}

fn authorizer() -> Result<Authorizer, ConfigError> {
    with_settings(Authorizer::builder().bearer(issuer::jwt(AUDIENCE)?))
}

fn with_settings(authorizer: AuthorizerBuilder) -> Result<Authorizer, ConfigError> {
    authorizer.realm("documents").challenge_scopes().not_found(nothing_here).build()
}

/// Makes a store in memory, with a few documents. Their owners and the members are people of `issuer::ISSUER`.
fn store() -> Result<SqlitePool, sqlx::Error> {
    const STATEMENTS: &str = "
        CREATE TABLE tenants (id TEXT PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE members (tenant TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL);
        CREATE TABLE documents (
            id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, owner_issuer TEXT NOT NULL, owner TEXT NOT NULL,
            title TEXT NOT NULL, shared BOOLEAN NOT NULL
        );
        INSERT INTO tenants VALUES ('acme', 'Acme'), ('initech', 'Initech');
        INSERT INTO members VALUES
            ('acme', 'https://issuer.example', 'ada'), ('acme', 'https://issuer.example', 'ben'),
            ('initech', 'https://issuer.example', 'cleo');
        INSERT INTO documents VALUES
            (1, 'acme', 'https://issuer.example', 'ada', 'plans', TRUE),
            (2, 'acme', 'https://issuer.example', 'ada', 'diary', FALSE),
            (3, 'initech', 'https://issuer.example', 'cleo', 'secrets', TRUE);
    ";
    // The pool has one connection that stays open, because each connection would have its own store.
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = pool.after_connect(|connection, _| {
        Box::pin(async move { sqlx::raw_sql(STATEMENTS).execute(connection).await.map(drop) })
    });
    pool.connect_lazy("sqlite::memory:")
}

async fn serve() -> Result<(), Box<dyn Error>> {
    shop::print_log();
    let authorizer = authorizer()?;
    let (api, store) = (Api::new(authorizer.clone(), routes)?, web::Data::new(store()?));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(store.clone())
            .wrap(authorizer.gate())
            .wrap(from_fn(shop::log))
            .configure(api.routes())
    })
    .workers(2)
    .bind(("127.0.0.1", shop::port()?))?;
    for address in server.addrs() {
        print_requests(&format!("http://{address}"))?;
    }
    Ok(server.run().await?)
}

fn print_endpoints() -> Result<(), Box<dyn Error>> {
    print!("{}", Api::new(authorizer()?, routes)?.endpoints());
    Ok(())
}

fn matrix() -> Result<Matrix, ConfigError> {
    Ok(issuer::matrix(Api::new(authorizer()?, routes)?.endpoints(), &IDENTITIES))
}

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => serve().await,
        ["endpoints"] => print_endpoints(),
        ["matrix"] => matrix().map(|matrix| print!("{matrix}")).map_err(Box::from),
        ["token", name] => token(name).map(|token| println!("{token}")),
        _ => Err("usage: tenants [endpoints | matrix | token NAME]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

// ── the identities ──────────────────────────────────────────────────────────────────────────────────────────────────

const AUDIENCE: &str = "https://documents.example";
/// The identities. `ada-reading` is ada with a token that only lets her read.
const IDENTITIES: [Identity; 6] = [
    Identity::new("ada").scope("documents:write"),
    Identity::new("ada-reading").subject("ada").scope("documents:read"),
    Identity::new("ben").scope("documents:write"),
    Identity::new("cleo").scope("documents:write"),
    Identity::new("operator").scope("documents:read").roles(&["operator"]),
    Identity::new("expired").subject("ada").scope("documents:write").expired(),
];

fn token(name: &str) -> Result<String, Box<dyn Error>> {
    issuer::find(&IDENTITIES, name)?.token(AUDIENCE)
}

fn print_requests(base: &str) -> Result<(), Box<dyn Error>> {
    const REQUESTS: [(&str, &str); 8] = [
        ("GET", "/tenants/acme/documents"),
        ("POST", "/tenants/acme/documents"),
        ("GET", "/documents/1"),
        ("GET", "/documents/2"),
        ("PUT", "/documents/1"),
        ("GET", "/documents/99"),
        ("GET", "/nothing"),
        ("GET", "/operator/tenants"),
    ];
    const BODY: &str = r#" -H 'Content-Type: application/json' -d '{"title":"notes"}'"#;
    for identity in &IDENTITIES {
        println!("\n# {}", identity.name);
        let token = identity.token(AUDIENCE)?;
        for (method, path) in REQUESTS {
            let body = if matches!(method, "POST" | "PUT") { BODY } else { "" };
            println!("curl -i -X {method} {base}{path} -H 'Authorization: Bearer {token}'{body}");
        }
    }
    println!("\nserving on {base}");
    Ok(())
}

#[cfg(test)]
#[path = "tenants/tests.rs"]
mod tests;
