use auth_runtime::{Authorizer, Denial, Principal, Refusal, settings::Enrichment};

fn refuses(principal: Principal) -> Result<Principal, Refusal> {
    Ok(principal)
}

async fn borrows(principal: &Principal) -> Result<Principal, Denial> {
    Ok(principal.clone())
}

fn main() {
    let _ = Authorizer::builder().enrich(refuses);
    let _ = Authorizer::builder().enrich(borrows);
    let _ = Authorizer::builder().enrich(|principal: Principal| principal);
    let _ = Authorizer::builder().enrich(async |_: Principal| Err::<(), _>(Denial::Forbidden));
    let _ = Enrichment::new("roles");
}
