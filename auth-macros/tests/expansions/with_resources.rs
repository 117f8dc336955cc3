#[require_auth]
#[post("/orders/{id}/cancellation")]
async fn cancel(order: Access<Order, Cancel>, reason: web::Json<Reason>) -> impl Responder {
    order.into_inner().cancel(&reason).await
}
