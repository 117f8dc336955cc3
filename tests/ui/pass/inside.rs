//! What a handler may do itself: ask for resources, fail with denials, check the principal.

use std::{error::Error as StdError, fmt};

use actix_web::{Error, HttpResponse, ResponseError, get, web};
use auth_runtime::{
    Access, Action, Decision, Denial, Denied, Lookup, NotFound, Principal, Requirement, Resource, Resources,
    Scope, public, require_auth, require_scope,
};

struct Task;

impl Resource for Task {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok((*lookup.id() < 10).then_some(Self))
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        false
    }

    async fn check_visibility(&self, lookup: &Lookup<()>) -> Result<bool, Denial> {
        Ok(lookup.principal().holds(Requirement::scope("orders:write")))
    }
}

struct Edit;

impl Action<Task> for Edit {
    fn authorize(_: &Principal, _: &Task) -> Decision {
        Decision::Allow
    }

    async fn check(_: &Task, lookup: &Lookup<()>) -> Result<Decision, Denial> {
        Ok(Decision::from(lookup.principal().subject().is_some()))
    }
}

/// An error of the application's, as `thiserror` writes it.
#[derive(Debug)]
enum AppError {
    Denied(Denied),
    NotFound(NotFound),
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(denied) => denied.fmt(f),
            Self::NotFound(not_found) => not_found.fmt(f),
        }
    }
}

impl StdError for AppError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Denied(denied) => Some(denied),
            Self::NotFound(not_found) => Some(not_found),
        }
    }
}

impl ResponseError for AppError {
    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Denied(denied) => denied.error_response(),
            Self::NotFound(not_found) => not_found.error_response(),
        }
    }
}

impl From<Denied> for AppError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<NotFound> for AppError {
    fn from(not_found: NotFound) -> Self {
        Self::NotFound(not_found)
    }
}

#[require_scope("orders:write")]
#[get("/move/{ids}")]
async fn move_tasks(
    ids: web::Path<String>,
    tasks: Resources<Task, Edit>,
    others: Resources<Task>,
) -> Result<String, AppError> {
    let ids: Vec<u64> = ids.split(',').filter_map(|id| id.parse().ok()).collect();
    let moved: Vec<Access<Task, Edit>> = tasks.all(ids).await?;
    let _beside: Access<Task> = others.access(1).await?;
    if moved.is_empty() {
        Err(NotFound)?;
    }
    Ok(moved.len().to_string())
}

#[require_scope("orders:write")]
async fn function(tasks: Result<Resources<Task, Edit>, Denied>) -> Result<&'static str, Error> {
    let Err(_) = tasks?.access(11).await else { return Err(Denial::Refused("it is not there"))? };
    Ok("absent")
}

#[require_scope("orders:write")]
async fn generic<A: Action<Task>>(tasks: Resources<Task, A>, id: web::Path<u64>) -> Result<String, Denied> {
    tasks.access(*id).await?;
    if *id > 5 {
        Err(Denial::Invisible)?
    }
    Ok(id.to_string())
}

/// A scope is asked for in the code, and the answer is a denial.
#[require_auth]
#[get("/holds")]
async fn holds(principal: Principal) -> Result<&'static str, Box<dyn StdError>> {
    if principal.holds(Requirement::scope("orders:write")) {
        return Ok("it does");
    }
    Err(Denied::from(Denial::Forbidden))?
}

#[public("it asks for the caller itself")]
#[get("/open")]
async fn open(caller: Option<Principal>) -> Result<String, Denial> {
    let caller = caller.ok_or(Denial::Anonymous)?;
    if !caller.holds(Scope::new("orders:write")) {
        return Err(Denial::refused_with("it lacks a scope", 7_u8));
    }
    Ok("open".to_owned())
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(move_tasks).service(holds);
    config.route("/function", web::get().to(function));
    config.route("/generic/{id}", web::get().to(generic::<Edit>));
    config.service(web::scope("/public").service(open));
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/move/1,2,3", "3"),
    ("GET", "/function", "absent"),
    ("GET", "/generic/5", "5"),
    ("GET", "/holds", "it does"),
];

fn main() {}
