//! Many questions at once.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use auth_tests::{
    Answer, Fake, report,
    wire::{Connection, bearer, request},
};
use serde_json::{Value, json};

use super::{PATH, alice, orders_with, parallel};
use crate::eventually;

/// Returns a request for the caller's own data with this token.
fn me(token: &str) -> String {
    request("GET", "/me", &[&bearer(token)], "")
}

/// Sends many requests with one token while the issuer takes its time, and returns how many got which status, and how
/// many questions were asked.
fn flood(count: usize, answer: &Value) -> (BTreeMap<u16, usize>, usize) {
    let fake = Fake::start();
    fake.answer(PATH, Answer::json(answer).late(Duration::from_secs(3)));
    let orders = orders_with(&fake, |tokens| tokens.timeout(Duration::from_secs(20)));
    let sent = (0..count).map(|_| {
        let mut connection = Connection::open(&orders);
        connection.send(me("opaque").as_bytes()).unwrap();
        connection
    });
    let mut statuses = BTreeMap::new();
    for mut connection in sent.collect::<Vec<_>>() {
        *statuses.entry(connection.receive(false).unwrap().status()).or_insert(0) += 1;
    }
    assert_eq!(Some(&orders.calls.take()), statuses.get(&200).or(Some(&0)));
    let questions = fake.asked(PATH).len();
    report(&format!("{count} requests with one token: {statuses:?}, {questions} question"));
    (statuses, questions)
}

#[test]
fn requests_with_one_token_share_one_question() {
    assert_eq!(flood(1500, &alice()), (BTreeMap::from([(200, 1500)]), 1));
    // A refusal is shared by those who wait for it, and is not remembered.
    assert_eq!(flood(100, &json!({ "active": false })), (BTreeMap::from([(401, 100)]), 1));
}

#[test]
fn a_question_goes_on_when_the_request_that_asked_it_is_gone() {
    let fake = Fake::start();
    fake.answer(PATH, Answer::json(&alice()).late(Duration::from_secs(1)));
    let orders = orders_with(&fake, |tokens| tokens);
    let (mut first, mut second) = (Connection::open(&orders), Connection::open(&orders));
    first.send(me("opaque").as_bytes()).unwrap();
    eventually("the issuer is asked", || fake.asked(PATH).len() == 1);
    second.send(me("opaque").as_bytes()).unwrap();
    // The second request arrives while the first one waits.
    thread::sleep(Duration::from_millis(300));
    drop(first);
    assert_eq!(second.receive(false).unwrap().status(), 200);
    assert_eq!(fake.asked(PATH).len(), 1);
}

#[test]
fn what_is_not_remembered_counts_for_those_who_waited() {
    let fake = Fake::start();
    fake.answer(PATH, Answer::json(&alice()).late(Duration::from_millis(500)));
    let orders = orders_with(&fake, |tokens| tokens.remember_for(Duration::ZERO));
    parallel(20, |_| assert_eq!(orders.get_as("/me", "opaque").status(), 200));
    let shared = fake.asked(PATH).len();
    assert!(shared < 20, "{shared} questions");
    fake.answer(PATH, Answer::json(&json!({ "active": false })));
    assert_eq!(orders.get_as("/me", "opaque").status(), 401);
    assert_eq!(fake.asked(PATH).len(), shared + 1);
}

#[test]
fn a_flood_does_not_reach_the_issuer_at_once() {
    let fake = Fake::start();
    fake.answer(PATH, Answer::json(&alice()).late(Duration::from_millis(400)));
    let orders = orders_with(&fake, |tokens| tokens.timeout(Duration::from_secs(20)));
    parallel(200, |number| assert_eq!(orders.get_as("/me", format!("opaque-{number}")).status(), 200));
    assert_eq!(fake.asked(PATH).len(), 200);
    let most = fake.most_waiting();
    // Fewer than half of the limit would mean that the requests did not come together, and that nothing was tested.
    assert!((32..=64).contains(&most), "{most}");
}

#[test]
fn a_flood_is_over_when_the_issuer_is_back() {
    let fake = Fake::start();
    fake.answer(PATH, Answer::json(&alice()).late(Duration::from_mins(1)));
    let orders = orders_with(&fake, |tokens| tokens.timeout(Duration::from_secs(3)));
    let began = Instant::now();
    // More requests come than may be under way. The others wait for their turn in vain, and no longer than these.
    parallel(150, |number| {
        assert_eq!(orders.get_as("/me", format!("opaque-{number}")).status(), 503);
    });
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(orders.calls.take(), 0);
    // Every turn is given back when its request ends.
    fake.answer(PATH, Answer::json(&alice()));
    parallel(70, |number| assert_eq!(orders.get_as("/me", format!("opaque-{number}")).status(), 200));
}
