//! What a handler may do itself: ask for resources, fail with denials, check the principal.

use std::{error::Error as StdError, fmt};

use actix_web::{App, Error, HttpResponse, ResponseError, get, post, web};
use auth_runtime::{
    Access, Action, Decision, Denial, Denied, Lookup, NotFound, Principal, Resource, Resources, public,
    require_auth, require_scope,
};

struct Task;

impl Resource for Task {
    type Id = u64;

    async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok(None)
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        false
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

#[require_scope("tasks:write", hide)]
#[post("/tasks/move")]
async fn move_tasks(
    ids: web::Json<Vec<u64>>,
    tasks: Resources<Task, Edit>,
    others: Resources<Task>,
) -> Result<&'static str, AppError> {
    let moved: Vec<Access<Task, Edit>> = tasks.all(ids.iter().copied()).await?;
    let _beside: Access<Task> = others.access(1).await?;
    if moved.is_empty() {
        Err(NotFound)?;
    }
    Ok("moved")
}

#[require_auth]
async fn function(tasks: Resources<Task, Edit>) -> Result<&'static str, Error> {
    tasks.access(1).await?;
    Err(Denial::Refused("always"))?
}

#[require_auth]
async fn generic<A: Action<Task>>(tasks: Resources<Task, A>) -> Result<&'static str, Denied> {
    tasks.access(1).await?;
    Err(Denial::Invisible)?
}

#[public("it asks for the caller itself")]
#[get("/open")]
async fn open(caller: Option<Principal>) -> Result<String, Box<dyn StdError>> {
    let caller = caller.ok_or(NotFound)?;
    Ok(caller.subject().unwrap_or_default().to_owned())
}

fn main() {
    let _app = App::new()
        .service(move_tasks)
        .service(open)
        .route("/function", web::get().to(function))
        .route("/generic/{id}", web::get().to(generic::<Edit>));
}
