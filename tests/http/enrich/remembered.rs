//! For how long an enriched principal is remembered.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use auth_runtime::{Jwt, authenticate::Authentication, revocation::RevocationList};
use auth_tests::issuer::{NOW, secret};

use super::*;
use crate::tokens::{at, both, others};

/// Counts how often it is asked, and remembers for this many seconds.
fn counting(asked: &Calls, remember: u64) -> Enrichment {
    let asked = asked.clone();
    let enrichment = awaiting(move |principal| {
        asked.count();
        Ok(principal)
    });
    enrichment.remember_for(Duration::from_secs(remember))
}

/// Sends a request and returns its status, with how often the application was asked.
fn ask(orders: &Orders, asked: &Calls, token: &str) -> (u16, usize) {
    let status = orders.get_as("/me", token).status();
    (status, asked.take())
}

#[test]
fn without_a_time_the_application_is_asked_for_each_request() {
    for remember in [Duration::ZERO, Duration::from_millis(999)] {
        let asked = Calls::default();
        let orders = Orders::start_with(|issuer| {
            let enrichment = counting(&asked, 0).remember_for(remember);
            issuer.authorizer_builder().enrich(enrichment).build().unwrap()
        });
        let token = Token::alice().signed();
        for _ in 0..3 {
            assert_eq!(ask(&orders, &asked, &token), (200, 1));
        }
    }
}

#[test]
fn a_principal_is_remembered_for_exactly_its_time_by_either_clock() {
    for (verifier_s, authorizer_s) in [(true, true), (false, true), (true, false)] {
        let (asked, clock) = (Calls::default(), Arc::new(AtomicU64::new(NOW)));
        let orders = Orders::start_with(|issuer| {
            let read = |moves: bool| {
                let clock = Arc::clone(&clock);
                move || at(if moves { clock.load(Ordering::SeqCst) } else { NOW })
            };
            let jwt = issuer.verifier().clock(read(verifier_s)).key(secret()).build().unwrap();
            let builder = Authorizer::builder().bearer(jwt).clock(read(authorizer_s));
            builder.enrich(counting(&asked, 30)).build().unwrap()
        });
        let token = Token::alice().signed();
        let again = usize::from(authorizer_s);
        for (now, times) in [(0, 1), (0, 0), (29, 0), (30, again), (30, 0), (59, 0), (60, again), (61, 0)] {
            clock.store(NOW + now, Ordering::SeqCst);
            assert_eq!(ask(&orders, &asked, &token), (200, times), "{verifier_s} {authorizer_s} {now}");
        }
        // Another token of the same principal is another one.
        assert_eq!(ask(&orders, &asked, &Token::alice().claim("jti", "2").signed()), (200, 1));
    }
}

#[test]
fn what_the_application_says_changes_with_its_time() {
    let role = Arc::new(AtomicU64::new(1));
    let orders = Orders::start_with(|issuer| {
        let role = Arc::clone(&role);
        let roles = awaiting(move |principal| {
            Ok(principal.to_builder().role(role.load(Ordering::SeqCst).to_string()).build())
        });
        let builder = issuer.authorizer_builder().clock(issuer.clock());
        builder.enrich(roles.remember_for(Duration::from_secs(30))).build().unwrap()
    });
    let (token, other) = (Token::alice().signed(), Token::bob().signed());
    let roles = |token: &str| orders.get_as("/me", token).json()["roles"].clone();
    assert_eq!(roles(&token), json!(["1"]));
    role.store(2, Ordering::SeqCst);
    assert_eq!((roles(&token), roles(&other)), (json!(["1"]), json!(["2"])));
    orders.issuer.pass(29);
    assert_eq!(roles(&token), json!(["1"]));
    orders.issuer.pass(1);
    assert_eq!(roles(&token), json!(["2"]));
}

#[test]
fn the_time_ends_with_the_token() {
    let asked = Calls::default();
    let orders = Orders::start_with(|issuer| {
        let builder = issuer.authorizer_builder().clock(issuer.clock());
        // The enrichment cannot make the token last.
        let longer = counting(&asked, 600);
        builder.enrich(longer).build().unwrap()
    });
    let token = Token::alice().claim("exp", NOW + 20).signed();
    assert_eq!(ask(&orders, &asked, &token), (200, 1));
    orders.issuer.pass(19);
    assert_eq!(ask(&orders, &asked, &token), (200, 0));
    orders.issuer.pass(1);
    assert_eq!(ask(&orders, &asked, &token), (401, 0));
}

#[test]
fn a_denial_and_a_failure_are_not_remembered() {
    let (asked, answers) = (Calls::default(), Calls::default());
    let orders = Orders::start_with(|issuer| {
        let (asked, answers) = (asked.clone(), answers.clone());
        let enrichment = awaiting(move |principal| {
            asked.count();
            answers.count();
            match answers.so_far() {
                1 => Err(Denial::Refused("suspended")),
                2 => Err(io::Error::other("the database is away"))?,
                _ => Ok(principal),
            }
        });
        let enrichment = enrichment.remember_for(Duration::from_secs(30));
        issuer.authorizer_builder().clock(issuer.clock()).enrich(enrichment).build().unwrap()
    });
    let token = Token::alice().signed();
    for expected in [(403, 1), (503, 1), (200, 1), (200, 0), (200, 0)] {
        assert_eq!(ask(&orders, &asked, &token), expected);
    }
}

#[test]
fn without_a_token_cache_nothing_is_remembered() {
    let asked = Calls::default();
    let orders = Orders::start_with(|issuer| {
        let builder = issuer.authorizer_builder().without_token_cache();
        builder.enrich(counting(&asked, 600)).build().unwrap()
    });
    let token = Token::alice().signed();
    for _ in 0..3 {
        assert_eq!(ask(&orders, &asked, &token), (200, 1));
    }
}

