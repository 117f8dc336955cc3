use auth_runtime::require;

#[require(all(), scope(), any(role(), authenticated))]
async fn list() {}

fn main() {}
