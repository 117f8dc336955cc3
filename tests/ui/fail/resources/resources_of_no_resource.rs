//! Neither does a `String` say who may see it, nor does `Task` say who may archive it.

use actix_web::get;
use auth_runtime::{Denial, Lookup, Principal, Resource, Resources, require_auth};

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

struct Archive;

#[require_auth]
#[get("/texts")]
async fn texts(_texts: Resources<String>) -> &'static str {
    "texts"
}

#[require_auth]
#[get("/archive")]
async fn archive(_tasks: Resources<Task, Archive>) -> &'static str {
    "archived"
}

fn main() {}