#[test]
fn a_revoked_token_is_refused_although_the_principal_is_remembered() {
    for remember in [0, 600] {
        let (asked, revoked) = (Calls::default(), RevocationList::new());
        let counted = asked.clone();
        let orders = Orders::start_with(|issuer| {
            // The claims that a revocation looks at are gone.
            let enrichment = Enrichment::new(move |principal: Principal| {
                counted.count();
                Ok(principal.to_builder().claims(serde_json::Map::default()).build())
            });
            let builder = issuer.authorizer_builder().clock(issuer.clock()).revocations(revoked.clone());
            builder.enrich(enrichment.remember_for(Duration::from_secs(remember))).build().unwrap()
        });
        let (token, other) = (Token::alice().signed(), Token::alice().claim("jti", "other").signed());
        assert_eq!(ask(&orders, &asked, &token), (200, 1));
        let again = usize::from(remember == 0);
        assert_eq!(ask(&orders, &asked, &token), (200, again));
        revoked.revoke_jti(ISSUER, "0d9b").unwrap();
        assert_eq!(ask(&orders, &asked, &token), (401, 0), "{remember}");
        assert_eq!(ask(&orders, &asked, &other), (200, 1), "{remember}");
        revoked.revoke_token(&other);
        assert_eq!(ask(&orders, &asked, &other), (401, 0), "{remember}");
    }
}

/// Accepts every key, and remembers the answer for this many seconds.
fn keys(asked: &Calls, remember: Option<u64>) -> Scheme {
    let asked = asked.clone();
    Scheme::new("Key", move |key: &Credential<'_>| {
        asked.count();
        let answer =
            Authentication::from(Ok::<_, Refusal>(Principal::builder().subject(key.value()).build()));
        match remember {
            Some(seconds) => answer.remember_for(Duration::from_secs(seconds)),
            None => answer,
        }
    })
}

#[test]
fn the_answer_of_an_authenticator_of_the_application_s_is_enriched_for_as_long_as_both_say() {
    // For each: what the authenticator says, what the enrichment says, and who is asked when, after how many seconds.
    let cases = [
        (None::<u64>, 0, [(1, 1), (1, 1), (1, 1), (1, 1)]),
        (None, 60, [(1, 1), (1, 1), (1, 1), (1, 1)]),
        (Some(60), 0, [(1, 1), (0, 1), (0, 1), (0, 1)]),
        (Some(60), 20, [(1, 1), (0, 0), (0, 0), (0, 1)]),
        (Some(10), 60, [(1, 1), (0, 0), (1, 1), (1, 1)]),
    ];
    for (authenticator, enrichment, expected) in cases {
        let (proved, asked) = (Calls::default(), Calls::default());
        let orders = Orders::start_with(|issuer| {
            let builder = Authorizer::builder().clock(issuer.clock()).scheme(keys(&proved, authenticator));
            builder.enrich(counting(&asked, enrichment)).build().unwrap()
        });
        for (passed, times) in [0, 9, 1, 10].into_iter().zip(expected) {
            orders.issuer.pass(passed);
            assert_eq!(orders.get("/me", &["authorization: Key shop"]).status(), 200);
            assert_eq!((proved.take(), asked.take()), times, "{authenticator:?} {enrichment} {passed}");
        }
    }
}

#[test]
fn a_caller_whom_the_application_denies_is_proved_once() {
    let (proved, asked) = (Calls::default(), Calls::default());
    let orders = Orders::start_with(|issuer| {
        let builder = Authorizer::builder().clock(issuer.clock()).scheme(keys(&proved, Some(60)));
        let asked = asked.clone();
        let suspended = awaiting(move |_| {
            asked.count();
            Err(Denial::Refused("suspended"))
        });
        builder.enrich(suspended.remember_for(Duration::from_mins(1))).build().unwrap()
    });
    for proofs in [1, 0, 0] {
        assert_eq!(orders.get("/me", &["authorization: Key shop"]).status(), 403);
        assert_eq!((proved.take(), asked.take()), (proofs, 1));
    }
}

#[test]
fn the_tokens_of_several_issuers_are_enriched() {
    let orders = Orders::start_with(|issuer| {
        let builder = Authorizer::builder().bearer(both(issuer)).clock(issuer.clock());
        builder.enrich(Enrichment::new(with_roles).remember_for(Duration::from_secs(30))).build().unwrap()
    });
    let (own, other) = (Token::alice().signed(), crate::tokens::by_other(&others()));
    for _ in 0..2 {
        // The same subject of another issuer is somebody else.
        assert_eq!(orders.get_as("/admin", &own).status(), 200);
        assert_eq!(orders.get_as("/admin", &other).status(), 403);
    }
}

#[test]
fn a_verifier_that_two_authorizers_share_remembers_for_each() {
    let jwt: Jwt = Issuer::default().jwt();
    let start = |role: &'static str| {
        let jwt = jwt.clone();
        Orders::start_with(|_| {
            let enrichment =
                Enrichment::new(move |principal: Principal| Ok(principal.to_builder().role(role).build()));
            Authorizer::builder()
                .bearer(jwt)
                .enrich(enrichment.remember_for(Duration::from_secs(30)))
                .build()
                .unwrap()
        })
    };
    let (first, second) = (start("admin"), start("clerk"));
    let token = Token::alice().signed();
    for _ in 0..2 {
        assert_eq!(first.get_as("/admin", &token).status(), 200);
        assert_eq!(second.get_as("/admin", &token).status(), 403);
    }
}
