use auth_runtime::{Scope, require};

const STAFF: Scope = Scope::new("staff");

#[require(issuer(STAFF))]
async fn of_another_type() {}

#[require(scheme(Session))]
async fn misspelt() {}

fn main() {}
