use auth_runtime::{require, require_role, require_scope};

#[require_scope(orders:read)]
async fn list() {}

#[require_role(team/admin)]
async fn show() {}

#[require(any(scope(orders.read), role("admin")))]
async fn change() {}

fn main() {}
