//! AK-05, AK-06 and AK-08: keys that end, a store that is away or slow, and keys in use.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, UNIX_EPOCH},
};

use auth_runtime::{
    Authorizer, Principal,
    api_key::{ApiKeys, StoredKey},
    store::{Found, Store, Unavailable},
};
use auth_tests::{
    Server,
    invariants::assert_unavailable,
    wire::{Connection, request},
};

use super::{NOW, Table, header, routes, serve, unknown};

#[test]
fn ak_05_a_key_that_is_removed_is_refused_at_the_next_request() {
    let table = Table::default();
    let key = table.issue("shop");
    let server = table.serve();
    let mut connection = Connection::open(&server);
    let mut status =
        || connection.exchange(request("GET", "/me", &[&header(key.text())], "").as_bytes()).status();
    assert_eq!([status(), status()], [200, 200]);
    table.remove(&key);
    assert_eq!(status(), 401);
}

#[test]
fn ak_05_a_key_ends_at_its_instant() {
    let table = Table::default();
    let (key, old) = (table.issue_until("shop", Some(NOW + 60)), table.issue_until("shop", Some(0)));
    let server = table.serve();
    let status = |text: &str| server.get("/me", &[&header(text)]).status();
    assert_eq!((status(key.text()), status(old.text())), (200, 401));
    table.pass(59);
    assert_eq!(status(key.text()), 200);
    table.pass(1);
    assert_eq!(status(key.text()), 401);
}

#[test]
fn ak_05_a_remembered_key_ends_at_its_instant_and_after_its_time() {
    let table = Table::default();
    let (short, long) = (table.issue_until("shop", Some(NOW + 10)), table.issue("desk"));
    let clock = table.clone();
    let keys = table.keys().remember_for(Duration::from_secs(30)).header("x-api-key");
    let server = super::service(Authorizer::builder().scheme(keys).clock(move || clock.time()));
    let status = |text: &str| server.get("/me", &[&header(text)]).status();
    for _ in 0..3 {
        assert_eq!((status(short.text()), status(long.text())), (200, 200));
    }
    assert_eq!(table.asked(), 2, "each once");
    table.pass(10);
    assert_eq!((status(short.text()), status(long.text())), (401, 200));
    table.asked();
    table.remove(&long);
    table.pass(19);
    assert_eq!((status(long.text()), table.asked()), (200, 0));
    table.pass(1);
    assert_eq!((status(long.text()), table.asked()), (401, 1));
}

#[test]
fn ak_06_a_store_that_is_away_is_503() {
    let table = Table::default();
    let key = table.issue("shop");
    let down = table.clone();
    let later = async move |id: &str| -> Result<Option<StoredKey>, Unavailable> {
        tokio::task::yield_now().await;
        down.find(id)
    };
    let asynchronous = ApiKeys::new("ord", later).header("x-api-key");
    for server in [table.serve(), serve(asynchronous)] {
        for (is_away, status) in [(false, 200), (true, 503), (false, 200)] {
            table.content().is_away = is_away;
            let response = server.get("/me", &[&header(key.text())]);
            assert_eq!(response.status(), status);
            if is_away {
                assert_unavailable(&response, "the store is away");
                assert_unavailable(&server.get("/me", &[&header(&unknown())]), "for every key");
                assert_eq!(server.get("/me", &[&header("nonsense")]).status(), 401, "garbage is garbage");
            }
        }
    }
}

/// A store with a type of its own.
struct Slow(Table);

