use auth_runtime::public;

#[public(because)]
async fn list() {}

#[public(7)]
async fn show() {}

fn main() {}
