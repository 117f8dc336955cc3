//! B: RFC 6750, bearer tokens.

use auth_runtime::{Authorizer, settings::AuthorizerBuilder};
use auth_tests::{
    Token,
    app::Orders,
    invariants::{parameter, parse},
    issuer::NOW,
    log,
    wire::{Connection, bearer, request},
};

fn disclosing() -> Orders {
    Orders::start_with(|issuer| {
        let builder = Authorizer::builder().realm("orders").bearer(issuer.jwt());
        AuthorizerBuilder::challenge_scopes(builder).build().unwrap()
    })
}

#[test]
fn b_01_the_authorization_header_is_supported() {
    let orders = Orders::start();
    let response = orders.get_as("/me", Token::alice().signed());
    assert_eq!((response.status(), response.json()["subject"].as_str()), (200, Some("alice")));
    assert_eq!(orders.calls.take(), 1);
}

#[test]
fn b_02_a_token_in_the_body_or_the_query_is_no_second_method() {
    // The methods of the body and the query do not exist, so only the header counts.
    let orders = Orders::start();
    let token = Token::alice().signed();
    assert_eq!(orders.get(&format!("/me?access_token={token}"), &[&bearer(&token)]).status(), 200);
    assert_eq!(orders.get(&format!("/me?access_token={token}"), &[&bearer("bad")]).status(), 401);
}

#[test]
fn b_03_broken_syntax_is_400_and_a_bad_token_is_401() {
    let orders = Orders::start();
    for value in ["Bearer", "Bearer ", "Bearer a b", "Bearer \"a\""] {
        let response = orders.get("/me", &[&format!("authorization: {value}")]);
        assert_eq!(response.status(), 400, "{value}");
        assert_eq!(parameter(&parse(response.challenge()), "error").as_deref(), Some("invalid_request"));
    }
    let response = orders.get_as("/me", "abc");
    assert_eq!(response.status(), 401);
    assert_eq!(parameter(&parse(response.challenge()), "error").as_deref(), Some("invalid_token"));
}

