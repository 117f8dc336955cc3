use auth_runtime::require;

#[require(not(role("guest")))]
async fn list() {}

#[require(all(authenticated, not(role("guest"))))]
async fn show() {}

fn main() {}
