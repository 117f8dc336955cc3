use auth_runtime::require_scope;

#[require_scope("")]
async fn list() -> u8 {
    "no number"
}

fn main() {}
