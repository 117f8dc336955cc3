use auth_runtime::require_role;

#[require_role("ad\nmin")]
async fn list() {}

fn main() {}
