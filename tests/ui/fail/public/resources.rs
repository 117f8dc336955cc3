//! There is nobody for whom a public handler could ask for resources.

use actix_web::get;
use auth_runtime::{Denial, Lookup, Principal, Resource, Resources, public};

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

#[public("everybody may look")]
#[get("/tasks")]
async fn list(_tasks: Resources<Task>) -> &'static str {
    "tasks"
}

fn main() {}
