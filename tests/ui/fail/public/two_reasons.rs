use auth_runtime::public;

#[public("one", "two")]
async fn list() {}

fn main() {}
