use auth_runtime::public;

#[public]
async fn list() {}

#[public()]
async fn show() {}

fn main() {}
