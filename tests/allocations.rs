//! Allocations of a request. A remembered token costs none beyond a bare handler's, and a denial costs a stated number.
//! Logging is off, because the subscriber allocates for each line of a denial.
#![forbid(unsafe_code)]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use actix_session::storage::CookieSessionStore;
use actix_web::{
    App, Error,
    cookie::Key,
    dev::{Service as _, ServiceFactory, ServiceRequest, ServiceResponse},
    get,
    http::{
        StatusCode,
        header::{AUTHORIZATION, HeaderValue},
    },
    test::{TestRequest, init_service},
};
use allocation_counter::measure;
use auth_runtime::{
    Authorizer, Decision, Denial, Principal, Requirement, TestIssuer, api_key::ApiKeys, basic::Basic, public,
    require, require_auth, require_role, require_scope, session::Sessions,
};
use auth_tests::report;
use futures_util::FutureExt as _;

#[get("/orders")]
async fn bare() -> &'static str {
    "orders"
}

#[public("to see what an attribute allocates")]
#[get("/orders")]
async fn open() -> &'static str {
    "orders"
}

#[require_auth]
#[get("/orders")]
async fn known() -> &'static str {
    "orders"
}

#[require(any(all(role("admin"), scope("orders")), all(role("clerk"), scope("orders:read"))))]
#[get("/orders")]
async fn tree() -> &'static str {
    "orders"
}

#[require_scope("orders:read")]
#[get("/orders")]
async fn principal(principal: Principal) -> &'static str {
    if principal.subject().is_some() { "orders" } else { "" }
}

#[require_role("admin")]
#[get("/orders")]
async fn admin() -> &'static str {
    "orders"
}

#[require_role("admin", hide)]
#[get("/orders")]
async fn hidden() -> &'static str {
    "orders"
}

/// Returns the number of allocations for one of many requests.
fn allocations<T>(what: &str, app: App<T>, authorization: &str, status: StatusCode) -> u64
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>
        + 'static,
    T::Future: 'static,
{
    // One poll is enough, because nothing waits.
    let app = init_service(app).now_or_never().unwrap();
    let field = HeaderValue::from_str(authorization).unwrap();
    // The text of the field is shared from its first clone on, as that of a field which was just parsed.
    let field = (!field.is_empty()).then(|| field.clone());
    let mut counts = [0; 10];
    for count in &mut counts {
        let request = TestRequest::get().uri("/orders");
        let request =
            field.iter().fold(request, |request, field| request.insert_header((AUTHORIZATION, field)));
        let request = request.to_request();
        let counted = measure(|| {
            let response = app.call(request).now_or_never().unwrap().unwrap();
            assert_eq!(response.status(), status, "{what}");
        });
        *count = counted.count_total;
    }
    report(&format!("{what}: {counts:?} allocations"));
    // The first requests allocate what is kept.
    let [.., before, last] = counts;
    assert_eq!(before, last, "{what}");
    last
}

/// Returns an authorizer, and the `Authorization` fields of Alice, who may read orders, and of Bob.
fn service() -> (Authorizer, [String; 2]) {
    let issuer = TestIssuer::new();
    let callers =
        ["alice", "bob"].map(|name| issuer.token(name).scope("orders:read").role("clerk").authorization().1);
    (issuer.authorizer().unwrap(), callers)
}

#[test]
fn a_remembered_token_allocates_nothing_unless_somebody_asks_for_the_principal() {
    let (authorizer, [alice, _]) = service();
    let app = || App::new().app_data(authorizer.clone());
    let least = allocations("bare", app().service(bare), &alice, StatusCode::OK);
    assert_eq!(allocations("public", app().service(open), &alice, StatusCode::OK), least);
    assert_eq!(allocations("authenticated", app().service(known), &alice, StatusCode::OK), least);
    assert_eq!(allocations("a tree", app().service(tree), &alice, StatusCode::OK), least);
    // A principal that an argument asks for is kept among the request's extensions, which box it.
    assert_eq!(allocations("an argument", app().service(principal), &alice, StatusCode::OK), least + 1);
}

#[test]
fn a_remembered_token_allocates_nothing_beside_every_other_kind_of_credential() {
    let issuer = TestIssuer::new();
    let alice = issuer.token("alice").scope("orders:read").role("clerk").authorization().1;
    let sessions = Sessions::new(CookieSessionStore::default(), Key::generate());
    let session = sessions.scheme(|name: String| Ok(Principal::builder().subject(name).build()));
    let keys = ApiKeys::new("ord", |_: &str| Ok(None)).header("x-api-key");
    let all = issuer.authorizer_builder().unwrap().scheme(keys).scheme(session);
    let all = all.scheme(Basic::new(|_: &str| Ok(None))).build().unwrap();
    let app = || App::new().app_data(all.clone());
    let least = allocations("bare", app().service(bare), &alice, StatusCode::OK);
    assert_eq!(allocations("all schemes", app().service(known), &alice, StatusCode::OK), least);
    assert_eq!(allocations("all schemes, a tree", app().service(tree), &alice, StatusCode::OK), least);
}

#[test]
fn a_denial_allocates_so_much_and_no_more() {
    let (authorizer, [alice, bob]) = service();
    let app = || App::new().app_data(authorizer.clone());
    let least = allocations("bare", app().service(bare), &alice, StatusCode::OK);
    let ((says, _), (_, signature)) = (alice.rsplit_once('.').unwrap(), bob.rsplit_once('.').unwrap());
    let forged = format!("{says}.{signature}");
    let more = [
        ("anonymous", app().service(known), "", StatusCode::UNAUTHORIZED),
        ("garbage", app().service(known), "Bearer garbage", StatusCode::UNAUTHORIZED),
        ("malformed", app().service(known), "Bearer a b", StatusCode::BAD_REQUEST),
        ("forged", app().service(known), &*forged, StatusCode::UNAUTHORIZED),
        ("forbidden", app().service(admin), &*alice, StatusCode::FORBIDDEN),
        ("hidden", app().service(hidden), &*alice, StatusCode::NOT_FOUND),
    ]
    .map(|(what, app, authorization, status)| (what, allocations(what, app, authorization, status) - least));
    assert_eq!(
        more,
        [("anonymous", 1), ("garbage", 1), ("malformed", 1), ("forged", 9), ("forbidden", 0), ("hidden", 0)]
    );
}

#[test]
fn an_evaluation_allocates_nothing() {
    const REQUIREMENT: Requirement = Requirement::any(&[
        Requirement::all(&[Requirement::role("admin"), Requirement::scope("orders")]),
        Requirement::all(&[Requirement::role("clerk"), Requirement::scope("orders:read")]),
    ]);

    for (caller, decision) in [
        (Principal::builder().role("clerk").scope("orders:read").build(), Decision::Allow),
        (Principal::builder().role("clerk").build(), Decision::Deny(Denial::InsufficientScope)),
        (Principal::builder().build(), Decision::Deny(Denial::Forbidden)),
    ] {
        let counted = measure(|| assert_eq!(REQUIREMENT.evaluate(&caller), decision));
        assert_eq!(counted.count_total, 0, "{decision:?}");
    }
}