impl Store<StoredKey> for Slow {
    fn find(&self, id: &str) -> Found<StoredKey> {
        let (table, id) = (self.0.clone(), id.to_owned());
        Found::later(async move {
            while table.content().is_away {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            table.find(&id)
        })
    }
}

#[test]
fn ak_06_a_slow_store_holds_up_nobody_else() {
    let table = Table::default();
    let key = table.issue("shop");
    let server = serve(ApiKeys::new("ord", Slow(table.clone())).header("x-api-key"));
    table.content().is_away = true;
    let mut waiting = Connection::open(&server);
    waiting.send(request("GET", "/me", &[&header(key.text())], "").as_bytes()).unwrap();
    assert_eq!(server.get("/login", &[]).status(), 200);
    assert_eq!(server.get("/me", &[&header("nonsense")]).status(), 401);
    table.content().is_away = false;
    assert_eq!(waiting.receive(false).unwrap().text(), "shop by ApiKey");
}

#[test]
fn ak_06_a_store_that_never_answers_is_503() {
    let table = Table::default();
    let key = table.issue("shop");
    table.content().is_away = true;
    let server = serve(ApiKeys::new("ord", Slow(table)).header("x-api-key"));
    let response = server.get("/me", &[&header(key.text()), "x-expect: 503"]);
    assert_unavailable(&response, "the store is slow");
}

#[test]
fn ak_08_two_keys_of_one_owner_are_good_at_once() {
    let table = Table::default();
    let (old, new) = (table.issue("shop"), table.issue("shop"));
    let server = table.serve();
    for key in [&old, &new] {
        assert_eq!(server.get("/me", &[&header(key.text())]).text(), "shop by ApiKey");
    }
    table.remove(&old);
    assert_eq!(server.get("/me", &[&header(old.text())]).status(), 401);
    assert_eq!(server.get("/me", &[&header(new.text())]).text(), "shop by ApiKey");
}

/// Waits until the condition holds, which another thread brings about.
fn eventually(holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(10), "it does not come about");
        std::thread::yield_now();
    }
}

#[test]
fn the_use_of_a_key_is_reported_once_in_an_interval() {
    let table = Table::default();
    let (one, other) = (table.issue("shop"), table.issue("desk"));
    let reports = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&reports);
    let keys = table
        .keys()
        .report_use(Duration::from_mins(1), move |id, at| sink.lock().unwrap().push((id.to_owned(), at)));
    let server = serve(keys.header("x-api-key"));
    let count = || reports.lock().unwrap().len();
    for _ in 0..3 {
        for text in [one.text(), other.text(), &unknown(), "nonsense"] {
            server.get("/me", &[&header(text)]);
        }
    }
    eventually(|| count() == 2);
    table.pass(59);
    assert_eq!(server.get("/me", &[&header(one.text())]).status(), 200);
    table.pass(1);
    assert_eq!(server.get("/me", &[&header(one.text())]).status(), 200);
    eventually(|| count() == 3);
    let mut seen = reports.lock().unwrap().clone();
    seen.sort();
    let at = |passed: u64| UNIX_EPOCH + Duration::from_secs(NOW + passed);
    let mut expected =
        vec![(one.id().to_owned(), at(0)), (other.id().to_owned(), at(0)), (one.id().to_owned(), at(60))];
    expected.sort();
    assert_eq!(seen, expected);
}

#[test]
fn a_report_that_panics_or_never_ends_changes_no_answer() {
    let table = Table::default();
    let key = table.issue("shop");
    let (begun, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(())));
    let (counted, blocked) = (Arc::clone(&begun), Arc::clone(&gate));
    let closed = gate.lock().unwrap();
    let keys = table.keys().report_use(Duration::from_secs(1), move |_, _| {
        assert!(counted.fetch_add(1, Ordering::SeqCst) != 0, "the report of this test panics");
        // It waits until the end of the test.
        drop(blocked.lock());
    });
    let server = serve(keys.header("x-api-key"));
    for number in 0..3 {
        assert_eq!(server.get("/me", &[&header(key.text())]).text(), "shop by ApiKey");
        eventually(|| begun.load(Ordering::SeqCst) > number);
        table.pass(1);
    }
    drop(closed);
}

#[test]
fn the_issuer_of_the_keys_is_named_once() {
    let table = Table::default();
    let key = table.issue("shop");
    let server = Server::start({
        let keys = table.keys().issuer("https://partners.example").header("x-api-key");
        let authorizer = Authorizer::builder().scheme(keys).build().unwrap();
        move |config| {
            routes(config, &authorizer);
            config.service(super::super::who);
        }
    });
    assert_eq!(server.get("/who", &[&header(key.text())]).text(), "https://partners.example shop");
    // The store names another issuer than the keys.
    let named = |_: &str| {
        let principal = Principal::builder().issuer("https://other.example").subject("shop").build();
        Ok(Some(StoredKey::new(table.content().rows.values().next().unwrap().digest.clone(), principal)))
    };
    let found = named(key.id());
    let store = move |_: &str| found.clone();
    let server = serve(ApiKeys::new("ord", store).issuer("https://partners.example").header("x-api-key"));
    assert_eq!(server.get("/me", &[&header(key.text()), "x-expect: 500"]).status(), 500);
}
