//! SE: several credentials on one service.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use actix_web::{App, dev::Service as _, get, http::header, post, test::TestRequest, web};
use auth_runtime::{
    Authentication, Authorizer, AuthorizerBuilder, Credential, Denial, InvalidCredential, NotFound,
    Principal, Scheme, TestServer, assert_hidden, public, require_auth, require_scope,
};
use auth_tests::{
    Server,
    invariants::{parameter, parse},
    wire::bearer,
};

/// Knows people by their names, and refuses everybody else.
fn people(credential: &Credential<'_>) -> Result<Principal, Denial> {
    match credential.value() {
        name @ ("alice" | "bob") => Ok(Principal::builder().subject(name).build()),
        _ => Err(Denial::InvalidCredential(InvalidCredential::Refused("nobody of that name"))),
    }
}

fn all() -> AuthorizerBuilder {
    Authorizer::builder()
        .realm("desk")
        .bearer(people)
        .scheme(Scheme::new("ApiKey", people).header("X-Api-Key"))
        .scheme(Scheme::new("Session", people).cookie("session"))
        .scheme(Scheme::new("Ticket", people).dangerous_query("ticket").unadvertised())
        .scheme(
            Scheme::new("Badge", people)
                .presented_by(|head| Some(head.headers().get("x-badge")?.to_str().ok()?.to_owned())),
        )
}

#[require_auth]
#[get("/me")]
async fn me(principal: Principal) -> String {
    format!("{} by {}", principal.subject().unwrap(), principal.scheme().unwrap())
}

#[require_auth]
#[post("/me")]
async fn change(_: Principal) -> &'static str {
    "changed"
}

#[require_scope("secrets", hide)]
#[get("/secret")]
async fn secret() -> &'static str {
    "secret"
}

#[require_auth]
#[get("/absent")]
async fn absent() -> NotFound {
    NotFound
}

#[public("everybody may log in")]
#[get("/login")]
async fn login() -> &'static str {
    "log in"
}

fn routes(config: &mut web::ServiceConfig, authorizer: &Authorizer) {
    config.app_data(authorizer.clone()).service((me, change, secret, absent, login));
    config.default_service(authorizer.not_found());
}

fn service(builder: AuthorizerBuilder) -> Server {
    let authorizer = builder.build().unwrap();
    Server::start(move |config| routes(config, &authorizer))
}

const KEY: &str = "x-api-key: bob";
const COOKIE: &str = "cookie: theme=dark; session=alice";

/// Each way to present bob's credential on purpose: the target, the fields and the scheme.
fn explicit() -> [(&'static str, String, &'static str); 4] {
    [
        ("/me", bearer("bob"), "Bearer"),
        ("/me", KEY.to_owned(), "ApiKey"),
        ("/me?ticket=bob", "accept: */*".to_owned(), "Ticket"),
        ("/me", "x-badge: bob".to_owned(), "Badge"),
    ]
}

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
    let certificate = Scheme::new("Certificate", people)
        .connection(|head| Some(head.headers().get("x-certificate")?.to_str().ok()?.to_owned()));
    let service = service(all().scheme(certificate));
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
    let authorizer = all().build().unwrap();
    let server = Server::run(move || {
        let authorizer = authorizer.clone();
        let gate = authorizer.gate();
        App::new().configure(move |config| routes(config, &authorizer)).wrap(gate)
    });
    let stored = |lines: &[&str]| server.get("/me", lines).field("cache-control").map(str::to_owned);
    assert_eq!(stored(&[COOKIE]).as_deref(), Some("private"));
    assert_eq!(stored(&[KEY]).as_deref(), Some("private"));
    assert_eq!(stored(&[&bearer("bob")]), None, "RFC 9111 section 3.5 is about `Authorization`");
    assert_eq!(server.get("/absent", &[KEY]).field("cache-control"), Some("no-store"));
}

#[test]
fn se_08_hidden_equals_absent_under_every_credential() {
    let authorizer = all().build().unwrap();
    let server = TestServer::start(move || {
        let authorizer = authorizer.clone();
        App::new().configure(move |config| routes(config, &authorizer))
    });
    for (target, field, _) in explicit() {
        let (name, value) = field.split_once(": ").unwrap();
        let query = target.strip_prefix("/me").unwrap();
        let to = |path: &str| TestRequest::with_uri(&format!("{path}{query}")).insert_header((name, value));
        assert_hidden(&server, to("/secret"), to("/absent"));
        assert_hidden(&server, to("/secret"), to("/nothing"));
    }
    let to = |path: &str| TestRequest::with_uri(path).insert_header(("cookie", "session=alice"));
    assert_hidden(&server, to("/secret"), to("/absent"));
}

