use auth_runtime::require_scope;

#[require_scope("orders:read")]
async fn list(name: String) -> u8 {
    let unused = 1;
    name
}

fn main() {}
