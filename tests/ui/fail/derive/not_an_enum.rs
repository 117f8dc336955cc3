use auth_runtime::{Roles, Scopes};

#[derive(Scopes)]
struct Read;

#[derive(Roles)]
union Admin {
    a: u8,
}

fn main() {}
