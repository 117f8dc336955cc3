use auth_runtime::require;

#[require()]
async fn list() {}

fn main() {}
