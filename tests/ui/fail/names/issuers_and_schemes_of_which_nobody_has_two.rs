use auth_runtime::require;

#[require(issuer("https://a.example", "https://b.example"))]
async fn issuers() {}

#[require(scheme(all("Bearer", "Session")))]
async fn schemes() {}

#[require(scheme(any("Bearer", "Bearer")))]
async fn twice() {}

fn main() {}
