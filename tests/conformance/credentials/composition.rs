//! SE: compositions of several schemes with groups, gates and inner authorizers.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{App, HttpRequest, test::TestRequest};
use auth_runtime::{
    Api, Authorizer, Credential, Group, Hide, InvalidCredential, Lookup, Principal, Refusal, Requirement,
    Routes, Scheme, TestServer, require_auth, require_scope,
    testing::{assert_hidden, without_owner},
};
use auth_tests::{
    Server,
    invariants::{parameter, parse},
    wire::bearer,
};

use super::{all, login, me, people};

#[require_scope("notes:write")]
#[actix_web::get("/write")]
async fn write() -> &'static str {
    "written"
}

#[require_auth]
#[actix_web::get("/report")]
async fn report() -> &'static str {
    "figures"
}

/// A group that is hidden from everybody but administrators.
fn hidden_group(routes: &mut Routes<'_>) {
    let admins = routes.authorizer().require(Requirement::role("admin")).hide(Hide::Unauthorized);
    routes.group(Group::new("/admin").wrap(admins), |admin| {
        admin.service(report);
    });
}

#[test]
fn se_08_a_hidden_group_equals_nothing_under_every_credential() {
    let api = Api::new(all().build().unwrap(), hidden_group).unwrap();
    let server = TestServer::start(move || App::new().configure(api.routes()));
    for (name, value) in
        [("cookie", "session=alice"), ("x-api-key", "alice"), ("authorization", "Bearer alice")]
    {
        let to = |path: &str| TestRequest::with_uri(path).insert_header((name, value));
        let keeper = TestRequest::with_uri("/admin/report").insert_header(("x-api-key", "keeper"));
        assert_hidden(&server, to("/admin/report"), to("/nothing"), keeper);
        for path in ["/admin/nothing", "/admin"] {
            let nobody = without_owner("there is nothing at this path of the group");
            assert_hidden(&server, to(path), to("/nothing"), nobody);
        }
    }
}

#[test]
fn se_06_missing_scopes_are_asked_of_the_scheme_that_was_used() {
    let authorizer = all().challenge_scopes().build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).service(write);
    });
    let by_key = server.get("/write", &["x-api-key: alice"]);
    assert_eq!((by_key.status(), by_key.challenges().len()), (403, 0), "a token would not help beside a key");
    assert_eq!(by_key.json().get("error"), None);
    let by_token = server.get("/write", &[&bearer("alice")]);
    let challenge = parse(by_token.challenge());
    assert_eq!(parameter(&challenge, "error").as_deref(), Some("insufficient_scope"));
    assert_eq!(parameter(&challenge, "scope").as_deref(), Some("notes:write"));
}

#[test]
fn se_06_a_malformed_credential_is_blamed_on_its_own_scheme() {
    let builder = Authorizer::builder().bearer(people).scheme(Scheme::new("Hawk", people));
    let authorizer = builder.build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).service(write);
    });
    let hawk = server.get("/write", &["authorization: Hawk"]);
    assert_eq!((hawk.status(), hawk.challenges().len()), (400, 0));
    assert_eq!(hawk.json().get("error"), None);
    let token = server.get("/write", &["authorization: Bearer"]);
    assert_eq!(parameter(&parse(token.challenge()), "error").as_deref(), Some("invalid_request"));
}

/// A service behind a gate whose sessions are all dead, with counts of questions about them and of bodies of denials.
fn dead_sessions() -> (Server, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let (asked, bodies) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, chosen) = (Arc::clone(&asked), Arc::clone(&bodies));
    let dead = move |_: &Credential<'_>| -> Result<Principal, Refusal> {
        counted.fetch_add(1, Ordering::SeqCst);
        Err(InvalidCredential::Revoked.into())
    };
    let body = move |request: &HttpRequest, _: &auth_runtime::Denied| {
        chosen.fetch_add(1, Ordering::SeqCst);
        // A copy of the request that outlives the denial.
        let copy = request.clone();
        actix_web::rt::spawn(async move {
            actix_web::rt::task::yield_now().await;
            drop(copy);
        });
        None
    };
    let builder = Authorizer::builder().scheme(Scheme::new("Session", dead).cookie("session"));
    let authorizer = builder.denial_body(body).build().unwrap();
    let server = Server::run(move || {
        App::new().app_data(authorizer.clone()).service((me, login)).wrap(authorizer.gate())
    });
    (server, asked, bodies)
}

#[test]
fn a_refusal_that_is_not_sent_is_no_denial() {
    let (server, asked, bodies) = dead_sessions();
    let dead = "cookie: session=x";
    assert_eq!(server.get("/login", &[dead]).status(), 200);
    assert_eq!((asked.swap(0, Ordering::SeqCst), bodies.swap(0, Ordering::SeqCst)), (1, 0));
    assert_eq!(server.get("/me", &[dead]).status(), 401);
    assert_eq!((asked.load(Ordering::SeqCst), bodies.load(Ordering::SeqCst)), (1, 1), "each is asked once");
}

#[test]
fn a_lookup_shows_no_credential() {
    let request =
        TestRequest::with_uri("/x?ticket=a-secret-ticket").insert_header(("x-api-key", "a-secret-key"));
    let principal = Principal::builder().subject("alice").build();
    let lookup = Lookup::dangerous_without_authorization(1_u8, principal, request.to_http_request());
    let shown = format!("{lookup:?}");
    assert!(shown.contains("alice") && !shown.contains("secret"), "{shown}");
}

#[test]
fn spaces_around_a_credential_do_not_count() {
    let authorizer = all().build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).service(me);
    });
    assert_eq!(server.get("/me?ticket=%20alice%20", &[]).text(), "alice by Ticket");
    for blank in ["%20", "+", ""] {
        assert_eq!(server.get(&format!("/me?ticket={blank}"), &[]).status(), 401, "{blank}");
    }
    assert_eq!(server.get("/me?other=%ff&ticket=alice", &[]).text(), "alice by Ticket");
}
