//! A handler that may change tasks asks only whether the caller may see them.

use actix_web::{post, put, web};
use auth_runtime::{Access, Denial, Lookup, Principal, Resource, Resources, require_auth};

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

#[require_auth]
#[post("/tasks/close")]
async fn close(_tasks: Resources<Task>, _ids: web::Json<Vec<u64>>) -> &'static str {
    "closed"
}

/// Neither of the two names an action.
#[require_auth]
#[put("/tasks/{id}")]
async fn link(_task: Access<Task>, _tasks: Resources<Task>) -> &'static str {
    "linked"
}

fn main() {}
