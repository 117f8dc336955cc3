//! The handler asks for a task for another action than its argument says, and for an id of another type.

use actix_web::{Error, get, web};
use auth_runtime::{Access, Action, Decision, Denial, Lookup, Principal, Resource, Resources, require_auth};

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
}

#[require_auth]
#[get("/tasks")]
async fn edit(tasks: Resources<Task>, id: web::Json<u64>) -> Result<&'static str, Error> {
    let _task: Access<Task, Edit> = tasks.access(*id).await?;
    Ok("edited")
}

#[require_auth]
#[get("/task")]
async fn show(tasks: Resources<Task>, id: web::Json<String>) -> Result<&'static str, Error> {
    tasks.access(id.into_inner()).await?;
    Ok("a task")
}

fn main() {}
