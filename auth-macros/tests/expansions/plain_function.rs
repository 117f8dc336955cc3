#[require_auth]
pub async fn me(principal: Principal) -> String {
    principal.to_string()
}
