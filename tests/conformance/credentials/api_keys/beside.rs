//! Keys beside other tokens, told by their prefix.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use auth_runtime::{
    Authorizer, ConfigError, Credential, Jwt, Principal, Refusal, api_key::ApiKeys,
    authenticate::Authenticate, revocation::RevocationList, settings::AuthorizerBuilder,
};
use auth_tests::{
    Issuer, Server, Token,
    invariants::assert_refused,
    issuer::{ISSUER, NOW, secret},
    wire::bearer,
};

use super::{
    super::{people, who},
    Table, key_of, routes, unknown,
};

fn start(builder: AuthorizerBuilder) -> Server {
    let authorizer = builder.build().unwrap();
    Server::start(move |config| {
        routes(config, &authorizer);
        config.service(who);
    })
}

#[test]
fn the_prefix_tells_keys_from_tokens() {
    let table = Table::default();
    let key = table.issue("shop");
    let server = start(Authorizer::builder().bearer(table.keys().or(Issuer::default().jwt())));
    assert_eq!(server.get_as("/who", key.text()).text(), "scheme:Bearer shop");
    assert_eq!(server.get_as("/who", Token::alice().signed()).text(), format!("{ISSUER} alice"));
    // What begins with the prefix is a key, also if it is none.
    for text in [unknown(), "ord_nonsense".to_owned(), format!("ord_{}", Token::alice().signed())] {
        assert_refused(&server.get_as("/me", &text), &text);
    }
    for text in
        [Token::expired().signed(), "ord".to_owned(), key_of("ordx", &"U".repeat(16), &"S".repeat(43))]
    {
        table.asked();
        assert_refused(&server.get_as("/me", &text), &text);
        assert_eq!(table.asked(), 0, "{text}");
    }
}

/// A verifier whose clock can be set back. It looks at `nbf`, and what is remembered is not verified.
fn on_a_clock(now: &Arc<AtomicU64>) -> Jwt {
    let now = Arc::clone(now);
    let clock = move || UNIX_EPOCH + Duration::from_secs(now.load(Ordering::SeqCst));
    Issuer::default().verifier().clock(clock).key(secret()).build().unwrap()
}

#[test]
fn tokens_beside_keys_are_remembered_and_keys_are_not() {
    let (table, now) = (Table::default(), Arc::new(AtomicU64::new(NOW)));
    let key = table.issue("shop");
    let token = Token::alice().claim("nbf", NOW).signed();
    let both = || table.keys().or(on_a_clock(&now));
    let wrapped = both();
    // A closure around both is the application's own, and nothing is remembered.
    let around = move |credential: &Credential<'_>| wrapped.authenticate(credential);
    for (server, is_remembered) in [
        (start(Authorizer::builder().bearer(both())), true),
        (start(Authorizer::builder().bearer(around)), false),
    ] {
        now.store(NOW, Ordering::SeqCst);
        assert_eq!(server.get_as("/me", &token).status(), 200);
        now.store(NOW - 1, Ordering::SeqCst);
        assert_eq!(server.get_as("/me", &token).status(), if is_remembered { 200 } else { 401 });
        table.asked();
        for _ in 0..3 {
            assert_eq!(server.get_as("/me", key.text()).status(), 200);
        }
        assert_eq!(table.asked(), 3);
    }
}

#[test]
fn keys_beside_tokens_are_remembered_if_they_say_so() {
    let table = Table::default();
    let key = table.issue("shop");
    let keys = table.keys().remember_for(Duration::from_secs(30));
    let clock = table.clone();
    let builder = Authorizer::builder().bearer(keys.or(Issuer::default().jwt()));
    let server = start(builder.clock(move || clock.time()));
    for _ in 0..3 {
        assert_eq!(server.get_as("/me", key.text()).status(), 200);
    }
    assert_eq!(table.asked(), 1);
    table.pass(30);
    assert_eq!(server.get_as("/me", key.text()).status(), 200);
    assert_eq!(table.asked(), 1);
}

fn error(builder: AuthorizerBuilder) -> String {
    builder.build().map_or_else(|error: ConfigError| error.to_string(), |_| "built".to_owned())
}

