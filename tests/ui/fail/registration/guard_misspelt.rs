use actix_web::{get, guard::GuardContext};
use auth_runtime::require_auth;

fn is_open(_: &GuardContext<'_>) -> bool {
    true
}

#[require_auth]
#[get("/misspelt", guard = "is_opn")]
async fn misspelt() -> &'static str {
    "misspelt"
}

fn is_late() -> bool {
    true
}

#[require_auth]
#[get("/other", guard = "is_late")]
async fn of_another_type() -> &'static str {
    "other"
}

fn main() {
    let _ = is_open;
}
