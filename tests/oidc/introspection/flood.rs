//! Many questions at once.

use std::time::{Duration, Instant};

use auth_tests::{Answer, Fake};

use super::{PATH, alice, orders_with, parallel};

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