#[test]
fn owners_of_keys_and_of_other_credentials_are_not_mixed_up() {
    let table = Table::default();
    let message = error(Authorizer::builder().bearer(table.keys().or(people)));
    assert!(message.contains("name the issuer of the keys with `.issuer(..)`"), "{message}");
    let key = table.issue("alice");
    let keys = table.keys().issuer("https://partners.example");
    let server = start(Authorizer::builder().bearer(keys.or(people)));
    assert_eq!(server.get_as("/who", key.text()).text(), "https://partners.example alice");
    assert_eq!(server.get_as("/who", "alice").text(), "scheme:Bearer alice");
    let nobody = async |_: &Credential<'_>| -> Result<Principal, Refusal> { Err(Refusal::invalid("nobody")) };
    assert!(error(Authorizer::builder().bearer(table.keys().or(nobody))).contains("name the issuer"));
}

#[test]
fn a_list_of_revocations_knows_the_issuers_of_both() {
    let table = Table::default();
    let key = table.issue("shop");
    let revoked = RevocationList::new();
    let keys = table.keys().issuer("https://partners.example");
    let server =
        start(Authorizer::builder().bearer(keys.or(Issuer::default().jwt())).revocations(revoked.clone()));
    assert!(revoked.revoke_jti("https://misspelt.example", "1").is_err());
    assert!(
        revoked.revoke_jti(ISSUER, "1").is_ok()
            && revoked.revoke_jti("https://partners.example", "1").is_ok()
    );
    assert_eq!(server.get("/me", &[&bearer(key.text())]).status(), 200);
}

#[test]
fn keys_that_an_earlier_prefix_would_take_are_refused() {
    let keys = |prefix: &str| ApiKeys::new(prefix, |_: &str| Ok(None)).issuer("https://keys.example");
    let built = |first: &str, second: &str, third: &str| {
        let others = keys(second).or(keys(third).or(Issuer::default().jwt()));
        error(Authorizer::builder().bearer(keys(first).or(others)))
    };
    for (prefixes, taken) in [
        (["ord", "ord", "shop"], "ord"),
        (["ord", "ord_live", "shop"], "ord_live"),
        (["ord", "shop", "ord_live"], "ord_live"),
        (["shop", "ord", "ord_live"], "ord_live"),
    ] {
        let [first, second, third] = prefixes;
        let message = built(first, second, third);
        let expected = format!("keys of the prefix `{taken}` begin with `ord_`");
        assert!(message.contains(&expected), "{prefixes:?}: {message}");
    }
    for [first, second, third] in [["ord_live", "ord_test", "ord"], ["ord", "orders", "or"]] {
        assert_eq!(built(first, second, third), "built");
    }
    let alone = error(Authorizer::builder().bearer(keys("ord").or(keys("ord_live"))));
    assert!(alone.contains("put the longer one first"), "{alone}");
}

#[test]
fn settings_of_keys_that_make_no_sense_are_refused() {
    let keys = |prefix: &str| ApiKeys::new(prefix, |_: &str| Ok(None));
    for (builder, remedy) in [
        (Authorizer::builder().scheme(keys("Ord-")), "`prefix`: `Ord-` is no prefix of API keys"),
        (Authorizer::builder().scheme(keys("").header("x-api-key")), "`` is no prefix"),
        (Authorizer::builder().bearer(keys("ord_").or(Issuer::default().jwt())), "is no prefix"),
        (Authorizer::builder().scheme(keys("ord").issuer("")), "is empty or has spaces"),
        (Authorizer::builder().scheme(keys("ord").issuer("scheme:ApiKey")), "choose another"),
        (
            Authorizer::builder().scheme(keys("ord").issuer("https://a.example").header("x-key").issuer("b")),
            "knows its issuer",
        ),
        (Authorizer::builder().scheme(keys("ord")).scheme(keys("shop")), "`ApiKey` is accepted twice"),
    ] {
        let error = error(builder);
        assert!(error.contains(remedy), "{error}");
    }
    assert_eq!(error(Authorizer::builder().scheme(keys("ord").header("x-key").issuer("b"))), "built");
}
