//! I: the question that is asked about a token.

use std::net::TcpListener;

use auth_runtime::{Authorizer, Issuers};
use auth_tests::{
    Answer, Fake, Token, app::Orders, fake::Asked, invariants::assert_refused, issuer::fixture,
};

use super::{
    PATH, SECRET, alice, asking, assert_unavailable, basic, form_decoded, orders, orders_of, orders_with,
    pair, saying, with,
};

/// Parses the form of a question, in its order.
fn form(asked: &Asked) -> Vec<(String, String)> {
    url::form_urlencoded::parse(asked.body.as_bytes()).into_owned().collect()
}

#[test]
fn i_01_the_token_is_posted_in_a_form() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    let tokens = ["2YotnFZFEjr1zCsicMWpAA", "a+b/c~d==", "-._~+/", "a"];
    for token in tokens {
        assert_eq!(orders.get_as("/me", token).status(), 200, "{token}");
    }
    let asked = fake.asked(PATH);
    assert_eq!(asked.len(), tokens.len());
    for (asked, token) in asked.iter().zip(tokens) {
        // The assertion is about the whole line, so nothing is added to the address.
        assert_eq!(asked.line, "POST /introspect HTTP/1.1");
        assert_eq!(asked.fields["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(asked.fields["accept"], "application/json");
        assert_eq!(form(asked)[0], pair("token", token));
        assert!(!asked.fields.contains_key("referer"));
    }
    assert!(asked[1].body.starts_with("token=a%2Bb%2Fc%7Ed%3D%3D&"), "{}", asked[1].body);
}

#[test]
fn i_01_the_query_of_the_endpoint_stays_as_it_is() {
    let fake = Fake::start();
    fake.answer("/introspect?tenant=7", Answer::json(&alice()));
    let orders = orders_of(|issuer| asking(fake.origin() + "/introspect?tenant=7", issuer));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    let asked = fake.asked("/introspect?tenant=7");
    assert_eq!(asked[0].line, "POST /introspect?tenant=7 HTTP/1.1");
}

#[test]
fn i_02_basic_credentials_are_form_encoded_first() {
    let fake = saying(&alice());
    let id = "orders & co: 100%";
    let orders = orders_with(&fake, |tokens| tokens.client_secret_basic(id, SECRET));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    let asked = fake.asked(PATH).remove(0);
    let (user, password) = basic(&asked);
    assert_eq!(user, "orders+%26+co%3A+100%25");
    assert_eq!(password, "s3cr%3At%2F%2B%25%26%3D%3F+%C3%A4");
    assert_eq!((form_decoded(&user), form_decoded(&password)), pair(id, SECRET));
    // A request authenticates its client by one method only (RFC 6749 §2.3).
    assert_eq!(form(&asked), [pair("token", "opaque"), pair("token_type_hint", "access_token")]);
    // Credentials with nothing to encode are sent as they are.
    let orders = orders_with(&fake, |tokens| tokens.client_secret_basic("a-Z_0.9*", "x"));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    assert_eq!(basic(&fake.asked(PATH)[1]), pair("a-Z_0.9*", "x"));
}

#[test]
fn i_02_posted_credentials_stand_in_the_form_alone() {
    let fake = saying(&alice());
    let orders = orders_with(&fake, |tokens| tokens.client_secret_post("orders & co", SECRET));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    let asked = fake.asked(PATH).remove(0);
    let mut form = form(&asked);
    form.sort();
    assert_eq!(
        form,
        [
            pair("client_id", "orders & co"),
            pair("client_secret", SECRET),
            pair("token", "opaque"),
            pair("token_type_hint", "access_token"),
        ]
    );
    assert!(!asked.fields.contains_key("authorization"));
    assert_eq!(asked.line, "POST /introspect HTTP/1.1");
}

#[test]
fn i_02_the_certificate_of_the_server_is_checked() {
    let fake = Fake::start_with_tls();
    fake.answer(PATH, Answer::json(&alice()));
    let stranger = orders(&fake);
    assert_unavailable(&stranger, &stranger.get_as("/me", "opaque"), "an unknown authority");
    let authority = fixture("tls.authority.pem");
    let elsewhere = fake.origin().replace("localhost", "127.0.0.1") + PATH;
    let elsewhere = orders_of(|issuer| asking(elsewhere, issuer).root_certificate(&authority));
    assert_unavailable(&elsewhere, &elsewhere.get_as("/me", "opaque"), "another name");
    assert_eq!(fake.asked(PATH).len(), 0);
    let orders = orders_with(&fake, |tokens| tokens.root_certificate(&authority));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    assert_eq!(fake.asked(PATH).len(), 1);
}

#[test]
fn i_10_the_kind_of_token_is_hinted_at() {
    // The fake looks at no hint, as a server may (RFC 7662 §2.1).
    let fake = saying(&alice());
    let orders = orders(&fake);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    let hints = fake.asked(PATH).iter().flat_map(form).filter(|(name, _)| name == "token_type_hint").count();
    assert_eq!(hints, 1);
    assert_eq!(fake.asked(PATH)[0].form()["token_type_hint"], "access_token");
    // The answer decides what kind of token it is, and not the hint.
    fake.answer(PATH, Answer::json(&with("token_type", "refresh_token")));
    assert_refused(&orders.get_as("/me", "refresh"), "a refresh token");
}

#[test]
fn long_tokens_are_refused_unasked() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    let limit = 16 * 1024;
    assert_eq!(orders.get_as("/me", "a".repeat(limit)).status(), 200);
    assert_eq!(fake.asked(PATH).len(), 1);
    for length in [limit + 1, 64 * 1024] {
        assert_refused(&orders.get_as("/me", "a".repeat(length)), "too long");
    }
    assert_eq!(fake.asked(PATH).len(), 1);
}

