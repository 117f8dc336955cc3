#[require(any(role("admin"), scope(Orders::Read)))]
async fn list<S, const N: usize>(store: web::Data<S>, page: web::Query<Page>) -> impl Responder
where
    S: Store + 'static,
{
    store.list::<N>(&page)
}
