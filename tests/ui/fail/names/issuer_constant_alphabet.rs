use auth_runtime::{Requirement, require};

const STAFF: &str = "https://staff.example ";

#[require(issuer(STAFF))]
async fn list() {}

const _: Requirement = Requirement::scheme("my session");

fn main() {}
