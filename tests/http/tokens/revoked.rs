//! Tokens that are revoked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use auth_runtime::{
    Algorithm, Authorizer, Denial, Key,
    authenticate::Authenticate,
    revocation::{RevocationList, Revocations, VerifiedToken},
};
use auth_tests::{
    Issuer, Token,
    app::{Calls, Orders},
    invariants::assert_refused,
    issuer::{ISSUER, NOW, encode, fixture, signed_by},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use super::{OTHER, at, both, by_other, others, statuses};

/// Starts the service with these revocations, and with a cache of tokens if `remember` says so.
fn orders<A: Authenticate + 'static>(
    bearer: impl FnOnce(&Issuer) -> A,
    revocations: &(impl Revocations + Clone + 'static),
    remember: bool,
) -> Orders {
    Orders::start_with(|issuer| {
        let authorizer = Authorizer::builder().bearer(bearer(issuer)).revocations(revocations.clone());
        let authorizer = if remember { authorizer } else { authorizer.without_token_cache() };
        authorizer.build().unwrap()
    })
}

/// Runs a test on a service with a list of revocations, once with a cache of tokens and once without.
fn revoking(test: impl Fn(&Orders, &RevocationList)) {
    for remember in [true, false] {
        let revoked = RevocationList::new();
        test(&orders(both, &revoked, remember), &revoked);
    }
}

#[test]
fn a_jti_is_revoked_at_once_and_for_its_issuer_alone() {
    revoking(|orders, revoked| {
        let token = Token::alice().claim("jti", "a");
        let tokens = [
            token.signed(),
            by_other(&others().claim("jti", "a")),
            token.clone().claim("jti", "A").signed(),
            token.clone().without("jti").signed(),
        ];
        assert_eq!(statuses(orders, &tokens), [200; 4]);
        revoked.revoke_jti(ISSUER, "a").unwrap();
        assert_eq!(statuses(orders, &tokens), [401, 200, 200, 200]);
        assert_refused(&orders.get_as("/me", &tokens[0]), "revoked");
        // A revoked token proves nothing to a handler for everybody.
        assert_eq!(orders.get_as("/pub", &tokens[0]).text(), "anonymous");
        assert_eq!(orders.get_as("/pub", &tokens[1]).text(), "alice");
        // A token that has not been seen before is revoked as well.
        assert_refused(&orders.get_as("/me", token.clone().claim("scope", "").signed()), "a new one");
        let unknown = revoked.revoke_jti("https://unknown.example", "A").unwrap_err();
        assert_eq!(
            unknown.to_string(),
            format!(
                "`https://unknown.example` is the issuer of no scheme, so nothing is revoked; name one of `{ISSUER}`, `{OTHER}`"
            )
        );
        assert_eq!(statuses(orders, &tokens), [401, 200, 200, 200]);
        revoked.revoke_jti(OTHER, "a").unwrap();
        assert_eq!(statuses(orders, &tokens), [401, 401, 200, 200]);
        // A `jti` that is a number is no identifier.
        revoked.revoke_jti(ISSUER, "7").unwrap();
        assert_eq!(orders.get_as("/me", token.claim("jti", 7).signed()).status(), 200);
    });
}

#[test]
fn the_tokens_of_a_subject_are_revoked_by_when_they_were_issued() {
    revoking(|orders, revoked| {
        let issued = |at: Value| Token::alice().claim("iat", at).signed();
        let tokens = [
            issued(json!(NOW - 101)),
            issued(json!(NOW - 100)),
            issued(json!(1_799_999_900.5)),
            issued(json!(NOW - 99)),
            issued(json!((NOW - 100).to_string())),
            Token::alice().without("iat").signed(),
            Token::bob().claim("iat", NOW - 101).signed(),
            Token::of("Alice").claim("iat", NOW - 101).signed(),
            Token::alice().without("sub").without("iat").signed(),
            by_other(&others().claim("iat", NOW - 101)),
        ];
        assert_eq!(statuses(orders, &tokens), [200; 10]);
        revoked.revoke_subject(ISSUER, "alice", at(NOW - 100)).unwrap();
        assert_eq!(statuses(orders, &tokens), [401, 401, 401, 200, 401, 401, 200, 200, 200, 200]);
        // An earlier time takes no revocation back, and a part of a second counts for nothing.
        revoked.revoke_subject(ISSUER, "alice", at(NOW - 200)).unwrap();
        assert_eq!(statuses(orders, &tokens), [401, 401, 401, 200, 401, 401, 200, 200, 200, 200]);
        revoked.revoke_subject(ISSUER, "alice", at(NOW - 100) + Duration::from_millis(999)).unwrap();
        assert_eq!(statuses(orders, &tokens), [401, 401, 401, 200, 401, 401, 200, 200, 200, 200]);
        revoked.revoke_subject(ISSUER, "alice", at(NOW - 99)).unwrap();
        assert_eq!(statuses(orders, &tokens), [401, 401, 401, 401, 401, 401, 200, 200, 200, 200]);
        assert_refused(&orders.get_as("/me", &tokens[3]), "revoked");
        // A caller who signs in again is let in.
        assert_eq!(orders.get_as("/me", Token::alice().signed()).status(), 200);
        // A time before 1970 revokes only tokens that do not say when they were issued.
        revoked.revoke_subject(OTHER, "alice", UNIX_EPOCH - Duration::from_secs(1)).unwrap();
        assert_eq!(orders.get_as("/me", &tokens[9]).status(), 200);
        assert_refused(&orders.get_as("/me", by_other(&others().without("iat"))), "without `iat`");
    });
}

#[test]
fn one_token_is_revoked_at_once_and_no_other() {
    revoking(|orders, revoked| {
        let tokens = [Token::alice().signed(), Token::alice().claim("x", 1).signed(), by_other(&others())];
        assert_eq!(statuses(orders, &tokens), [200; 3]);
        revoked.revoke_token(&tokens[0]);
        assert_eq!(statuses(orders, &tokens), [401, 200, 200]);
        assert_refused(&orders.get_as("/me", &tokens[0]), "revoked");
        // All clones of a list are one list.
        revoked.clone().revoke_token(&tokens[2]);
        assert_eq!(statuses(orders, &tokens), [401, 200, 401]);
    });
}

#[test]
fn a_token_that_was_revoked_before_it_came_is_refused() {
    revoking(|orders, revoked| {
        let token = Token::alice().signed();
        revoked.revoke_token(&token);
        for _ in 0..2 {
            assert_refused(&orders.get_as("/me", &token), "revoked");
        }
        assert_eq!(orders.calls.take(), 0);
    });
}

/// Replaces the signature (r, s) by the second one that fits, which is (r, n - s) with the order n of P-256.
fn malleated(token: &str) -> String {
    const ORDER: [u8; 32] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA,
        0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut borrow = false;
    for (digit, s) in ORDER.into_iter().zip(&mut signature[32..]).rev() {
        let (difference, first) = digit.overflowing_sub(*s);
        let (difference, second) = difference.overflowing_sub(u8::from(borrow));
        (*s, borrow) = (difference, first || second);
    }
    assert!(!borrow, "s is smaller than the order");
    format!("{message}.{}", encode(signature))
}

#[test]
fn a_second_signature_does_not_bring_a_revoked_token_back() {
    let revoked = RevocationList::new();
    for remember in [true, false] {
        let public = Key::pem(Algorithm::ES256, fixture("p256.public.pem"));
        let jwt = |issuer: &Issuer| issuer.verifier().key(public).build().unwrap();
        let orders = orders(jwt, &revoked, remember);
        let key = EncodingKey::from_ec_pem(fixture("p256.private.pem").as_bytes()).unwrap();
        let token = |subject: &str| {
            let header = json!({ "alg": "ES256", "typ": "at+jwt", "remember": remember }).to_string();
            signed_by(&header, &Token::of(subject).claims_text(), jsonwebtoken::Algorithm::ES256, &key)
        };
        let tokens = ["alice", "bob", "carol"].map(|subject| {
            let token = token(subject);
            let second = malleated(&token);
            assert_ne!(token, second);
            assert_eq!(malleated(&second), token);
            (token, second)
        });
        let [(alice, alices), (bob, bobs), (carol, carols)] = tokens;
        let mut expected = [200, 200, 200, 200, 200];
        let asked = [alice.clone(), alices, bob, bobs.clone(), carol.clone()];
        // The second signatures are accepted, without which the rest would prove nothing.
        assert_eq!(statuses(&orders, &asked), expected);
        revoked.revoke_token(&alice);
        expected[..2].fill(401);
        assert_eq!(statuses(&orders, &asked), expected);
        // Revoking the token with the second signature revokes the one with the first.
        revoked.revoke_token(&bobs);
        expected[2..4].fill(401);
        assert_eq!(statuses(&orders, &asked), expected);
        // A second signature is refused although the service sees it for the first time.
        revoked.revoke_token(&carol);
        assert_refused(&orders.get_as("/me", &carols), "a second signature");
    }
}

/// Revocations that write down what they are asked, and that may be out of reach.
#[derive(Clone, Default)]
struct Store {
    down: Arc<AtomicBool>,
    asked: Calls,
    digests: Arc<std::sync::Mutex<Vec<[u8; 32]>>>,
}

impl Revocations for Store {
    fn check(&self, token: &VerifiedToken<'_>) -> Result<(), Denial> {
        self.asked.count();
        assert_eq!((token.jti(), token.issued_at()), (Some("0d9b"), Some(NOW - 10)));
        assert_eq!(token.principal().subject(), Some("alice"));
        // The `Debug` text of a token does not give the token away.
        assert!(!format!("{token:?}").contains(&encode(Token::alice().claims_text())));
        self.digests.lock().unwrap().push(token.digest());
        if self.down.load(Ordering::SeqCst) {
            let cause = "the store is gone".to_owned();
            return Err(Denial::Unavailable { retry_after: Duration::from_secs(7), cause });
        }
        Ok(())
    }
}

#[test]
fn revocations_out_of_reach_are_a_503() {
    for remember in [true, false] {
        let store = Store::default();
        let orders = orders(both, &store, remember);
        let (known, new) = (Token::alice().signed(), Token::alice().claim("x", 1).signed());
        assert_eq!(orders.get_as("/me", &known).status(), 200);
        store.down.store(true, Ordering::SeqCst);
        orders.calls.take();
        for token in [&known, &new] {
            let response = orders.get_as("/me", token);
            assert_eq!(response.status(), 503);
            assert_eq!(response.field("retry-after"), Some("7"));
            assert_eq!(response.challenges(), [""; 0]);
            assert!(!response.text().contains("the store is gone"), "{}", response.text());
        }
        assert_eq!(orders.calls.take(), 0);
        // A request that is refused anyway is refused without asking for revocations.
        assert_eq!(orders.get("/me", &[]).status(), 401);
        assert_refused(&orders.get_as("/me", Token::expired().signed()), "expired");
        store.down.store(false, Ordering::SeqCst);
        assert_eq!(statuses(&orders, &[known, new]), [200, 200]);
    }
}

#[test]
fn revocations_are_asked_for_each_request_and_only_about_what_was_verified() {
    let store = Store::default();
    let orders = orders(Issuer::jwt, &store, true);
    let token = Token::alice().signed();
    assert_eq!(statuses(&orders, &vec![token.clone(); 4]), [200; 4]);
    assert_eq!(store.asked.take(), 4);
    let (first, rest) = {
        let mut digests = store.digests.lock().unwrap().drain(..).collect::<Vec<_>>().into_iter();
        (digests.next().unwrap(), digests.collect::<Vec<_>>())
    };
    assert_eq!(rest, [first; 3], "a remembered token has the digest that it had before");
    assert_eq!(orders.get("/me", &[]).status(), 401);
    assert_refused(&orders.get_as("/me", token.clone() + "A"), "forged");
    assert_refused(&orders.get_as("/me", Token::expired().signed()), "expired");
    assert_eq!(store.asked.take(), 0);
    assert_eq!(orders.get_as("/me", Token::alice().claim("x", 1).signed()).status(), 200);
    assert_ne!(store.digests.lock().unwrap()[0], first);
}
