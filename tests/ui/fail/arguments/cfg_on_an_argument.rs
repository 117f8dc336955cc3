use auth_runtime::require_auth;

#[require_auth]
async fn list(#[cfg(unix)] _path: String) {}

fn main() {}
