//! H: RFC 9110.

use std::time::Duration;

use actix_cors::Cors;
use actix_web::{
    App, HttpRequest,
    dev::ServiceResponse,
    middleware::{Compress, ErrorHandlerResponse, ErrorHandlers, NormalizePath},
    web,
};
use auth_runtime::{
    Authentication, Authorizer, Credential, Denial, InvalidCredential, MalformedCredential, Principal,
    Scheme, require_auth, require_scope,
};
use auth_tests::{
    Issuer, Response, Server, Token,
    app::Orders,
    invariants::{parameter, parse},
    wire::{Connection, bearer, request},
};

/// A scheme that knows one credential.
fn scheme(name: &str) -> Scheme {
    Scheme::new(name, |credential: &Credential<'_>| match credential.value() {
        "open-sesame" => Ok(Principal::builder().subject("ali").build()),
        _ => Err(Denial::InvalidCredential(InvalidCredential::Refused("a wrong word"))),
    })
}

fn orders_with(build: impl Fn(auth_runtime::AuthorizerBuilder) -> auth_runtime::AuthorizerBuilder) -> Orders {
    Orders::start_with(|issuer| {
        build(Authorizer::builder().realm("orders").bearer(issuer.jwt())).build().unwrap()
    })
}

#[test]
fn h_01_every_401_has_a_challenge() {
    // The invariants look at every 401 of every test; here is one of each cause.
    let orders = Orders::start();
    for lines in [
        vec![],
        vec![bearer("x.y.z")],
        vec![bearer(Token::expired().signed())],
        vec!["authorization: Foo x".into()],
    ] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let response = orders.get("/me", &lines);
        assert_eq!((response.status(), response.challenges().len()), (401, 1), "{lines:?}");
    }
}

#[test]
fn h_02_missing_and_invalid_credentials_are_401() {
    let orders = Orders::start();
    assert_eq!(orders.get("/me", &[]).status(), 401);
    assert_eq!(orders.get_as("/me", "garbage").status(), 401);
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn h_03_valid_but_insufficient_credentials_are_403() {
    let orders = Orders::start();
    assert_eq!(orders.get_as("/admin", Token::alice().signed()).status(), 403);
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn h_04_a_hidden_resource_is_404() {
    let orders = Orders::start();
    assert_eq!(orders.get_as("/orders/2", Token::of("carol").signed()).status(), 404);
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
fn h_07_a_parameter_appears_once() {
    // The invariants look at every challenge; what a configuration could double is refused.
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
    // The invariants parse every challenge with a parser of somebody else's; `properties` does it for random ones.
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
    // An inner scope with an authorizer of its own asks for what that one accepts, and accepts nothing else.
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
    let orders = orders_with(auth_runtime::AuthorizerBuilder::challenge_scopes);
    let response = orders.send("POST", "/orders", &[&bearer(Token::bob().signed())]);
    assert_eq!((response.status(), response.challenges().len()), (403, 1));
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
fn h_18_head_has_the_fields_of_get_and_no_body() {
    #[require_auth]
    async fn guarded() -> &'static str {
        "guarded"
    }
    #[require_scope("nobody:has")]
    async fn scoped() -> &'static str {
        "scoped"
    }
    #[require_scope("nobody:has", hide)]
    async fn hidden() -> &'static str {
        "hidden"
    }
    let authorizer = Issuer::default().authorizer();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone());
        config
            .service(web::resource("/guarded").route(web::get().to(guarded)).route(web::head().to(guarded)));
        config.service(web::resource("/scoped").route(web::get().to(scoped)).route(web::head().to(scoped)));
        config.service(web::resource("/hidden").route(web::get().to(hidden)).route(web::head().to(hidden)));
    });
    for (path, lines, status) in [
        ("/guarded", vec![], 401),
        ("/guarded", vec![bearer("bad")], 401),
        ("/guarded", vec![bearer("a b")], 400),
        ("/scoped", vec![bearer(Token::alice().signed())], 403),
        ("/hidden", vec![bearer(Token::alice().signed())], 404),
    ] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (get, head) = (server.get(path, &lines), server.send("HEAD", path, &lines));
        let bodyless = Response { body: Vec::new(), ..get.masked() };
        assert_eq!((head.status(), head.masked()), (status, bodyless), "{path}");
    }
}

#[test]
fn h_19_a_405_lists_what_is_allowed() {
    let orders = Orders::start();
    let response = orders.send("DELETE", "/upload", &[]);
    assert_eq!((response.status(), response.field("allow")), (405, Some("PUT")));
}

#[test]
fn h_20_preconditions_and_ranges_do_not_change_a_denial() {
    let orders = Orders::start();
    let token = bearer(Token::of("carol").signed());
    for line in [
        "if-none-match: *",
        "if-match: \"x\"",
        "range: bytes=0-0",
        "if-modified-since: Sat, 01 Jan 2000 00:00:00 GMT",
    ] {
        let hidden = orders.get("/orders/1", &[&token, line]);
        assert_eq!(hidden.masked(), orders.get("/orders/1", &[&token]).masked(), "{line}");
        assert_eq!(hidden.status(), 404, "{line}");
        assert_eq!(orders.get("/me", &[line]).masked(), orders.get("/me", &[]).masked(), "{line}");
    }
}

