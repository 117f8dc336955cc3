//! Tokens that are remembered, tokens of several issuers, and tokens that were revoked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::web;
use auth_runtime::{
    Algorithm, Authenticate, Authentication, Authorizer, AuthorizerBuilder, Credential, Denial,
    InvalidCredential, Issuers, Jwt, Key, Principal, RevocationList, Revocations, Scheme, TokenCache,
    VerifiedToken,
};
use auth_tests::{
    Issuer, Response, Server, Token,
    app::{self, Calls, Orders},
    issuer::{ISSUER, NOW, SECRET, encode, fixture, signed, signed_by},
    wire::{Connection, bearer, request},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

const OTHER: &str = "https://other.example";
const OTHER_SECRET: &[u8] = b"another secret of 32 bytes......";

fn secret() -> Key {
    Key::secret(Algorithm::HS256, SECRET)
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The other issuer's token for Alice.
fn others() -> Token {
    Token::alice().claim("iss", OTHER)
}

fn by_other(token: &Token) -> String {
    let key = EncodingKey::from_secret(OTHER_SECRET);
    token.signed_with("HS256", jsonwebtoken::Algorithm::HS256, &key)
}

/// Both issuers.
fn both(issuer: &Issuer) -> Issuers {
    let other = issuer.verifier().issuer(OTHER).key(Key::secret(Algorithm::HS256, OTHER_SECRET));
    Issuers::new([issuer.jwt(), other.build().unwrap()]).unwrap()
}

#[track_caller]
fn assert_refused(response: &Response, what: &str) {
    assert_eq!(response.status(), 401, "{what}");
    assert!(response.challenge().contains("error=\"invalid_token\""), "{what}: {}", response.challenge());
}

/// The fixture on a clock that can be set back.
///
/// `nbf` is looked at when a token is verified and not again, so that a token which was accepted at its `nbf` and is
/// accepted a second before it as well was not verified a second time.
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

    /// How many of these tokens are remembered, of those that were accepted at `NOW`. They have to have an `nbf`.
    fn remembered(&self, tokens: &[String]) -> usize {
        self.set(NOW - 1);
        let accepted = statuses(&self.orders, tokens).into_iter().filter(|status| *status == 200).count();
        self.set(NOW);
        accepted
    }
}

/// What each of these tokens is answered, on one connection.
fn statuses(server: &Server, tokens: &[String]) -> Vec<u16> {
    let mut connection = Connection::open(server);
    let mut ask =
        |token| connection.exchange(request("GET", "/me", &[&bearer(token)], "").as_bytes()).status();
    tokens.iter().map(&mut ask).collect()
}

/// Tokens that differ, and begin to be valid now.
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
    // Whose it is, is remembered with it.
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
    // The last setting counts.
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
    // One byte at each place: of the header, the payload and the signature, and the dots between them.
    let mut forged: Vec<_> = (0..good.len())
        .map(|position| {
            let letter = LETTERS.iter().position(|letter| *letter == good.as_bytes()[position]);
            with(position, letter.map_or(b'A', |letter| LETTERS[(letter + 1) % LETTERS.len()]))
        })
        .collect();
    // Tokens that share what a hasty comparison looks at.
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
    // Nor did any of them take its place.
    assert_eq!(orders.get_as("/me", &good).json()["subject"], "alice");
    assert_eq!(orders.get_as("/me", &bob).json()["subject"], "bob");
    assert_eq!(orders.get_as("/me", &good).json()["subject"], "alice");
}

#[test]
fn a_refusal_is_not_remembered() {
    let orders = Orders::start();
    let early = Token::alice().claim("nbf", NOW + 60).signed();
    let forged = Token::bob().signed_with(
        "HS256",
        jsonwebtoken::Algorithm::HS256,
        &EncodingKey::from_secret(OTHER_SECRET),
    );
    for _ in 0..3 {
        assert_refused(&orders.get_as("/me", &early), "too early");
        assert_refused(&orders.get_as("/me", &forged), "forged");
        assert_eq!(orders.get_as("/me", Token::bob().signed()).status(), 200);
    }
    orders.issuer.pass(60);
    assert_eq!(orders.get_as("/me", &early).status(), 200);
    assert_refused(&orders.get_as("/me", &forged), "forged");
}

/// A verifier of the same issuer's tokens for another audience alone. Its clock stands still.
fn for_audience(audience: &str) -> Jwt {
    Jwt::builder().issuer(ISSUER).audience(audience).key(secret()).clock(|| at(NOW)).build().unwrap()
}

