use auth_runtime::public;

#[public("why", hide)]
async fn list() {}

fn main() {}
