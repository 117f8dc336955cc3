//! The scheme of sessions turns a user into a principal, by a closure with a written-out argument.

use actix_web::cookie::Key;
use auth_runtime::{
    Principal,
    session::{MemoryStore, Sessions},
};

fn main() {
    let sessions = Sessions::new(MemoryStore::new(), Key::generate());
    sessions.scheme(|name: String| Principal::builder().subject(name).build());
    sessions.scheme(async |name: String| Principal::builder().subject(name).build());
    sessions.scheme("a table of users");
}
