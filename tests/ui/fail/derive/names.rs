use auth_runtime::{Roles, Scopes};

#[derive(Scopes)]
enum Orders {
    #[wire("orders read")]
    Read,
    #[wire("")]
    Empty,
    #[wire("orders:write")]
    Write,
    #[wire("orders:write")]
    Change,
}

#[derive(Roles)]
enum Groups {
    #[wire(" ")]
    Blank,
    #[wire("a\tb")]
    Tab,
}

fn main() {}
