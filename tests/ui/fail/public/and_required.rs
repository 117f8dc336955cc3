use auth_runtime::public;

use auth_runtime::require_auth;

#[public("why")]
#[require_auth]
async fn list() {}

#[require_auth]
#[public("why")]
async fn show() {}

#[public("why")]
#[public("why not")]
async fn put() {}

fn main() {}
