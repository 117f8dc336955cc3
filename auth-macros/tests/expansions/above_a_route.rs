/// Cancels an order.
#[require_scope("orders:write", hide)]
#[delete("/orders/{id}")]
async fn cancel(principal: Principal, id: web::Path<u64>) -> impl Responder {
    store::cancel(&principal, *id).await
}
