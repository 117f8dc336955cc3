use auth_runtime::{Authorizer, Credential, Denial, Principal, Scheme};

fn authenticate(_: &Credential<'_>) -> Result<Principal, Denial> {
    Err(Denial::Forbidden)
}

fn main() {
    let _ = Authorizer::builder().scheme(Scheme::new("Key", authenticate));
}
