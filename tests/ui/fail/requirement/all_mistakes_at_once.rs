use auth_runtime::require_scope;

#[require_scope("", "a b", "a", "a", hid, hide(x))]
fn list(&self) {}

fn main() {}
