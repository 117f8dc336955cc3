use auth_runtime::{require, require_role, require_scope};

#[require_scope(issuer("https://id.example"))]
async fn list() {}

#[require_role(scheme("Session"))]
async fn show() {}

#[require(issuer(scope("a")))]
async fn nested() {}

#[require(isuer("https://id.example"))]
async fn misspelt() {}

fn main() {}