#[test]
fn requests_without_a_bearer_token_ask_nobody() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    assert_eq!(orders.get("/me", &[]).status(), 401);
    assert_eq!(orders.get("/me", &["authorization: Basic b3BhcXVlOm9wYXF1ZQ=="]).status(), 401);
    assert_eq!(orders.get("/me", &["authorization: Bearer opaque opaque"]).status(), 400);
    assert_eq!(orders.get("/me", &["authorization: Bearer a", "authorization: Bearer b"]).status(), 400);
    assert_eq!(orders.get("/me?access_token=opaque", &[]).status(), 401);
    assert_eq!(fake.asked(PATH).len(), 0);
}

#[test]
fn json_web_tokens_are_not_asked_about() {
    let fake = saying(&with("sub", "bob"));
    let orders = Orders::start_with(|issuer| {
        let tokens = asking(fake.origin() + PATH, issuer).build().unwrap();
        let issuers = Issuers::new([issuer.jwt()]).unwrap().opaque(tokens);
        Authorizer::builder().bearer(issuers).build().unwrap()
    });
    let good = Token::alice().signed();
    assert_eq!(orders.get_as("/me", &good).json()["subject"], "alice");
    for (what, token) in [
        ("expired", Token::expired().signed()),
        ("another issuer", Token::alice().claim("iss", "https://other.example").signed()),
        ("no issuer", Token::alice().without("iss").signed()),
        ("another audience", Token::alice().claim("aud", "other").signed()),
        ("another kind", Token::alice().header("typ", "logout+jwt").signed()),
        ("a duplicate", auth_tests::issuer::signed(r#"{"alg":"HS256","alg":"HS256"}"#, "{}")),
        ("no claims", auth_tests::issuer::signed(r#"{"alg":"HS256"}"#, "no JSON")),
        ("unsigned", good[..=good.rfind('.').unwrap()].to_owned()),
        ("forged", good.clone() + "AAAA"),
        ("padded", good.clone() + "="),
        ("too long", Token::alice().claim("x", "x".repeat(16_000)).signed()),
    ] {
        assert_refused(&orders.get_as("/me", token), what);
    }
    assert_eq!(fake.asked(PATH).len(), 0);
    for token in ["opaque", "2YotnFZFEjr1zCsicMWpAA", "a.b", "a.b.c", "..x"] {
        assert_eq!(orders.get_as("/me", token).json()["subject"], "bob", "{token}");
    }
    assert_eq!(fake.asked(PATH).len(), 5);
    // Tokens of both kinds are remembered.
    fake.set_down(true);
    assert_eq!(orders.get_as("/me", "opaque").json()["subject"], "bob");
    assert_eq!(orders.get_as("/me", good).json()["subject"], "alice");
}

#[test]
fn i_02_what_stays_on_this_machine_goes_through_no_proxy() {
    let proxy = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "introspection::question::i_01_the_query_of_the_endpoint_stays_as_it_is"])
        .env("HTTP_PROXY", &address)
        .env("http_proxy", &address)
        .output()
        .unwrap();
    assert!(proxy.accept().is_err(), "the proxy was asked");
    assert!(child.status.success());
}
