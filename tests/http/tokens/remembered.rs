//! Tokens that are remembered, and for how long.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use actix_web::web;
use auth_runtime::{
    Authorizer, Jwt, Scheme,
    settings::{AuthorizerBuilder, TokenCache},
};
use auth_tests::{
    Issuer, Server, Token,
    app::{self, Calls, Orders},
    invariants::assert_refused,
    issuer::{ISSUER, NOW, encode, secret},
};
use serde_json::{Value, json};

use super::{at, by_other, statuses};

/// The service on a clock that can be set back.
///
/// A verifier looks at `nbf` and the cache does not. A token that is accepted a second before its `nbf` was therefore
/// remembered and not verified.
struct Remembering {
    orders: Orders,
    now: Arc<AtomicU64>,
}

impl Remembering {
    fn start(configure: impl FnOnce(AuthorizerBuilder) -> AuthorizerBuilder) -> Self {
        let now = Arc::new(AtomicU64::new(NOW));
        let clock = Arc::clone(&now);
        let orders = Orders::start_with(|issuer| {
            let clock = move || at(clock.load(Ordering::SeqCst));
            let jwt = issuer.verifier().clock(clock).key(secret()).build().unwrap();
            configure(Authorizer::builder().bearer(jwt)).build().unwrap()
        });
        Self { orders, now }
    }

    fn set(&self, now: u64) {
        self.now.store(now, Ordering::SeqCst);
    }

    /// Counts the tokens that are remembered. Each one has to have an `nbf`, and to be accepted at `NOW`.
    fn remembered(&self, tokens: &[String]) -> usize {
        self.set(NOW - 1);
        let accepted = statuses(&self.orders, tokens).into_iter().filter(|status| *status == 200).count();
        self.set(NOW);
        accepted
    }
}

/// Makes tokens that differ and that begin to be valid now.
fn many(count: usize) -> Vec<String> {
    (0..count).map(|number| Token::of(&format!("user-{number}")).claim("nbf", NOW).signed()).collect()
}

#[test]
fn a_token_is_verified_once() {
    let tokens = many(3);
    let remembering = Remembering::start(|authorizer| authorizer);
    assert_eq!(remembering.remembered(&tokens), 0, "nobody has seen them");
    assert_eq!(statuses(&remembering.orders, &tokens), [200; 3]);
    assert_eq!(remembering.remembered(&tokens), 3);
    // The principal of a token is remembered with the token.
    remembering.set(NOW - 1);
    for (number, token) in tokens.iter().enumerate() {
        let answer = remembering.orders.get_as("/me", token).json();
        assert_eq!(answer["subject"], format!("user-{number}"));
        assert_eq!(answer["issuer"], ISSUER);
    }
}

#[test]
fn without_a_token_cache_each_token_is_verified_each_time() {
    let tokens = many(3);
    let remembering = Remembering::start(AuthorizerBuilder::without_token_cache);
    assert_eq!(statuses(&remembering.orders, &tokens), [200; 3]);
    assert_eq!(remembering.remembered(&tokens), 0);
    assert_eq!(statuses(&remembering.orders, &tokens), [200; 3]);
    // The last of several settings counts.
    let again =
        Remembering::start(|authorizer| authorizer.without_token_cache().token_cache(TokenCache::default()));
    assert_eq!(statuses(&again.orders, &tokens), [200; 3]);
    assert_eq!(again.remembered(&tokens), 3);
}

#[test]
fn a_remembered_token_expires_to_the_second() {
    for leeway in [0, 10] {
        let orders = Orders::start_with(|issuer| {
            let jwt = issuer.verifier().leeway(Duration::from_secs(leeway)).key(secret()).build().unwrap();
            Authorizer::builder().bearer(jwt).build().unwrap()
        });
        let of = |expires: u64| Token::alice().claim("exp", NOW + expires).signed();
        let (short, long) = (of(60), of(61));
        assert_eq!(statuses(&orders, &[short.clone(), long.clone()]), [200, 200]);
        orders.issuer.pass(59 + leeway);
        assert_eq!(statuses(&orders, &[short.clone(), long.clone()]), [200, 200], "leeway {leeway}");
        orders.issuer.pass(1);
        assert_refused(&orders.get_as("/me", &short), "the instant of `exp`");
        assert_refused(&orders.get_as("/me", &short), "once more");
        assert_eq!(orders.get_as("/me", &long).status(), 200, "leeway {leeway}");
        orders.issuer.pass(1);
        assert_refused(&orders.get_as("/me", &long), "the instant of `exp`");
    }
}

