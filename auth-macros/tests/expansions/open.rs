#[public("the load balancer polls it")]
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}
