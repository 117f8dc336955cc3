//! SE: the credential that decides, where a request presents several.

use actix_web::{App, dev::Service as _, http::header};
use auth_runtime::{Authorizer, Scheme};
use auth_tests::{
    Server,
    invariants::{parameter, parse},
    wire::bearer,
};

use super::{COOKIE, KEY, all, certificates, explicit, people, routes, service};

#[test]
fn se_01_an_explicit_credential_decides_alone() {
    let service = service(all());
    assert_eq!(service.get("/me", &[COOKIE]).text(), "alice by Session");
    for (target, field, scheme) in explicit() {
        assert_eq!(service.get(target, &[&field, COOKIE]).text(), format!("bob by {scheme}"), "{scheme}");
    }
}

#[test]
fn se_01_an_unknown_scheme_beside_a_key_is_no_credential() {
    let service = service(all());
    assert_eq!(service.get("/me", &["authorization: Basic eDp5", KEY]).text(), "bob by ApiKey");
    assert_eq!(service.get("/me", &["authorization: Basic eDp5", COOKIE]).text(), "alice by Session");
}

#[test]
fn se_01_of_two_that_come_by_themselves_the_first_decides() {
    let service = service(all().scheme(certificates()));
    let lines = [COOKIE, "x-certificate: bob"];
    assert_eq!(service.get("/me", &lines).text(), "alice by Session");
    assert_eq!(service.get("/me", &lines[1..]).text(), "bob by Certificate");
    let dead = service.get("/me", &["cookie: session=dead", "x-certificate: bob"]);
    assert_eq!(dead.status(), 401, "what decides is never replaced by another credential");
}

#[test]
fn se_01_a_scheme_can_be_counted_as_one_that_comes_by_itself() {
    let service = service(
        Authorizer::builder().bearer(people).scheme(Scheme::new("Badge", people).header("x-badge").ambient()),
    );
    assert_eq!(service.get("/me", &["x-badge: alice"]).text(), "alice by Badge");
    assert_eq!(service.get("/me", &["x-badge: alice", &bearer("bob")]).text(), "bob by Bearer");
}

#[test]
fn se_02_a_refused_credential_never_falls_back() {
    let service = service(all());
    for (target, field, _) in explicit() {
        let bad = |text: &str| text.replace("bob", "mallory");
        let response = service.get(&bad(target), &[&bad(&field), COOKIE]);
        assert_eq!(response.status(), 401, "{field}");
    }
    let malformed = service.get("/me", &["authorization: Bearer a b", COOKIE]);
    assert_eq!(malformed.status(), 400);
}

#[test]
fn se_03_two_explicit_credentials_are_a_broken_request() {
    let service = service(all());
    let explicit = explicit();
    for (first, (target, field, _)) in explicit.iter().enumerate() {
        for (other_target, other, _) in explicit.iter().skip(first + 1) {
            let target = if target.contains('?') { target } else { other_target };
            for other in [other.clone(), other.replace("bob", "alice"), other.replace("bob", "mallory")] {
                let response = service.get(target, &[field, &other]);
                assert_eq!(response.status(), 400, "{field} and {other}");
            }
        }
    }
    let response = service.get("/me", &[&bearer("bob"), KEY]);
    let challenge = parse(response.challenge());
    assert_eq!(parameter(&challenge, "error").as_deref(), Some("invalid_request"));
}

#[test]
fn se_04_a_field_of_its_own_stands_once() {
    let service = service(all());
    for lines in [
        vec![KEY, KEY],
        vec![KEY, "x-api-key: alice"],
        vec!["cookie: session=alice; session=alice"],
        vec![COOKIE, "cookie: session=bob"],
        vec!["x-api-key: b\u{f6}b"],
    ] {
        let response = service.get("/me", &lines);
        assert_eq!((response.status(), response.challenges().len()), (400, 0), "{lines:?}");
    }
    assert_eq!(service.get("/me?ticket=bob&ticket=bob", &[]).status(), 400);
    assert_eq!(service.get("/me", &["cookie: sessions=bob; xsession=bob; session=alice"]).status(), 200);
}

#[test]
fn se_04_an_empty_field_is_no_credential() {
    let service = service(all());
    for lines in [["x-api-key:"], ["x-api-key:   "], ["cookie: session="], ["cookie: session"], ["x-badge:"]]
    {
        let response = service.get("/me?ticket=", &lines);
        assert_eq!(response.status(), 401, "{lines:?}");
        assert!(response.challenges().iter().all(|challenge| !challenge.contains("error")), "{response:?}");
        assert_eq!(service.get("/me", &[lines[0], &bearer("bob")]).text(), "bob by Bearer");
    }
}

#[test]
fn se_09_a_principal_counts_for_its_credential_alone() {
    let authorizer = all().build().unwrap();
    let server = Server::run(move || {
        let authorizer = authorizer.clone();
        let gate = authorizer.gate();
        App::new()
            .configure(move |config| routes(config, &authorizer))
            // A middleware behind the gate replaces the credential.
            .wrap_fn(|mut request, next| {
                for field in ["cookie", "x-api-key", "x-badge", "authorization"] {
                    let name = header::HeaderName::from_static(field);
                    let Some(other) = request.headers().get(format!("then-{field}")).cloned() else {
                        continue;
                    };
                    request.headers_mut().insert(name, other);
                }
                next.call(request)
            })
            .wrap(gate)
    });
    let get = |lines: &[&str]| server.get("/me", lines);
    assert_eq!(get(&[COOKIE, "then-cookie: session=bob"]).text(), "bob by Session");
    assert_eq!(get(&[COOKIE, "then-cookie: session=mallory"]).status(), 401);
    assert_eq!(get(&[KEY, "then-x-api-key: alice"]).text(), "alice by ApiKey");
    assert_eq!(get(&[COOKIE, "then-authorization: Bearer bob"]).text(), "bob by Bearer");
    assert_eq!(get(&[&bearer("bob"), "then-authorization: Bearer mallory"]).status(), 401);
    assert_eq!(get(&[KEY, "then-x-badge: bob"]).status(), 400, "now there are two");
    assert_eq!(get(&[COOKIE]).text(), "alice by Session");
}

#[test]
fn what_a_head_holds_otherwise_is_no_panic() {
    let service = service(all());
    let long = format!("x-api-key: {}", "a".repeat(7_000));
    let cookies = format!("cookie: {}", "session=;".repeat(500));
    for lines in [[long.as_str()], [&cookies], ["cookie: ;;=;session"], ["cookie: session=\"alice\""]] {
        assert!(matches!(service.get("/me", &lines).status(), 400 | 401), "{lines:.60?}");
    }
    for query in ["?ticket=%ff", "?ticket=%00", "?%zz", "?ticket", "?&&=&ticket=%E4%B8%AD"] {
        assert!(matches!(service.get(&format!("/me{query}"), &[]).status(), 400 | 401), "{query}");
    }
}
