//! H: the credentials of a request.

use std::time::Duration;

use actix_web::{HttpRequest, web};
use auth_runtime::{
    Authorizer, Credential, Denial, Principal,
    authenticate::{Authentication, MalformedCredential},
    require_auth,
};
use auth_tests::{
    Issuer, Server, Token,
    app::Orders,
    invariants::{parameter, parse},
    wire::{bearer, request},
};

use super::{orders_with, scheme};

#[test]
fn h_02_missing_and_invalid_credentials_are_401() {
    let orders = Orders::start();
    assert_eq!(orders.get("/me", &[]).status(), 401);
    assert_eq!(orders.get_as("/me", "garbage").status(), 401);
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn h_05_scheme_name_ignores_case() {
    let orders = orders_with(|builder| builder.scheme(scheme("Basic")));
    let token = Token::alice().signed();
    for name in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        assert_eq!(orders.get("/me", &[&format!("authorization: {name} {token}")]).status(), 200, "{name}");
    }
    assert_eq!(orders.get("/me", &["authorization: bAsIc open-sesame"]).status(), 200);
}

#[test]
fn h_06_one_or_more_spaces_separate_scheme_and_token() {
    let orders = Orders::start();
    let token = Token::alice().signed();
    for spaces in [" ", "  ", "   "] {
        assert_eq!(orders.get("/me", &[&format!("authorization: Bearer{spaces}{token}")]).status(), 200);
    }
    for separator in ["\t", " \t", "\t ", "=", ":"] {
        assert_eq!(orders.get("/me", &[&format!("authorization: Bearer{separator}{token}")]).status(), 400);
    }
}

#[test]
fn h_12_authorization_stands_once() {
    let orders = orders_with(|builder| builder.scheme(scheme("Hawk")));
    let good = bearer(Token::alice().signed());
    let other = bearer(Token::bob().signed());
    for second in [
        good.as_str(),
        other.as_str(),
        "authorization: Hawk open-sesame",
        "Authorization: Bearer bad",
        "authorization:",
    ] {
        for pair in [[good.as_str(), second], [second, good.as_str()]] {
            let response = orders.get("/me", &pair);
            assert_eq!(response.status(), 400, "{second}");
            assert_eq!(parameter(&parse(response.challenge()), "error").as_deref(), Some("invalid_request"));
        }
    }
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn h_13_authorization_is_no_list() {
    for orders in [Orders::start(), orders_with(|builder| builder.scheme(scheme("Basic")))] {
        let token = Token::alice().signed();
        for value in [
            format!("Bearer {token}, Bearer {token}"),
            format!("Bearer {token},Bearer {token}"),
            format!("Basic x, Bearer {token}"),
            format!("Basic open-sesame, Bearer {token}"),
            format!("Bearer {token},"),
            format!(", Bearer {token}"),
            format!("Bearer ,{token}"),
        ] {
            assert_eq!(orders.get("/me", &[&format!("authorization: {value}")]).status(), 400, "{value:.30}");
        }
        assert_eq!(orders.calls.take(), 0);
    }
}

#[test]
fn h_17_proxy_credentials_are_not_ours() {
    let orders = Orders::start();
    let line = bearer(Token::alice().signed()).replace("authorization", "proxy-authorization");
    let response = orders.get("/me", &[&line]);
    assert_eq!(response.status(), 401);
    assert_eq!(response.field("proxy-authenticate"), None);
}

#[test]
fn h_24_unknown_schemes_and_parameters_are_no_errors() {
    let orders = Orders::start();
    let commas = ",".repeat(10_000);
    for value in [
        r#"Digest username="a, Bearer b", realm="x""#,
        r#"Foo bar="a\"b, Bearer c", baz"#,
        "Foo",
        "Foo =",
        "Foo a=b,,,c=d",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host;date, Signature=c",
        &format!("Foo {commas}"),
        &format!("Foo \"{commas}"),
    ] {
        let response = orders.get("/me", &[&format!("authorization: {value}")]);
        assert_eq!(
            (response.status(), response.challenge()),
            (401, r#"Bearer realm="orders""#),
            "{value:.40}"
        );
    }
}

#[test]
fn h_25_a_token_keeps_to_its_alphabet() {
    let orders = Orders::start();
    for token in ["a*b", "\"abc\"", "a b", "token=abc", "a%20b", "=", "a=b", "é"] {
        assert_eq!(orders.get_as("/me", token).status(), 400, "{token}");
    }
    for token in ["abc", "abc==", "a-._~+/b="] {
        assert_eq!(orders.get_as("/me", token).status(), 401, "{token}");
    }
}

#[test]
fn h_02_a_slow_authenticator_changes_no_answer() {
    // The statuses are the same when the authenticator answers later.
    let slow = |credential: &Credential<'_>| {
        let known = credential.value() == "open-sesame";
        Authentication::later(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if known {
                return Ok(Principal::builder().subject("ali").build());
            }
            Err(Denial::MalformedCredential(MalformedCredential::Value).into())
        })
    };
    let orders = Orders::start_with(|_| Authorizer::builder().bearer(slow).build().unwrap());
    assert_eq!(orders.get_as("/me", "open-sesame").status(), 200);
    assert_eq!(orders.get_as("/me", "other").status(), 400);
    assert_eq!(orders.get("/me", &[]).status(), 401);
}

#[test]
fn h_12_nothing_but_the_header_is_read() {
    #[require_auth]
    async fn guarded(request: HttpRequest) -> String {
        request.path().to_owned()
    }
    let authorizer = Issuer::default().authorizer();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).route("/guarded", web::route().to(guarded));
    });
    let token = Token::alice().signed();
    assert_eq!(server.get(&format!("/guarded?access_token={token}"), &[]).status(), 401);
    assert_eq!(server.get("/guarded", &[&format!("cookie: access_token={token}")]).status(), 401);
    let form = request(
        "POST",
        "/guarded",
        &["content-type: application/x-www-form-urlencoded"],
        &format!("access_token={token}"),
    );
    assert_eq!(server.raw(form).status(), 401);
}
