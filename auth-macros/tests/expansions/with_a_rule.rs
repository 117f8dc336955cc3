#[require_scope("orders:write", when = is_open(order, principal))]
#[put("/orders/{id}")]
async fn change(order: web::Path<u64>, web::Json(change): web::Json<Change>) -> impl Responder {
    store::change(*order, change).await
}
