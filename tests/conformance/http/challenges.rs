//! H: the challenges of an answer.

use actix_web::web;
use auth_runtime::{Authorizer, require_auth};
use auth_tests::{
    Issuer, Server, Token,
    app::Orders,
    invariants::{parameter, parse},
    wire::bearer,
};

use super::{borrowed, orders_with, scheme};

#[test]
fn h_01_every_401_has_a_challenge() {
    // The invariants look at every 401 of every test, and this test makes one for each cause.
    let orders = Orders::start();
    for lines in [
        vec![],
        vec![bearer("x.y.z")],
        vec![bearer(Token::expired().signed())],
        vec!["authorization: Foo x".into()],
    ] {
        let lines = borrowed(&lines);
        let response = orders.get("/me", &lines);
        assert_eq!((response.status(), response.challenges().len()), (401, 1), "{lines:?}");
    }
}

#[test]
fn h_07_a_parameter_appears_once() {
    // The invariants look at every challenge. A configuration that would double a parameter is refused.
    for name in ["Realm", "realm", "ERROR", "scope"] {
        let error = Authorizer::builder().scheme(scheme("Hawk").parameter(name, "x")).build().unwrap_err();
        assert_eq!(error.setting(), "scheme", "{name}");
    }
    let twice = scheme("Hawk").parameter("algorithm", "a").parameter("Algorithm", "b");
    assert!(
        Authorizer::builder()
            .scheme(twice)
            .build()
            .unwrap_err()
            .to_string()
            .contains("`algorithm` is there twice")
    );
}

#[test]
fn h_08_realm_is_a_quoted_string() {
    let orders = Orders::start();
    assert!(orders.get("/me", &[]).challenge().starts_with(r#"Bearer realm="orders""#));
}

#[test]
fn h_09_quotes_and_backslashes_alone_are_escaped() {
    let orders = orders_with(|builder| builder.realm(r#"a"b\c,d=e"#));
    let response = orders.get("/me", &[]);
    assert_eq!(response.challenge(), r#"Bearer realm="a\"b\\c,d=e""#);
    assert_eq!(parameter(&parse(response.challenge()), "realm").as_deref(), Some(r#"a"b\c,d=e"#));
}

#[test]
fn h_10_line_ends_and_nul_never_reach_a_field() {
    for bad in ["a\r\nx: y", "a\nb", "a\0b", "a\tb", "é", ""] {
        let error = Authorizer::builder().bearer(Issuer::default().jwt()).realm(bad).build().unwrap_err();
        assert_eq!(error.setting(), "realm", "{bad:?}");
    }
    for bad in [
        "https://a/\r\nx: y",
        "https://a/ b",
        "a",
        "/a",
        "https://",
        "https:///a",
        "http://a.example/b",
        "ftp://a",
    ] {
        let builder = Authorizer::builder().bearer(Issuer::default().jwt()).resource_metadata(bad);
        assert_eq!(builder.build().unwrap_err().setting(), "resource_metadata", "{bad:?}");
    }
    for bad in ["a\r\nb", "a\0"] {
        let error = Authorizer::builder().scheme(scheme("Hawk").parameter("x", bad)).build().unwrap_err();
        assert_eq!(error.setting(), "scheme");
    }
    for bad in ["Ha wk", "", "Hawk,", "H\r\n"] {
        assert_eq!(
            Authorizer::builder().scheme(scheme(bad)).build().unwrap_err().setting(),
            "scheme",
            "{bad:?}"
        );
    }
    let orders = Orders::start();
    let response =
        orders.raw("GET /me HTTP/1.1\r\nhost: a\r\nauthorization: Bearer a\0bcdefghijklmn\r\n\r\n");
    assert_eq!(response.status(), 400);
}

#[test]
fn h_11_every_challenge_parses_strictly() {
    // The invariants parse every challenge with a parser that is not ours, and `properties` does so for random ones.
    let orders = orders_with(|builder| {
        builder
            .challenge_scopes()
            .resource_metadata("https://orders.example/.well-known/oauth-protected-resource")
            .scheme(scheme("Hawk").parameter("algorithm", r#"sha"256\"#))
    });
    let response = orders.send("POST", "/orders", &[]);
    assert_eq!(
        response.challenges(),
        [
            r#"Bearer realm="orders", scope="orders:write", resource_metadata="https://orders.example/.well-known/oauth-protected-resource""#,
            r#"Hawk realm="orders", algorithm="sha\"256\\""#,
        ]
    );
}

#[test]
fn h_14_each_challenge_has_its_own_line_in_a_stable_order() {
    let builder = Authorizer::builder().scheme(scheme("Basic")).scheme(scheme("DPoP")).scheme(scheme("Hawk"));
    let authorizer = builder.bearer(Issuer::default().jwt()).build().unwrap();
    let orders = Orders::start_with(|_| authorizer);
    for _ in 0..3 {
        let response = orders.get("/me", &[]);
        let schemes: Vec<_> =
            response.challenges().iter().map(|line| parse(line).scheme.to_owned()).collect();
        assert_eq!(schemes, ["Bearer", "DPoP", "Hawk", "Basic"]);
    }
}

#[test]
fn h_15_only_schemes_that_work_are_advertised() {
    #[require_auth]
    async fn inner() -> &'static str {
        "inner"
    }
    // An inner scope with an authorizer of its own advertises and accepts the schemes of that authorizer alone.
    let issuer = Issuer::default();
    let outer = issuer.authorizer();
    let own = Authorizer::builder().realm("inner").scheme(scheme("Hawk")).build().unwrap();
    let server = Server::start(move |config| {
        let scope = web::scope("/inner").app_data(own.clone()).route("", web::get().to(inner));
        config.app_data(outer.clone()).service(scope).route("/outer", web::get().to(inner));
    });
    assert_eq!(server.get("/inner", &[]).challenge(), r#"Hawk realm="inner""#);
    assert_eq!(server.get("/outer", &[]).challenge(), r#"Bearer realm="orders""#);
    assert_eq!(server.get("/inner", &["authorization: Hawk open-sesame"]).status(), 200);
    assert_eq!(server.get("/outer", &["authorization: Hawk open-sesame"]).status(), 401);
    assert_eq!(server.get_as("/inner", Token::alice().signed()).status(), 401);
}

#[test]
fn h_16_a_403_may_have_a_challenge() {
    let orders = orders_with(auth_runtime::settings::AuthorizerBuilder::challenge_scopes);
    let response = orders.send("POST", "/orders", &[&bearer(Token::bob().signed())]);
    assert_eq!((response.status(), response.challenges().len()), (403, 1));
}
