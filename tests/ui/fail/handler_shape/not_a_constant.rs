use auth_runtime::require_auth;

#[require_auth]
const ORDERS: u8 = 1;

fn main() {}
