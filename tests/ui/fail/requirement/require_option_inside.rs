use auth_runtime::require;

#[require(any(role("admin"), hide))]
async fn list() {}

#[require(any(role("admin"), crate = x))]
async fn show() {}

fn main() {}
