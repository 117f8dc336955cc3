use auth_runtime::{Roles, require, require_scope};

#[derive(Roles)]
enum Groups {
    #[wire("admin")]
    Admin,
}

enum Colour {
    Red,
}

#[require_scope(Groups::Admin)]
async fn list() {}

#[require(any(role(Groups::Admin), scope(Colour::Red)))]
async fn show() {}

fn main() {}
