//! I: how long an answer is remembered, and for which token.

use std::time::Duration;

use auth_runtime::Authorizer;
use auth_tests::{Answer, Fake, app::Orders, invariants::assert_refused, issuer::NOW};
use serde_json::json;

use super::{PATH, alice, asking, assert_unavailable, orders, orders_with, saying, with, without};

#[test]
fn i_07_an_answer_is_forgotten_at_exp() {
    let fake = saying(&with("exp", NOW + 10));
    let orders = orders(&fake);
    let status = || (orders.get_as("/me", "opaque").status(), fake.asked(PATH).len());
    assert_eq!(status(), (200, 1));
    assert_eq!(status(), (200, 1));
    orders.issuer.pass(9);
    assert_eq!(status(), (200, 1));
    orders.issuer.pass(1);
    assert_eq!(status(), (401, 2));
    // The issuer extends the token.
    fake.answer(PATH, Answer::json(&with("exp", NOW + 15)));
    assert_eq!(status(), (200, 3));
    orders.issuer.pass(4);
    assert_eq!(status(), (200, 3));
    orders.issuer.pass(1);
    assert_eq!(status(), (401, 4));
}

#[test]
fn i_07_an_answer_is_remembered_for_thirty_seconds_at_most() {
    for answer in [alice(), without("exp")] {
        let fake = saying(&answer);
        let orders = orders(&fake);
        let status = || (orders.get_as("/me", "opaque").status(), fake.asked(PATH).len());
        assert_eq!(status(), (200, 1));
        orders.issuer.pass(29);
        assert_eq!(status(), (200, 1));
        // The issuer revokes the token, which shows when the issuer is asked again.
        fake.answer(PATH, Answer::json(&json!({ "active": false })));
        assert_eq!(status(), (200, 1));
        orders.issuer.pass(1);
        assert_eq!(status(), (401, 2));
    }
}

#[test]
fn i_07_use_does_not_prolong_what_is_remembered() {
    let fake = saying(&without("exp"));
    let orders = orders(&fake);
    for second in 0..65 {
        assert_eq!(orders.get_as("/me", "opaque").status(), 200);
        assert_eq!(fake.asked(PATH).len(), 1 + second / 30, "{second}");
        orders.issuer.pass(1);
    }
}

#[test]
fn i_07_how_long_an_answer_is_remembered_is_a_setting() {
    let fake = saying(&without("exp"));
    let orders = orders_with(&fake, |tokens| tokens.remember_for(Duration::from_secs(5)));
    let asked = |orders: &Orders| {
        assert_eq!(orders.get_as("/me", "opaque").status(), 200);
        fake.asked(PATH).len()
    };
    assert_eq!((asked(&orders), asked(&orders)), (1, 1));
    orders.issuer.pass(4);
    assert_eq!(asked(&orders), 1);
    orders.issuer.pass(1);
    assert_eq!((asked(&orders), asked(&orders)), (2, 2));
    let each_time = orders_with(&fake, |tokens| tokens.remember_for(Duration::ZERO));
    assert_eq!((asked(&each_time), asked(&each_time), asked(&each_time)), (3, 4, 5));
    let uncached = Orders::start_with(|issuer| {
        let tokens = asking(fake.origin() + PATH, issuer).build().unwrap();
        Authorizer::builder().bearer(tokens).without_token_cache().build().unwrap()
    });
    assert_eq!((asked(&uncached), asked(&uncached), asked(&uncached)), (6, 7, 8));
}

#[test]
fn i_07_what_is_remembered_needs_no_issuer() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    fake.set_down(true);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    assert_eq!(orders.calls.take(), 2);
    // The answer is not remembered for longer than 30 seconds.
    orders.issuer.pass(30);
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "the issuer is away");
    fake.set_down(false);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn i_08_tokens_do_not_answer_for_each_other() {
    let (begin, end) = ("b".repeat(64), "e".repeat(64));
    let groups = [
        vec![format!("{begin}1"), format!("{begin}2"), begin.clone(), format!("{begin}12")],
        vec![format!("1{end}"), format!("2{end}"), end.clone(), end[..32].to_owned(), end[..33].to_owned()],
        vec![format!("{begin}1{end}"), format!("{begin}2{end}"), format!("{begin}{end}")],
        vec![format!("A{end}"), format!("a{end}")],
        vec!["abc".to_owned(), "abc=".to_owned(), "abc==".to_owned(), "ab".to_owned()],
    ];
    for tokens in groups {
        let fake = Fake::start();
        let orders = orders(&fake);
        let named = |number: usize| format!("owner-{number}");
        for (number, token) in tokens.iter().enumerate() {
            fake.answer(PATH, Answer::json(&with("sub", named(number))));
            assert_eq!(orders.get_as("/me", token).json()["subject"], named(number), "{token}");
        }
        let asked: Vec<_> = fake.asked(PATH).iter().map(|asked| asked.form()["token"].clone()).collect();
        assert_eq!(asked, tokens);
        // Each token is remembered for itself.
        fake.answer(PATH, Answer::json(&json!({ "active": false })));
        for (number, token) in tokens.iter().enumerate() {
            assert_eq!(orders.get_as("/me", token).json()["subject"], named(number), "{token}");
        }
        assert_eq!(fake.asked(PATH).len(), tokens.len());
        assert_refused(&orders.get_as("/me", format!("x{}", tokens[0])), "an unknown one");
    }
}

#[test]
fn i_07_leeway_does_not_lengthen_what_is_remembered() {
    let fake = saying(&with("exp", NOW + 5));
    // The leeway is the default of 30 seconds, which the other tests switch off.
    let orders = orders_with(&fake, |tokens| tokens.leeway(Duration::from_secs(30)));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    orders.issuer.pass(5);
    // The leeway may accept the token at `exp` and later, but the issuer has to be asked then (RFC 7662 §4).
    fake.answer(PATH, Answer::json(&json!({ "active": false })));
    let status = orders.get_as("/me", "opaque").status();
    assert_eq!((status, fake.asked(PATH).len()), (401, 2));
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_what_is_remembered() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    orders.issuer.pass(7200);
    let token = "opaque";
    fake.answer(PATH, Answer::json(&with("exp", NOW + 100_000)));
    assert_eq!(orders.get_as("/me", token).status(), 200);
    fake.answer(PATH, Answer::json(&json!({ "active": false })));
    orders.issuer.pass(0_u64.wrapping_sub(3600));
    assert_eq!(orders.get_as("/me", token).status(), 401);
}
