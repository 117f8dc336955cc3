//! SE: challenges, caching and hiding, whatever credential was presented.

use actix_web::{App, test::TestRequest};
use auth_runtime::{Authorizer, TestServer, testing::assert_hidden};
use auth_tests::{
    invariants::{parameter, parse},
    wire::bearer,
};

use super::{COOKIE, KEY, all, certificates, explicit, gated, people, routes, service};

#[test]
fn se_05_nothing_sent_asks_for_every_advertised_scheme() {
    let service = service(all());
    let response = service.get("/me", &[]);
    let challenges = response.challenges();
    let parsed: Vec<_> = challenges.iter().map(|challenge| parse(challenge)).collect();
    let schemes: Vec<_> = parsed.iter().map(|challenge| challenge.scheme).collect();
    assert_eq!(schemes, ["Bearer", "ApiKey", "Session", "Badge"], "no ticket");
    for challenge in &parsed {
        assert_eq!(parameter(challenge, "realm").as_deref(), Some("desk"));
        assert_eq!(challenge.params.len(), 1, "{challenge:?}");
    }
}

#[test]
fn se_06_the_error_stands_on_the_scheme_that_was_used() {
    let service = service(all());
    let with_error = |lines: &[&str]| -> Vec<String> {
        let response = service.get("/me", lines);
        assert_eq!(response.status(), 401);
        let challenges = response.challenges().into_iter().map(parse);
        let failed = challenges.filter(|challenge| parameter(challenge, "error").is_some());
        failed.map(|challenge| challenge.scheme.to_owned()).collect()
    };
    assert_eq!(with_error(&["x-api-key: mallory"]), [""; 0]);
    assert_eq!(with_error(&["cookie: session=mallory"]), [""; 0]);
    assert_eq!(with_error(&[&bearer("mallory")]), ["Bearer"]);
    let body = service.get("/me", &["x-api-key: mallory"]).json();
    assert_eq!(body.get("error"), None, "the codes of RFC 6750 are not a key's");
}

#[test]
fn se_07_answers_to_credentials_that_caches_do_not_know_are_private() {
    let server = gated();
    let stored = |lines: &[&str]| server.get("/me", lines).field("cache-control").map(str::to_owned);
    assert_eq!(stored(&[COOKIE]).as_deref(), Some("private"));
    assert_eq!(stored(&[KEY]).as_deref(), Some("private"));
    assert_eq!(stored(&[&bearer("bob")]), None, "RFC 9111 section 3.5 is about `Authorization`");
    assert_eq!(server.get("/absent", &[KEY]).field("cache-control"), Some("no-store"));
}

#[test]
fn c_03_answers_to_credentials_outside_authorization_forbid_shared_storing() {
    let server = gated();
    for (path, lines, status, stored) in [
        ("/me", [COOKIE], 200, "private"),
        ("/me", [KEY], 200, "private"),
        ("/me", ["cookie: session=dead"], 401, "no-store"),
        ("/secret", [COOKIE], 404, "no-store"),
        ("/absent", [COOKIE], 404, "no-store"),
    ] {
        let response = server.get(path, &lines);
        assert_eq!(
            (response.status(), response.field("cache-control")),
            (status, Some(stored)),
            "{path} {lines:?}"
        );
    }
}

#[test]
fn se_08_hidden_equals_absent_under_every_credential() {
    let authorizer = all().build().unwrap();
    let server = TestServer::start(move || {
        let authorizer = authorizer.clone();
        App::new().configure(move |config| routes(config, &authorizer))
    });
    let keeper = || TestRequest::with_uri("/secret").insert_header(("authorization", "Bearer keeper"));
    for (target, field, _) in explicit() {
        let (name, value) = field.split_once(": ").unwrap();
        let query = target.strip_prefix("/me").unwrap();
        let to = |path: &str| TestRequest::with_uri(&format!("{path}{query}")).insert_header((name, value));
        assert_hidden(&server, to("/secret"), to("/absent"), keeper());
        assert_hidden(&server, to("/secret"), to("/nothing"), keeper());
    }
    let to = |path: &str| TestRequest::with_uri(path).insert_header(("cookie", "session=alice"));
    assert_hidden(&server, to("/secret"), to("/absent"), keeper());
}

#[test]
fn se_10_what_nothing_could_cure_is_403() {
    let alone = service(Authorizer::builder().scheme(certificates()));
    for lines in [&[][..], &["x-certificate: mallory"], &[&bearer("bob")]] {
        let response = alone.get("/me", lines);
        assert_eq!((response.status(), response.challenges().len()), (403, 0), "{lines:?}");
    }
    assert_eq!(alone.get("/me", &["x-certificate: alice"]).text(), "alice by Certificate");
    let beside = service(Authorizer::builder().bearer(people).scheme(certificates()));
    let response = beside.get("/me", &[]);
    assert_eq!((response.status(), response.challenges()), (401, vec![r#"Bearer realm="api""#]));
}

#[test]
fn a_dead_cookie_blocks_no_public_handler() {
    let server = gated();
    let dead = "cookie: session=mallory";
    assert_eq!(server.get("/login", &[dead]).status(), 200);
    assert_eq!(server.get("/me", &[dead]).status(), 401);
    assert_eq!(
        server.get("/login", &[&bearer("mallory")]).status(),
        401,
        "the gate refuses what was sent on purpose"
    );
}

#[test]
fn two_cookies_of_one_name_block_no_public_handler() {
    let server = gated();
    let twice = "cookie: session=alice; session=alice";
    assert_eq!(server.get("/login", &[twice]).status(), 200);
    assert_eq!(server.get("/me", &[twice]).status(), 400);
    assert_eq!(server.get("/login", &["x-api-key: alice", "x-api-key: alice"]).status(), 400);
}
