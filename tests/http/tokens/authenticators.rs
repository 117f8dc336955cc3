//! Authenticators that an application writes itself.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use auth_runtime::{
    Authorizer, Credential, Jwt, Principal, Refusal,
    authenticate::{Authenticate, Authentication},
    revocation::RevocationList,
    settings::TokenCache,
};
use auth_tests::{
    Token,
    app::{Calls, Orders},
    invariants::assert_refused,
    issuer::ISSUER,
};

use super::{both, statuses};

/// Returns an authenticator that accepts tokens which begin with `good`, at once or later, and that counts its calls.
fn counting(asked: &Calls, later: bool) -> impl Fn(&Credential<'_>) -> Authentication + Send + Sync + use<> {
    let asked = asked.clone();
    move |credential| {
        asked.count();
        let answer = if credential.value().starts_with("good") {
            Ok(Principal::builder().issuer(ISSUER).subject("alice").claim("jti", "0d9b").build())
        } else {
            Err(Refusal::invalid("it is not good"))
        };
        if later { Authentication::later(async { answer }) } else { answer.into() }
    }
}

#[test]
fn an_authenticator_of_ones_own_is_asked_each_time() {
    for later in [false, true] {
        let asked = Calls::default();
        let closure = counting(&asked, later);
        let orders = Orders::start_with(|_| {
            let authorizer = Authorizer::builder().bearer(closure).token_cache(TokenCache::new());
            authorizer.build().unwrap()
        });
        for _ in 0..5 {
            assert_eq!(orders.get_as("/me", "good").status(), 200);
        }
        assert_eq!(asked.take(), 5, "later: {later}");
        assert_refused(&orders.get_as("/me", "bad"), "bad");
        assert_eq!(asked.take(), 1, "later: {later}");
    }
}

#[test]
fn what_an_authenticator_of_ones_own_accepts_can_be_revoked() {
    for later in [false, true] {
        let revoked = RevocationList::new();
        let asked = Calls::default();
        let closure = counting(&asked, later);
        let orders = Orders::start_with(|_| {
            Authorizer::builder().bearer(closure).revocations(revoked.clone()).build().unwrap()
        });
        let tokens = ["good", "good.1", "good/2"].map(str::to_owned);
        assert_eq!(statuses(&orders, &tokens), [200; 3]);
        revoked.revoke_token("good.1");
        assert_eq!(statuses(&orders, &tokens), [200, 401, 200], "later: {later}");
        assert_refused(&orders.get_as("/me", "good.1"), "revoked");
        revoked.revoke_jti(ISSUER, "0d9b").unwrap();
        assert_eq!(statuses(&orders, &tokens), [401; 3], "later: {later}");
        assert_eq!(asked.take(), 10, "who was revoked is found out last");
    }
}

#[test]
fn of_opaque_tokens_with_dots_one_is_revoked_and_no_other() {
    let revoked = RevocationList::new();
    let closure = counting(&Calls::default(), false);
    let orders = Orders::start_with(|issuer| {
        let bearer = both(issuer).opaque(closure);
        Authorizer::builder().bearer(bearer).revocations(revoked.clone()).build().unwrap()
    });
    let tokens = ["good.local.first", "good.local.second"].map(str::to_owned);
    assert_eq!(statuses(&orders, &tokens), [200, 200]);
    revoked.revoke_token(&tokens[0]);
    assert_eq!(statuses(&orders, &tokens), [401, 200]);
}

/// An authenticator that looks at more than the token.
struct Gate {
    jwt: Jwt,
    closed: Arc<AtomicBool>,
}

impl Authenticate for Gate {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        if self.closed.load(Ordering::SeqCst) {
            return Err(Refusal::invalid("closed")).into();
        }
        self.jwt.authenticate(credential)
    }
}

#[test]
fn an_authenticator_that_asks_ours_is_asked_each_time() {
    let closed = Arc::new(AtomicBool::new(false));
    let orders = Orders::start_with(|issuer| {
        let gate = Gate { jwt: issuer.jwt(), closed: Arc::clone(&closed) };
        Authorizer::builder().bearer(gate).build().unwrap()
    });
    let token = Token::alice().signed();
    assert_eq!(orders.get_as("/me", &token).status(), 200);
    closed.store(true, Ordering::SeqCst);
    assert_eq!(orders.get_as("/me", &token).status(), 401);
}
