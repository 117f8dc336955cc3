//! AK-01 to AK-04 and AK-07, and the SE rules for keys.

use actix_web::{App, test::TestRequest};
use auth_runtime::{
    Authorizer, Scheme, TestServer,
    api_key::{ApiKey, StoredKey},
    testing::assert_hidden,
};
use auth_tests::{
    Server,
    invariants::{parameter, parse},
    log,
    wire::{Connection, bearer, request},
};
use sha2::{Digest as _, Sha256};

use super::{super::people, Table, header, hex, key_of, routes, serve, unknown, with_another_secret};

/// Starts a service that accepts people by name as bearer tokens and in a cookie, and keys in a field.
fn beside_others(table: &Table) -> Authorizer {
    Authorizer::builder()
        .realm("desk")
        .bearer(people)
        .scheme(table.keys().header("x-api-key"))
        .scheme(Scheme::new("Session", people).cookie("session"))
        .build()
        .unwrap()
}

fn start(authorizer: Authorizer) -> Server {
    Server::run(move || {
        let authorizer = authorizer.clone();
        let gate = authorizer.gate();
        App::new().configure(move |config| routes(config, &authorizer)).wrap(gate)
    })
}

#[test]
fn ak_01_without_a_key_the_scheme_is_asked_for() {
    let table = Table::default();
    let key = table.issue("shop");
    for server in [table.serve(), serve(table.keys())] {
        let response = server.get("/me", &[]);
        assert_eq!((response.status(), response.challenge()), (401, r#"ApiKey realm="desk""#));
    }
    let in_authorization = serve(table.keys());
    for line in
        [format!("authorization: ApiKey {}", key.text()), format!("Authorization: apikey  {}", key.text())]
    {
        assert_eq!(in_authorization.get("/me", &[&line]).text(), "shop by ApiKey");
    }
    assert_eq!(in_authorization.get("/me", &[&header(key.text())]).status(), 401, "it is read in one place");
    assert_eq!(table.serve().get("/me", &[&header(key.text())]).text(), "shop by ApiKey");
}

#[test]
fn ak_02_a_dump_of_the_table_has_no_key() {
    let table = Table::default();
    let keys = [table.issue("shop"), table.issue("desk")];
    let server = table.serve();
    let dump = table.dump();
    for key in &keys {
        assert_eq!(server.get("/me", &[&header(key.text())]).status(), 200);
        let digest = Sha256::digest(key.text());
        assert!(dump.contains(&hex(&digest)) && dump.contains(key.id()), "{dump}");
        let secret = key.text().rsplit_once('_').unwrap().1;
        for piece in secret.as_bytes().windows(8).map(String::from_utf8_lossy) {
            assert!(!dump.contains(&*piece), "{piece} in {dump}");
        }
    }
    // What is shown for debugging has nothing of the secret or of the digest.
    let stored = StoredKey::new(keys[0].digest(), auth_runtime::Principal::builder().build());
    let shown = format!("{:?} {stored:?} {:?}", keys[0], table.keys());
    assert!(!shown.contains('_') && !shown.contains("digest"), "{shown}");
}

#[test]
fn ak_03_garbage_is_refused_without_asking_the_store() {
    let table = Table::default();
    let key = table.issue("shop");
    let (server, mut seed) = (table.serve(), 7_u64);
    let mut random = || {
        let mut digit = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(super::DIGITS[usize::try_from(seed >> 33).unwrap() % 62])
        };
        let text: String = (0..65).map(|_| digit()).collect();
        format!("ord_{}_{}", &text[..16], &text[16..])
    };
    let mut connection = Connection::open(&server);
    for _ in 0..100 {
        // The requests are sent without waiting for the answers, which takes less time.
        let requests: String = (0..100).map(|_| request("GET", "/me", &[&header(&random())], "")).collect();
        connection.send(requests.as_bytes()).unwrap();
        for _ in 0..100 {
            assert_eq!(connection.receive(false).unwrap().status(), 401);
        }
    }
    assert_eq!(table.asked(), 0);
    // Keys with the checksum of the documented format reach the store, so the count can fail.
    assert_eq!(server.get("/me", &[&header(&unknown())]).status(), 401);
    assert_eq!(server.get("/me", &[&header(key.text())]).status(), 200);
    assert_eq!(table.asked(), 2);
}

#[test]
fn ak_03_a_key_of_another_service_is_refused_without_asking_the_store() {
    let table = Table::default();
    let server = table.serve();
    for text in [ApiKey::generate("shop").unwrap().text(), &key_of("or", &"U".repeat(16), &"S".repeat(43))] {
        assert_eq!(server.get("/me", &[&header(text)]).status(), 401);
    }
    assert_eq!(table.asked(), 0);
}

#[test]
fn ak_04_unknown_and_wrong_are_the_same_answer() {
    let table = Table::default();
    let (key, ended) = (table.issue("shop"), table.issue_until("shop", Some(1)));
    let server = table.serve();
    let refused = server.get("/me", &[&header("nonsense")]).masked();
    assert_eq!(refused.status(), 401);
    for text in [unknown(), with_another_secret(&key), with_another_secret(&ended), ended.text().to_owned()] {
        table.asked();
        assert_eq!(server.get("/me", &[&header(&text)]).masked(), refused, "{text}");
        assert_eq!(table.asked(), 1, "the same work");
    }
}

#[test]
fn ak_07_only_the_configured_field_is_read() {
    let table = Table::default();
    let key = table.issue("shop");
    let (server, text) = (table.serve(), key.text());
    for target in
        [format!("/me?api_key={text}"), format!("/me?x-api-key={text}"), format!("/me?access_token={text}")]
    {
        assert_eq!(server.get(&target, &[]).status(), 401, "{target}");
    }
    for line in [
        format!("cookie: x-api-key={text}"),
        format!("api-key: {text}"),
        format!("authorization: {text}"),
        format!("authorization: ApiKey {text}"),
        format!("authorization: Bearer {text}"),
        bearer(text),
    ] {
        assert_eq!(server.get("/me", &[&line]).status(), 401, "{line}");
    }
    assert_eq!(table.asked(), 0);
}

#[test]
fn ak_07_no_piece_of_a_key_is_echoed_or_logged() {
    log::keep();
    let table = Table::default();
    let (key, ended) = (table.issue("shop"), table.issue_until("shop", Some(1)));
    let server = table.serve();
    let mut texts =
        vec![key.text().to_owned(), ended.text().to_owned(), with_another_secret(&key), unknown()];
    texts.push(format!("{}x", key.text()));
    texts.push(key.text().replacen("ord", "or", 1));
    for is_away in [false, true] {
        table.content().is_away = is_away;
        for text in &texts {
            for path in ["/me", "/secret", "/absent"] {
                let answer = server.get(path, &[&header(text)]);
                let shown = format!("{answer:?} {}", String::from_utf8_lossy(&answer.body));
                for piece in text.as_bytes().windows(8).map(String::from_utf8_lossy) {
                    assert!(!shown.contains(&*piece), "{piece} in {shown}");
                }
            }
        }
    }
    let own: Vec<_> =
        log::lines().lines().filter(|line| line.contains("auth_runtime")).map(str::to_owned).collect();
    for reason in ["no key has its id", "it is not the key of its id", "it has not the form", "it expired"] {
        assert!(own.iter().any(|line| line.contains(reason)), "{reason}");
    }
    for piece in texts.iter().flat_map(|text| text.as_bytes().windows(8)).map(String::from_utf8_lossy) {
        // A run of one letter stands in other lines too.
        let letters: std::collections::BTreeSet<_> = piece.bytes().collect();
        assert!(letters.len() < 3 || own.iter().all(|line| !line.contains(&*piece)), "{piece}");
    }
}

#[test]
fn se_01_a_key_decides_alone_beside_a_cookie_and_an_unknown_scheme() {
    let table = Table::default();
    let key = header(table.issue("shop").text());
    let server = start(beside_others(&table));
    assert_eq!(server.get("/me", &[&key, "cookie: session=alice"]).text(), "shop by ApiKey");
    assert_eq!(server.get("/me", &[&key, "authorization: Hawk x"]).text(), "shop by ApiKey");
    // SE-02: a refused key never falls back.
    assert_eq!(server.get("/me", &[&header(&unknown()), "cookie: session=alice"]).status(), 401);
}

#[test]
fn se_03_a_key_beside_a_token_is_a_broken_request() {
    let table = Table::default();
    let key = header(table.issue("alice").text());
    let server = start(beside_others(&table));
    for line in [bearer("alice"), bearer("mallory")] {
        assert_eq!(server.get("/me", &[&key, &line]).status(), 400, "{line}");
    }
    // SE-04: the field stands once, and an empty one is none.
    assert_eq!(server.get("/me", &[&key, &key]).status(), 400);
    assert_eq!(server.get("/me", &["x-api-key:", &bearer("alice")]).text(), "alice by Bearer");
    assert_eq!(server.get("/me", &["x-api-key:  "]).status(), 401);
    assert_eq!(table.asked(), 0);
}

#[test]
fn se_06_a_refused_key_has_no_error_on_any_challenge() {
    let table = Table::default();
    let server = start(beside_others(&table));
    let response = server.get("/me", &[&header(&unknown())]);
    let challenges: Vec<_> = response.challenges().into_iter().map(parse).collect();
    let schemes: Vec<_> = challenges.iter().map(|challenge| challenge.scheme).collect();
    assert_eq!((response.status(), schemes), (401, vec!["Bearer", "ApiKey", "Session"]));
    assert!(challenges.iter().all(|challenge| parameter(challenge, "error").is_none()), "{response:?}");
    assert_eq!(response.json().get("error"), None);
}

#[test]
fn se_07_an_answer_to_a_key_in_a_field_is_private() {
    let table = Table::default();
    let key = header(table.issue("shop").text());
    let server = start(beside_others(&table));
    assert_eq!(server.get("/me", &[&key]).field("cache-control"), Some("private"));
}

#[test]
fn se_08_hidden_equals_absent_under_a_key() {
    let table = Table::default();
    let (key, keeper) = (table.issue("shop"), table.issue("keeper"));
    let authorizer = beside_others(&table);
    let server = TestServer::start(move || {
        let authorizer = authorizer.clone();
        App::new().configure(move |config| routes(config, &authorizer))
    });
    let to = |path: &str, key: &ApiKey| TestRequest::with_uri(path).insert_header(("x-api-key", key.text()));
    assert_hidden(&server, to("/secret", &key), to("/absent", &key), to("/secret", &keeper));
    assert_hidden(&server, to("/secret", &key), to("/nothing", &key), to("/secret", &keeper));
}