#[test]
fn tokens_are_remembered_by_one_authorizer_alone() {
    // The inner one accepts what the outer one does not, and the other way round.
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
    // The scheme's name ignores case, and so does what is remembered of it.
    assert_eq!((ask("bEARER", &own), ask("oTHER", &own)), (200, 401));
}

/// Accepts what begins with `good`, at once or later, and counts how often it is asked.
fn counting(asked: &Calls, later: bool) -> impl Fn(&Credential<'_>) -> Authentication + Send + Sync + use<> {
    let asked = asked.clone();
    move |credential| {
        asked.count();
        let answer = if credential.value().starts_with("good") {
            Ok(Principal::builder().issuer(ISSUER).subject("alice").claim("jti", "0d9b").build())
        } else {
            Err(Denial::InvalidCredential(InvalidCredential::Refused("it is not good")))
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
fn a_token_cache_without_room_is_refused() {
    let sentence = "`token_cache`: has room for less than 100 tokens or 1 MiB; give it more, or switch it off with \
                    `.without_token_cache()`";
    for size in [TokenCache::new().max_entries(99), TokenCache::new().max_bytes(1024 * 1024 - 1)] {
        let error = Authorizer::builder().bearer(Issuer::default().jwt()).token_cache(size).build();
        let error = error.expect_err(sentence);
        assert_eq!(error.to_string(), sentence);
        assert_eq!(error.setting(), "token_cache");
        // Nobody asks for room that is not used.
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
    // Each of them takes eight KiB at the very least.
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

#[test]
fn each_issuer_has_its_own_tokens_accepted() {
    let orders = Orders::start_with(|issuer| Authorizer::builder().bearer(both(issuer)).build().unwrap());
    // Twice: verified, and remembered.
    for _ in 0..2 {
        let own = orders.get_as("/me", Token::alice().signed()).json();
        assert_eq!((&own["issuer"], &own["subject"]), (&json!(ISSUER), &json!("alice")));
        let other = orders.get_as("/me", by_other(&others())).json();
        assert_eq!((&other["issuer"], &other["subject"]), (&json!(OTHER), &json!("alice")));
    }
    // Everything else is checked as it is for one issuer.
    assert_refused(&orders.get_as("/me", Token::expired().signed()), "expired");
    assert_refused(&orders.get_as("/me", by_other(&others().claim("aud", "x"))), "audience");
    assert_refused(&orders.get_as("/me", by_other(&others().header("typ", "logout+jwt"))), "type");
    orders.issuer.pass(600);
    assert_refused(&orders.get_as("/me", by_other(&others())), "expired while it was remembered");
}

/// Signed as it should be, and of no issuer that is known, or of several.
fn of_nobody() -> Vec<(&'static str, String)> {
    let claims = Token::alice().without("iss").claims_text();
    let with = |more: &str| signed(r#"{"alg":"HS256"}"#, &claims.replacen('{', &format!("{{{more},"), 1));
    let of = |issuer: Value| Token::alice().claim("iss", issuer).signed();
    let twice = |first: &str, second: &str| with(&format!(r#""iss":"{first}","iss":"{second}""#));
    vec![
        ("unknown", of(json!("https://unknown.example"))),
        ("slash", of(json!(format!("{ISSUER}/")))),
        ("case", of(json!(ISSUER.to_uppercase()))),
        ("space", of(json!(format!(" {ISSUER}")))),
        ("empty", of(json!(""))),
        ("missing", Token::alice().without("iss").signed()),
        ("array", of(json!([ISSUER]))),
        ("array of both", of(json!([ISSUER, OTHER]))),
        ("object", of(json!({ "iss": ISSUER }))),
        ("null", of(json!(null))),
        ("number", of(json!(1))),
        ("nested", Token::alice().without("iss").claim("x", json!({ "iss": ISSUER })).signed()),
        ("in the header", Token::alice().without("iss").header("iss", ISSUER).signed()),
        ("own twice", twice(ISSUER, ISSUER)),
        ("own and other", twice(ISSUER, OTHER)),
        ("other and own", twice(OTHER, ISSUER)),
        ("escaped and own", with(&format!(r#""\u0069ss":"{OTHER}","iss":"{ISSUER}""#))),
        ("own and escaped", with(&format!(r#""iss":"{ISSUER}","\u0069ss":"{OTHER}""#))),
        ("no object", signed(r#"{"alg":"HS256"}"#, &format!(r#"["{ISSUER}"]"#))),
        ("no JSON", signed(r#"{"alg":"HS256"}"#, ISSUER)),
    ]
}

#[test]
fn tokens_of_no_known_issuer_are_refused() {
    let orders = Orders::start_with(|issuer| Authorizer::builder().bearer(both(issuer)).build().unwrap());
    for (what, token) in of_nobody() {
        assert_refused(&orders.get_as("/me", token), what);
    }
    assert_eq!(orders.calls.take(), 0);
    // The same claims with one issuer are fine, so it was the issuer.
    assert_eq!(orders.get_as("/me", Token::alice().signed()).status(), 200);
}

#[test]
fn issuers_that_do_not_go_together_are_refused() {
    let issuer = Issuer::default();
    let twin = issuer.verifier().key(Key::secret(Algorithm::HS256, OTHER_SECRET)).build().unwrap();
    let error = Issuers::new([issuer.jwt(), twin]).expect_err("the same issuer twice");
    assert_eq!(
        error.to_string(),
        format!("`issuer`: `{ISSUER}` is there twice; give one `Jwt` all of its keys and audiences")
    );
    let error = Issuers::new([]).expect_err("no issuer");
    assert_eq!(error.to_string(), "`issuer`: there is none, so nobody could get in; add a `Jwt`");
    // One is enough, and issuers that differ in a letter are two.
    Issuers::new([issuer.jwt()]).unwrap();
    let near = issuer.verifier().issuer(format!("{ISSUER}/")).key(secret()).build().unwrap();
    Issuers::new([issuer.jwt(), near]).unwrap();
}

#[test]
fn opaque_tokens_alone_reach_the_authenticator_of_opaque_tokens() {
    let asked = Calls::default();
    // It would let everybody in.
    let counted = asked.clone();
    let opaque = move |_: &Credential<'_>| {
        counted.count();
        Ok(Principal::builder().subject("opaque").build())
    };
    let orders = Orders::start_with(|issuer| {
        Authorizer::builder().bearer(both(issuer).opaque(opaque)).build().unwrap()
    });
    for (what, token) in of_nobody() {
        assert_refused(&orders.get_as("/me", token), what);
    }
    let good = Token::alice().signed();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let payload = encode(Token::alice().claims_text());
    for (what, token) in [
        ("forged", format!("{message}.{}", encode([0; 32]))),
        ("expired", Token::expired().signed()),
        ("no key", others().signed()),
        ("no signature", format!("{message}.")),
        ("a payload that is no base64url", format!("{}.~.{signature}", encode(r#"{"alg":"HS256"}"#))),
        ("no algorithm", format!("{}.{payload}.{signature}", encode("{}"))),
        (
            "a header with a name twice",
            signed(r#"{"alg":"HS256","alg":"HS256"}"#, &Token::alice().claims_text()),
        ),
        ("too long", "a".repeat(17 * 1024)),
    ] {
        assert_refused(&orders.get_as("/me", token), what);
    }
    assert_eq!(orders.get_as("/me", &good).json()["subject"], "alice");
    assert_eq!(asked.take(), 0);
    for token in
        ["2YotnFZFEjr1zCsicMWpAA", "a.b", "a.b.c", "a.b.c.d", "..", "v2.local.c2VjcmV0", "W10.e30.AAAA"]
    {
        assert_eq!(orders.get_as("/me", token).json()["subject"], "opaque", "{token}");
        assert_eq!(asked.take(), 1, "{token}");
        orders.get_as("/me", token);
        assert_eq!(asked.take(), 1, "{token} was remembered");
    }
    // Without it they are refused.
    let orders = Orders::start_with(|issuer| Authorizer::builder().bearer(both(issuer)).build().unwrap());
    assert_refused(&orders.get_as("/me", "2YotnFZFEjr1zCsicMWpAA"), "opaque");
}

/// The fixture with a list of revocations and both issuers, with a cache and without one.
fn revoking(test: impl Fn(&Orders, &RevocationList)) {
    for remember in [true, false] {
        let revoked = RevocationList::new();
        let orders = Orders::start_with(|issuer| {
            let authorizer = Authorizer::builder().bearer(both(issuer)).revocations(revoked.clone());
            let authorizer = if remember { authorizer } else { authorizer.without_token_cache() };
            authorizer.build().unwrap()
        });
        test(&orders, &revoked);
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
        revoked.revoke_jti(ISSUER, "a");
        assert_eq!(statuses(orders, &tokens), [401, 200, 200, 200]);
        assert_refused(&orders.get_as("/me", &tokens[0]), "revoked");
        // To a handler for everybody it proves nothing.
        assert_eq!(orders.get_as("/pub", &tokens[0]).text(), "anonymous");
        assert_eq!(orders.get_as("/pub", &tokens[1]).text(), "alice");
        // A token that has not been seen before is revoked as well.
        assert_refused(&orders.get_as("/me", token.clone().claim("scope", "").signed()), "a new one");
        revoked.revoke_jti("https://unknown.example", "A");
        assert_eq!(statuses(orders, &tokens), [401, 200, 200, 200]);
        revoked.revoke_jti(OTHER, "a");
        assert_eq!(statuses(orders, &tokens), [401, 401, 200, 200]);
        // A number is no identifier.
        revoked.revoke_jti(ISSUER, "7");
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
        revoked.revoke_subject(ISSUER, "alice", at(NOW - 100));
        assert_eq!(statuses(orders, &tokens), [401, 401, 401, 200, 401, 401, 200, 200, 200, 200]);
        // An earlier time takes nothing back, and a part of a second counts for nothing.
        revoked.revoke_subject(ISSUER, "alice", at(NOW - 200));
        assert_eq!(statuses(orders, &tokens), [401, 401, 401, 200, 401, 401, 200, 200, 200, 200]);
        revoked.revoke_subject(ISSUER, "alice", at(NOW - 100) + Duration::from_millis(999));
        assert_eq!(statuses(orders, &tokens), [401, 401, 401, 200, 401, 401, 200, 200, 200, 200]);
        revoked.revoke_subject(ISSUER, "alice", at(NOW - 99));
        assert_eq!(statuses(orders, &tokens), [401, 401, 401, 401, 401, 401, 200, 200, 200, 200]);
        assert_refused(&orders.get_as("/me", &tokens[3]), "revoked");
        // Whoever signs in again is back.
        assert_eq!(orders.get_as("/me", Token::alice().signed()).status(), 200);
        // Before 1970 nothing was issued, except what does not say when.
        revoked.revoke_subject(OTHER, "alice", UNIX_EPOCH - Duration::from_secs(1));
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
        // All clones are one list.
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

/// The other signature that fits: r and n - s, where n is the order of P-256.
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
        let orders = Orders::start_with(|issuer| {
            let key = Key::pem(Algorithm::ES256, fixture("p256.public.pem"));
            let jwt = issuer.verifier().key(key).build().unwrap();
            let authorizer = Authorizer::builder().bearer(jwt).revocations(revoked.clone());
            let authorizer = if remember { authorizer } else { authorizer.without_token_cache() };
            authorizer.build().unwrap()
        });
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
        // Were the second ones refused for their signatures, the rest would prove nothing.
        assert_eq!(statuses(&orders, &asked), expected);
        revoked.revoke_token(&alice);
        expected[..2].fill(401);
        assert_eq!(statuses(&orders, &asked), expected);
        // The other way round, too.
        revoked.revoke_token(&bobs);
        expected[2..4].fill(401);
        assert_eq!(statuses(&orders, &asked), expected);
        // Also where the second one was not seen before.
        revoked.revoke_token(&carol);
        assert_refused(&orders.get_as("/me", &carols), "a second signature");
    }
}

/// Revocations that write down what they are asked, and may be out of reach.
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
        // What is logged about it does not give it away.
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
        let orders = Orders::start_with(|issuer| {
            let authorizer = Authorizer::builder().bearer(both(issuer)).revocations(store.clone());
            let authorizer = if remember { authorizer } else { authorizer.without_token_cache() };
            authorizer.build().unwrap()
        });
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
        // What is refused anyway is refused without them.
        assert_eq!(orders.get("/me", &[]).status(), 401);
        assert_refused(&orders.get_as("/me", Token::expired().signed()), "expired");
        store.down.store(false, Ordering::SeqCst);
        assert_eq!(statuses(&orders, &[known, new]), [200, 200]);
    }
}

#[test]
fn revocations_are_asked_for_each_request_and_only_about_what_was_verified() {
    let store = Store::default();
    let orders = Orders::start_with(|issuer| {
        Authorizer::builder().bearer(issuer.jwt()).revocations(store.clone()).build().unwrap()
    });
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
        revoked.revoke_jti(ISSUER, "0d9b");
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

/// An authenticator of one's own, which looks at more than the token.
struct Gate {
    jwt: Jwt,
    closed: Arc<AtomicBool>,
}

impl Authenticate for Gate {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        if self.closed.load(Ordering::SeqCst) {
            return Err(Denial::from(InvalidCredential::Refused("closed"))).into();
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
