use auth_runtime::require;

#[require(issuer(""))]
async fn empty() {}

#[require(issuer(" https://id.example"))]
async fn spaces() {}

#[require(issuer("https://id.example\nx"))]
async fn control() {}

#[require(issuer(7))]
async fn number() {}

#[require(issuer())]
async fn nothing() {}

fn main() {}
