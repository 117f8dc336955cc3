use auth_runtime::require;

#[require(any(rule("admin"), scop("a"), permission("b")))]
async fn list() {}

fn main() {}