#[test]
fn h_21_expect_continue_is_answered_without_the_body() {
    let orders = Orders::start();
    let mut connection = Connection::open(&orders);
    let head = request("PUT", "/upload", &["expect: 100-continue", "content-length: 1000000"], "");
    connection.send(head.as_bytes()).unwrap();
    let first = connection.receive(false).unwrap();
    // actix-web says `100 Continue` by itself before any handler is asked; the denial does not wait for the body.
    let last = if first.status() == 100 { connection.receive(false).unwrap() } else { first };
    assert_eq!(last.status(), 401);
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn h_22_a_denial_has_a_body_that_explains() {
    let orders = Orders::start();
    for response in
        [orders.get("/me", &[]), orders.get_as("/me", "bad"), orders.get_as("/admin", Token::bob().signed())]
    {
        assert!(response.json()["detail"].as_str().unwrap().len() > 10, "{response:?}");
    }
    // A hidden denial has the application's own not-found body: here actix-web's empty one.
    assert_eq!(orders.get_as("/orders/1", Token::of("carol").signed()).text(), "");
}

#[test]
fn h_23_denials_are_not_negotiated_and_vary_by_nothing() {
    let orders = Orders::start();
    for response in [orders.get("/me", &["accept: text/html"]), orders.get("/audit", &["accept: text/html"])]
    {
        assert_eq!(response.field("vary"), None);
    }
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
fn h_26_authorization_comes_before_everything_else() {
    let orders = Orders::start();
    let bob = bearer(Token::bob().signed());
    assert_eq!(orders.send_json("POST", "/orders", &[], "{broken").status(), 401);
    assert_eq!(orders.send_json("POST", "/orders", &[&bob], "{broken").status(), 403);
    assert_eq!(orders.send_json("PATCH", "/orders/abc", &[], "{broken").status(), 401);
    assert_eq!(orders.send_json("PATCH", "/orders/abc", &[&bob], "{broken").status(), 404);
    assert_eq!(orders.calls.take(), 0);
    // Who is allowed in is told what is wrong with the body.
    assert_eq!(
        orders.send_json("POST", "/orders", &[&bearer(Token::alice().signed())], "{broken").status(),
        400
    );
}

#[test]
fn h_27_a_preflight_is_not_asked_for_credentials() {
    #[require_scope("orders:read", hide)]
    async fn any_method() -> &'static str {
        "an order"
    }
    let authorizer = Issuer::default().authorizer();
    let server = Server::run(move || {
        App::new()
            .app_data(authorizer.clone())
            .service(web::resource("/orders/{id}").to(any_method))
            .service(web::resource("/guarded").to(any_method))
            // Outermost, as the README says.
            .wrap(Cors::permissive())
    });
    let lines = [
        "origin: https://app.example",
        "access-control-request-method: PATCH",
        "access-control-request-headers: authorization",
    ];
    let hidden = server.send("OPTIONS", "/orders/1", &lines);
    assert_eq!(hidden.status(), 200);
    assert!(hidden.field("access-control-allow-methods").unwrap().contains("PATCH"));
    let sorted = |response: Response| {
        let mut response = response.masked();
        // actix-cors lists methods in no particular order.
        for (_, value) in &mut response.fields {
            let mut words: Vec<_> = value.split(", ").map(str::to_owned).collect();
            words.sort();
            *value = words.join(", ");
        }
        response
    };
    assert_eq!(sorted(hidden), sorted(server.send("OPTIONS", "/nowhere", &lines)));
    // A denial carries what the browser needs to show it to the application.
    let denied = server.get("/guarded", &lines[..1]);
    assert_eq!(
        (denied.status(), denied.field("access-control-allow-origin")),
        (401, Some("https://app.example"))
    );
}

#[test]
fn h_28_a_denial_is_written_once() {
    // Through layers that rewrite answers.
    let authorizer = Issuer::default().authorizer();
    let server = Server::run(move || {
        let touch = ErrorHandlers::new().default_handler_client(|mut response: ServiceResponse<_>| {
            response.headers_mut().insert("x-seen".parse().unwrap(), "1".parse().unwrap());
            Ok(ErrorHandlerResponse::Response(response.map_into_left_body()))
        });
        App::new()
            .app_data(authorizer.clone())
            .configure(auth_tests::app::routes)
            .wrap(touch)
            .wrap(Compress::default())
            .wrap(NormalizePath::trim())
    });
    for (path, lines, status, challenges) in [
        ("/me", vec![], 401, 1),
        ("/me/", vec![bearer("bad")], 401, 1),
        ("/admin", vec![bearer(Token::alice().signed())], 403, 0),
        ("/orders/1", vec![bearer(Token::of("carol").signed())], 404, 0),
    ] {
        let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        lines.push("accept-encoding: gzip");
        let response = server.get(path, &lines);
        assert_eq!((response.status(), response.challenges().len()), (status, challenges), "{path}");
        assert_eq!(response.field("x-seen"), Some("1"), "{path}");
    }
}

#[test]
fn h_02_a_slow_authenticator_changes_no_answer() {
    // The same table when the answer comes later.
    let slow = |credential: &Credential<'_>| {
        let known = credential.value() == "open-sesame";
        Authentication::later(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if known {
                return Ok(Principal::builder().subject("ali").build());
            }
            Err(Denial::MalformedCredential(MalformedCredential::Value))
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