#[test]
fn an_expired_token_is_forgotten() {
    let remembering = Remembering::start(|authorizer| authorizer);
    let token = [Token::alice().claim("nbf", NOW).claim("exp", NOW + 60).signed()];
    assert_eq!(statuses(&remembering.orders, &token), [200]);
    remembering.set(NOW + 60);
    assert_eq!(statuses(&remembering.orders, &token), [401]);
    assert_eq!(remembering.remembered(&token), 0);
}

#[test]
fn a_remembered_token_answers_for_no_other() {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let orders = Orders::start();
    let good = Token::alice().signed();
    assert_eq!(orders.get_as("/me", &good).status(), 200);
    let with = |position: usize, byte: u8| {
        let mut bytes = good.clone().into_bytes();
        bytes[position] = byte;
        String::from_utf8(bytes).unwrap()
    };
    // Each of these tokens differs in one byte of the header, the payload, the signature or the dots between them.
    let mut forged: Vec<_> = (0..good.len())
        .map(|position| {
            let letter = LETTERS.iter().position(|letter| *letter == good.as_bytes()[position]);
            with(position, letter.map_or(b'A', |letter| LETTERS[(letter + 1) % LETTERS.len()]))
        })
        .collect();
    // These tokens share the parts that a hasty comparison looks at.
    let parts: Vec<_> = good.split('.').collect();
    let bob = Token::bob().signed();
    let others: Vec<_> = bob.split('.').collect();
    forged.extend([
        format!("{}.{}.{}", parts[0], others[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], others[2]),
        format!("{}.{}.{}", encode(r#"{"alg":"none"}"#), parts[1], parts[2]),
        good[1..].to_owned(),
        good[good.len() - 32..].to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        format!("{good}="),
        format!("A{good}"),
        good.to_ascii_lowercase(),
    ]);
    for (token, status) in forged.iter().zip(statuses(&orders, &forged)) {
        assert_eq!(status, 401, "{token}");
    }
    // No forged token took the place of the good one.
    assert_eq!(orders.get_as("/me", &good).json()["subject"], "alice");
    assert_eq!(orders.get_as("/me", &bob).json()["subject"], "bob");
    assert_eq!(orders.get_as("/me", &good).json()["subject"], "alice");
}

#[test]
fn a_refusal_is_not_remembered() {
    let orders = Orders::start();
    let early = Token::alice().claim("nbf", NOW + 60).signed();
    let forged = by_other(&Token::bob());
    for _ in 0..3 {
        assert_refused(&orders.get_as("/me", &early), "too early");
        assert_refused(&orders.get_as("/me", &forged), "forged");
        assert_eq!(orders.get_as("/me", Token::bob().signed()).status(), 200);
    }
    orders.issuer.pass(60);
    assert_eq!(orders.get_as("/me", &early).status(), 200);
    assert_refused(&orders.get_as("/me", &forged), "forged");
}

/// Builds a verifier of the same issuer's tokens that accepts another audience alone. The verifier's clock stands
/// still.
fn for_audience(audience: &str) -> Jwt {
    Jwt::builder().issuer(ISSUER).audience(audience).key(secret()).clock(|| at(NOW)).build().unwrap()
}

#[test]
fn tokens_are_remembered_by_one_authorizer_alone() {
    // Each authorizer accepts tokens that the other one refuses.
    let outer = Issuer::default().authorizer();
    let inner = Authorizer::builder().bearer(for_audience("inner")).build().unwrap();
    let server = Server::start(move |config| {
        let scope = web::scope("/inner").app_data(inner.clone()).configure(app::routes);
        config.app_data(outer.clone()).app_data(web::Data::new(Calls::default()));
        config.service(scope).configure(app::routes);
    });
    let of = |audience: Value| Token::alice().claim("aud", audience).signed();
    let (for_outer, for_inner) = (Token::alice().signed(), of(json!("inner")));
    let for_both = of(json!([auth_tests::issuer::AUDIENCE, "inner"]));
    for _ in 0..3 {
        assert_eq!(server.get_as("/me", &for_outer).status(), 200);
        assert_refused(&server.get_as("/inner/me", &for_outer), "outer at inner");
        assert_eq!(server.get_as("/inner/me", &for_inner).status(), 200);
        assert_refused(&server.get_as("/me", &for_inner), "inner at outer");
        assert_eq!(server.get_as("/me", &for_both).status(), 200);
        assert_eq!(server.get_as("/inner/me", &for_both).status(), 200);
    }
}

#[test]
fn tokens_are_remembered_for_one_scheme_alone() {
    let orders = Orders::start_with(|issuer| {
        let other = Scheme::new("Other", for_audience("other"));
        Authorizer::builder().bearer(issuer.jwt()).scheme(other).build().unwrap()
    });
    let (own, others) = (Token::alice().signed(), Token::alice().claim("aud", "other").signed());
    let ask = |scheme: &str, token: &str| {
        orders.get("/me", &[&format!("authorization: {scheme} {token}")]).status()
    };
    for _ in 0..2 {
        assert_eq!((ask("Bearer", &own), ask("Other", &own)), (200, 401));
        assert_eq!((ask("Other", &others), ask("Bearer", &others)), (200, 401));
    }
    // The name of a scheme ignores case, and so does the cache.
    assert_eq!((ask("bEARER", &own), ask("oTHER", &own)), (200, 401));
}

#[test]
fn a_token_cache_without_room_is_refused() {
    let sentence = "`token_cache`: has room for less than 100 tokens or 1 MiB; give it more, or switch it off with \
                    `.without_token_cache()`";
    for size in [TokenCache::new().max_entries(99), TokenCache::new().max_bytes(1024 * 1024 - 1)] {
        let error = Authorizer::builder().bearer(Issuer::default().jwt()).token_cache(size).build();
        let error = error.expect_err(sentence);
        assert_eq!(error.to_string(), sentence);
        assert_eq!(error.setting(), "token_cache");
        // A cache that is switched off needs no room.
        Authorizer::builder()
            .bearer(Issuer::default().jwt())
            .token_cache(size)
            .without_token_cache()
            .build()
            .unwrap();
    }
}

#[test]
fn the_number_of_remembered_tokens_is_bounded_and_the_others_pass() {
    let tokens = many(2_000);
    let remembering =
        Remembering::start(|authorizer| authorizer.token_cache(TokenCache::new().max_entries(100)));
    for _ in 0..2 {
        assert!(statuses(&remembering.orders, &tokens).into_iter().all(|status| status == 200));
    }
    let remembered = remembering.remembered(&tokens);
    assert!((50..=100).contains(&remembered), "{remembered} are remembered");
}

#[test]
fn the_bytes_of_remembered_tokens_are_bounded_and_the_others_pass() {
    // Each token takes eight KiB at the very least.
    let of = |number: usize| {
        Token::of(&format!("user-{number}")).claim("nbf", NOW).claim("long", "x".repeat(8 * 1024)).signed()
    };
    let tokens: Vec<_> = (0..400).map(of).collect();
    let size = TokenCache::new().max_bytes(1024 * 1024);
    let remembering = Remembering::start(|authorizer| authorizer.token_cache(size));
    assert_eq!(statuses(&remembering.orders, &tokens), vec![200; 400]);
    let remembered = remembering.remembered(&tokens);
    assert!((16..128).contains(&remembered), "{remembered} are remembered");
}