#[test]
fn se_09_a_principal_counts_for_its_credential_alone() {
    let authorizer = all().build().unwrap();
    let server = Server::run(move || {
        let authorizer = authorizer.clone();
        let gate = authorizer.gate();
        App::new()
            .configure(move |config| routes(config, &authorizer))
            // Behind the gate a middleware replaces what was presented.
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
fn se_10_what_nothing_could_cure_is_403() {
    let certificates = || {
        Scheme::new("Certificate", people)
            .connection(|head| Some(head.headers().get("x-certificate")?.to_str().ok()?.to_owned()))
    };
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
    let authorizer = all().build().unwrap();
    let server = Server::run(move || {
        let authorizer = authorizer.clone();
        let gate = authorizer.gate();
        App::new().configure(move |config| routes(config, &authorizer)).wrap(gate)
    });
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
fn the_head_is_shown_and_the_body_is_not() {
    let shown = |credential: &Credential<'_>| {
        let head = credential.head();
        assert_eq!((head.method().as_str(), head.uri().path()), ("POST", "/me"));
        assert_eq!(head.headers().get("x-extra").unwrap(), "1");
        assert!(head.peer_addr().unwrap().ip().is_loopback());
        assert_eq!(head.app_data::<web::Data<u8>>().map(|data| *data.get_ref()), Some(7));
        assert!(head.conn_data::<u8>().is_none());
        let debug = format!("{head:?} {credential:?}");
        assert!(!debug.contains("alice"), "{debug}");
        people(credential)
    };
    let authorizer = Authorizer::builder().bearer(shown).build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(web::Data::new(7_u8));
        routes(config, &authorizer);
    });
    assert_eq!(server.send("POST", "/me", &[&bearer("alice"), "x-extra: 1"]).text(), "changed");
}

#[test]
fn an_async_closure_authenticates() {
    let slow = async |credential: &Credential<'_>| {
        tokio::task::yield_now().await;
        people(credential)
    };
    let service = service(Authorizer::builder().scheme(Scheme::new("Slow", slow).header("x-slow")));
    assert_eq!(service.get("/me", &["x-slow: alice"]).text(), "alice by Slow");
    assert_eq!(service.get("/me", &["x-slow: mallory"]).status(), 401);
    assert_eq!(service.get("/secret", &["x-slow: alice"]).status(), 404);
}

/// A clock that a test moves, and an authorizer that counts how often its authenticator is asked.
fn counting(
    answer: impl Fn(&Credential<'_>) -> Authentication + Send + Sync + 'static,
) -> (Arc<AtomicUsize>, Arc<AtomicUsize>, Server) {
    let (asked, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(1_000_000)));
    let (counted, clock) = (Arc::clone(&asked), Arc::clone(&now));
    let authenticate = move |credential: &Credential<'_>| {
        counted.fetch_add(1, Ordering::SeqCst);
        answer(credential)
    };
    let builder = Authorizer::builder()
        .scheme(Scheme::new("Key", authenticate).header("x-key"))
        .clock(move || SystemTime::UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst) as u64));
    (asked, now, service(builder))
}

#[test]
fn an_answer_is_remembered_for_as_long_as_it_says() {
    let (asked, now, service) =
        counting(|key| Authentication::from(people(key)).remember_for(Duration::from_secs(30)));
    let get = |key: &str| service.get("/me", &[&format!("x-key: {key}")]).status();
    for _ in 0..3 {
        assert_eq!((get("alice"), get("bob"), get("mallory")), (200, 200, 401));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2 + 3, "each good one once, and what is refused each time");
    now.fetch_add(29, Ordering::SeqCst);
    assert_eq!((get("alice"), asked.load(Ordering::SeqCst)), (200, 5));
    now.fetch_add(1, Ordering::SeqCst);
    assert_eq!((get("alice"), asked.load(Ordering::SeqCst)), (200, 6));
}

#[test]
fn an_answer_without_that_is_asked_for_each_time() {
    let (asked, _, service) = counting(|key| people(key).into());
    for times in 1..4 {
        assert_eq!(service.get("/me", &["x-key: alice"]).status(), 200);
        assert_eq!(asked.load(Ordering::SeqCst), times);
    }
}

#[test]
fn nothing_is_remembered_beyond_the_end_of_the_principal() {
    let ends = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_010);
    let (asked, now, service) = counting(move |key| {
        let principal = people(key).map(|_| Principal::builder().subject("alice").expires_at(ends).build());
        Authentication::from(principal).remember_for(Duration::from_secs(30))
    });
    for (passed, times) in [(0, 1), (9, 1), (1, 2), (0, 3)] {
        now.fetch_add(passed, Ordering::SeqCst);
        assert_eq!(service.get("/me", &["x-key: alice"]).status(), 200);
        assert_eq!(asked.load(Ordering::SeqCst), times);
    }
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let refused = |builder: AuthorizerBuilder| builder.build().unwrap_err().to_string();
    let key = || Scheme::new("ApiKey", people);
    for (builder, remedy) in [
        (Authorizer::builder().scheme(key().unadvertised()), "no scheme is advertised"),
        (Authorizer::builder().scheme(key().header("x key")), "has no legal name"),
        (Authorizer::builder().scheme(key().header("Authorization")), "leave `.header(..)` out"),
        (Authorizer::builder().scheme(key().header("cookie")), "with `.cookie(..)`"),
        (Authorizer::builder().scheme(key().cookie("a b")), "the cookie of `ApiKey`"),
        (Authorizer::builder().scheme(key().dangerous_query("")), "the parameter of `ApiKey`"),
        (
            all().scheme(Scheme::new("Other", people).header("x-api-key")),
            "`ApiKey` and `Other` read the same field",
        ),
        (all().scheme(Scheme::new("Other", people).cookie("session")), "`Session` and `Other` read the same"),
        (all().scheme(key()), "`ApiKey` is accepted twice"),
    ] {
        let error = refused(builder);
        assert!(error.contains(remedy), "{error}");
    }
    let unadvertised = Authorizer::builder().bearer(people).scheme(key().unadvertised());
    assert!(unadvertised.build().is_ok());
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