#[test]
fn b_04_a_token_in_a_form_is_no_credential() {
    let orders = Orders::start();
    let body = format!("access_token={}", Token::alice().signed());
    for kind in ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"] {
        let response = orders.raw(request("POST", "/orders", &[&format!("content-type: {kind}")], &body));
        assert_eq!((response.status(), response.challenge()), (401, r#"Bearer realm="orders""#), "{kind}");
    }
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn b_05_a_token_in_the_query_is_no_credential() {
    log::keep();
    let orders = Orders::start();
    let token = Token::of("queried").signed();
    let response = orders.get(&format!("/me?access_token={token}"), &[]);
    assert_eq!((response.status(), response.challenge()), (401, r#"Bearer realm="orders""#));
    assert!(!response.text().contains(&token));
    // Only the lines of this crate are searched, because actix-web traces the query at its lowest level.
    let own: Vec<_> =
        log::lines().lines().filter(|line| line.contains("auth_runtime")).map(str::to_owned).collect();
    assert!(!own.is_empty());
    assert!(own.iter().all(|line| !line.contains(&token[token.len() - 20..])), "{own:?}");
}

#[test]
fn b_07_a_challenge_is_there_when_the_token_gives_no_access() {
    let orders = disclosing();
    assert_eq!(orders.send("POST", "/orders", &[]).challenges().len(), 1);
    assert_eq!(orders.send("POST", "/orders", &[&bearer(Token::bob().signed())]).challenges().len(), 1);
    // A 403 has no challenge by default, for which DESIGN.md gives the reason.
    let quiet = Orders::start();
    let response = quiet.send("POST", "/orders", &[&bearer(Token::bob().signed())]);
    assert_eq!((response.status(), response.challenges().len()), (403, 0));
}

#[test]
fn b_08_the_scheme_is_spelled_bearer() {
    let authorizer = |issuer: &auth_tests::Issuer| {
        Authorizer::builder().scheme(auth_runtime::Scheme::new("bEARER", issuer.jwt())).build().unwrap()
    };
    let orders = Orders::start_with(authorizer);
    assert_eq!(orders.get("/me", &[]).challenge(), r#"Bearer realm="api""#);
    assert_eq!(orders.get_as("/me", Token::alice().signed()).status(), 200);
    assert_eq!(orders.get_as("/me", "a, b").status(), 400);
}

#[test]
fn b_09_bearer_is_never_bare() {
    let orders = Orders::start_with(|issuer| Authorizer::builder().bearer(issuer.jwt()).build().unwrap());
    assert_eq!(orders.get("/me", &[]).challenge(), r#"Bearer realm="api""#);
}

#[test]
fn b_10_parameters_are_not_repeated() {
    let orders = Orders::start_with(|issuer| {
        let builder = Authorizer::builder().bearer(issuer.jwt()).challenge_scopes();
        builder.resource_metadata("https://orders.example/meta").build().unwrap()
    });
    let response = orders.send("POST", "/orders", &[&bearer(Token::bob().signed())]);
    assert_eq!(
        response.challenge(),
        "Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"orders:write\", \
         resource_metadata=\"https://orders.example/meta\", \
         error_description=\"the credential lacks scopes for this operation\""
    );
}

#[test]
fn b_11_scope_values_keep_to_their_alphabet() {
    // The compiler refuses bad scopes of a handler (`ui/fail/scope_*.rs`). This is about the wire.
    let orders = disclosing();
    let response = orders.send("POST", "/orders", &[]);
    assert_eq!(parameter(&parse(response.challenge()), "scope").as_deref(), Some("orders:write"));
    assert!(!orders.get("/me", &[]).challenge().contains("scope"));
}

#[test]
fn b_12_a_refused_token_has_an_error() {
    let orders = Orders::start();
    let forged = Token::alice().signed() + "A";
    for token in [Token::expired().signed(), Token::alice().claim("aud", "other").signed(), forged] {
        let response = orders.get_as("/me", token);
        assert_eq!(parameter(&parse(response.challenge()), "error").as_deref(), Some("invalid_token"));
    }
}

#[test]
fn b_13_without_credentials_there_is_no_error() {
    let orders = Orders::start();
    for lines in [&[][..], &["authorization: Basic YTpi"], &["authorization:"], &["authorization:   "]] {
        let response = orders.get("/me", lines);
        assert_eq!((response.status(), response.challenge()), (401, r#"Bearer realm="orders""#), "{lines:?}");
        assert_eq!(response.json().get("error"), None);
    }
}

#[test]
fn b_14_descriptions_are_constants_of_their_alphabet() {
    // The invariants look at every description, and this test makes all of them appear.
    let orders = disclosing();
    let forbidden = orders.send("POST", "/orders", &[&bearer(Token::bob().signed())]);
    for response in [orders.get_as("/me", "a b"), orders.get_as("/me", "bad"), forbidden] {
        let description = parameter(&parse(response.challenge()), "error_description").unwrap();
        assert_eq!(response.json()["detail"], description);
    }
}

#[test]
fn b_15_there_is_no_error_uri() {
    let error = Authorizer::builder()
        .scheme(
            auth_runtime::Scheme::new("Bearer", auth_tests::Issuer::default().jwt())
                .parameter("error_uri", "x"),
        )
        .build()
        .unwrap_err();
    assert_eq!(error.setting(), "scheme");
}

#[test]
fn b_16_invalid_request_is_400() {
    assert_eq!(Orders::start().get("/me", &["authorization: Bearer"]).status(), 400);
}

#[test]
fn b_17_invalid_token_is_401() {
    assert_eq!(Orders::start().get_as("/me", Token::expired().signed()).status(), 401);
}

#[test]
fn b_18_insufficient_scope_is_403_and_names_the_scopes() {
    let response = disclosing().send("POST", "/orders", &[&bearer(Token::bob().signed())]);
    let challenge = parse(response.challenge());
    assert_eq!(response.status(), 403);
    assert_eq!(parameter(&challenge, "error").as_deref(), Some("insufficient_scope"));
    assert_eq!(parameter(&challenge, "scope").as_deref(), Some("orders:write"));
}

#[test]
fn b_19_a_role_that_is_missing_is_no_insufficient_scope() {
    for orders in [disclosing(), Orders::start()] {
        let response = orders.get_as("/admin", Token::alice().signed());
        assert_eq!((response.status(), response.challenges().len()), (403, 0));
        assert_eq!(response.json().get("error"), None);
    }
}

#[test]
fn b_20_scopes_are_compared_whole_and_case_sensitively() {
    let orders = Orders::start();
    let status = |scope: &str| {
        let token = Token::of("alice").claim("scope", scope).signed();
        orders.send_json("POST", "/orders", &[&bearer(token)], r#"{"item":"tea"}"#).status()
    };
    for scope in ["Orders:Write", "orders:write2", "xorders:write", "orders", "orders:writ", "orders:*", ""] {
        assert_eq!(status(scope), 403, "{scope}");
    }
    for scope in ["orders:write", "a orders:write b", "orders:write orders:write", "orders:write orders:read"]
    {
        assert_eq!(status(scope), 201, "{scope}");
    }
}

#[test]
fn b_21_only_spaces_separate_scopes() {
    let orders = Orders::start();
    for scope in [
        "a\torders:write",
        "orders:write\u{a0}",
        "a\norders:write",
        "a,orders:write",
        "a\u{2003}orders:write",
    ] {
        let token = Token::of("alice").claim("scope", scope).signed();
        let response = orders.send_json("POST", "/orders", &[&bearer(token)], r#"{"item":"tea"}"#);
        assert_eq!(response.status(), 403, "{scope:?}");
    }
    let token = Token::of("alice").claim("scope", "  a   orders:write ").signed();
    assert_eq!(orders.send_json("POST", "/orders", &[&bearer(token)], r#"{"item":"tea"}"#).status(), 201);
}

#[test]
fn b_22_repeated_form_parameters_are_no_credentials() {
    let orders = Orders::start();
    let form = request(
        "POST",
        "/orders",
        &["content-type: application/x-www-form-urlencoded"],
        "access_token=a&access_token=a",
    );
    assert_eq!(orders.raw(form).challenge(), r#"Bearer realm="orders""#);
}

#[test]
fn b_23_a_token_in_a_cookie_is_no_credential() {
    let orders = Orders::start();
    let token = Token::alice().signed();
    for cookie in [format!("access_token={token}"), format!("authorization=Bearer {token}")] {
        let response = orders.get("/me", &[&format!("cookie: {cookie}")]);
        assert_eq!((response.status(), response.challenge()), (401, r#"Bearer realm="orders""#));
    }
}

#[test]
fn b_24_no_piece_of_a_token_is_echoed_or_logged() {
    log::keep();
    let orders = Orders::start();
    // The invariants look at the answers. This list has every cause of a refusal, a 403 and a 404, for the log.
    let tokens = [
        Token::expired().claim("mark", "expired-expired").signed(),
        Token::alice().claim("aud", "another-audience-of-tokens").signed(),
        Token::alice().claim("iss", "https://another-issuer.example").signed(),
        Token::of("somebody-with-a-long-name").signed(),
        Token::alice().header("kid", "a-key-with-a-long-name").signed() + "AA",
        "not-a-token-at-all-but-long-enough".to_owned(),
    ];
    for token in &tokens {
        orders.get_as("/admin", token);
        orders.get_as("/orders/1", token);
        orders.get("/me", &[&format!("authorization: Bearer {token}, Bearer {token}")]);
    }
    let own: Vec<_> =
        log::lines().lines().filter(|line| line.contains("auth_runtime")).map(str::to_owned).collect();
    assert!(own.len() >= tokens.len());
    for piece in tokens.iter().flat_map(|token| token.as_bytes().windows(12)).map(String::from_utf8_lossy) {
        assert!(own.iter().all(|line| !line.contains(&*piece)), "{piece}");
    }
    for text in ["another-audience", "another-issuer", "somebody-with", "a-key-with"] {
        assert!(own.iter().all(|line| !line.contains(text)), "{text}");
    }
}

#[test]
fn b_25_the_token_is_looked_at_each_time() {
    let orders = Orders::start();
    let token = Token::alice().claim("exp", NOW + 60).signed();
    let request = request("GET", "/me", &[&bearer(token)], "");
    let mut connection = Connection::open(&orders);
    assert_eq!(connection.exchange(request.as_bytes()).status(), 200);
    orders.issuer.pass(59);
    assert_eq!(connection.exchange(request.as_bytes()).status(), 200);
    orders.issuer.pass(1);
    assert_eq!(connection.exchange(request.as_bytes()).status(), 401);
}

#[test]
fn b_26_nothing_of_a_token_shapes_the_challenge() {
    let orders = Orders::start();
    let plain = orders.get_as("/me", Token::alice().claim("aud", "other").signed());
    let crafted =
        orders.get_as("/me", Token::alice().claim("aud", "\",x=\"y").claim("sub", "\r\nx: y").signed());
    assert_eq!(plain.masked(), crafted.masked());
}

#[test]
fn b_27_the_first_401_may_name_the_scopes() {
    let challenge = |orders: &Orders| orders.send("POST", "/orders", &[]).challenge().to_owned();
    assert_eq!(challenge(&disclosing()), r#"Bearer realm="orders", scope="orders:write""#);
    assert_eq!(challenge(&Orders::start()), r#"Bearer realm="orders""#);
    // The scopes of a hidden handler would tell that the handler is there.
    let orders = disclosing();
    assert_eq!(orders.get("/orders/1", &[]).masked(), orders.get("/me", &[]).masked());
}
