//! P: RFC 9457, the bodies of denials.

use actix_web::{HttpRequest, ResponseError as _, http::header::ACCEPT};
use auth_runtime::{
    Authorizer, Denial, Denied, Refusal,
    settings::{AuthorizerBuilder, DenialBody},
};
use auth_tests::{
    Response, Server, Token,
    app::Orders,
    invariants::{parameter, parse},
    wire::bearer,
};
use serde_json::{Value, json};

/// Collects every denial that has a body of ours.
fn denials(orders: &Orders) -> Vec<Response> {
    vec![
        orders.get("/me", &[]),
        orders.get_as("/me", "bad"),
        orders.get_as("/me", "a b"),
        orders.get_as("/admin", Token::alice().signed()),
        orders.send("POST", "/orders", &[&bearer(Token::bob().signed())]),
    ]
}

fn unavailable() -> Orders {
    Orders::start_with(|_| {
        let down = |_: &auth_runtime::Credential<'_>| -> Result<auth_runtime::Principal, Refusal> {
            Err(Refusal::from(Denial::Unavailable {
                retry_after: std::time::Duration::from_millis(2_500),
                cause: "https://idp.internal refuses connections".to_owned(),
            }))
        };
        Authorizer::builder().bearer(down).build().unwrap()
    })
}

#[test]
fn p_01_the_media_type_is_problem_json() {
    for response in denials(&Orders::start()) {
        assert_eq!(response.field("content-type"), Some("application/problem+json"));
    }
}

#[test]
fn p_02_status_is_the_status() {
    for response in denials(&Orders::start()) {
        assert_eq!(response.json()["status"], response.status());
    }
}

#[test]
fn p_03_without_a_type_the_title_is_the_standard_phrase() {
    for response in denials(&Orders::start()) {
        let body = response.json();
        let phrase = response.status_line.splitn(3, ' ').nth(2).unwrap();
        assert_eq!((body.get("type"), body["title"].as_str()), (None, Some(phrase)));
    }
}

#[test]
fn p_04_titles_do_not_vary() {
    let orders = Orders::start();
    let titles = |status: u16| {
        let of_status = denials(&orders).into_iter().filter(|response| response.status() == status);
        let mut titles: Vec<_> = of_status.map(|response| response.json()["title"].clone()).collect();
        titles.dedup();
        titles
    };
    assert_eq!((titles(401).len(), titles(403).len()), (1, 1));
}

#[test]
fn p_05_details_help_and_disclose_nothing() {
    let orders = Orders::start();
    let details: Vec<_> =
        denials(&orders).iter().map(|response| response.json()["detail"].to_string()).collect();
    let different: std::collections::HashSet<_> = details.iter().collect();
    assert_eq!(different.len(), 5, "one constant for each: {details:?}");
}

#[test]
fn p_06_nothing_essential_stands_in_the_body_alone() {
    let orders = Orders::start_with(|issuer| {
        let builder = Authorizer::builder().bearer(issuer.jwt());
        AuthorizerBuilder::challenge_scopes(builder).build().unwrap()
    });
    let response = orders.send("POST", "/orders", &[&bearer(Token::bob().signed())]);
    assert_eq!(parameter(&parse(response.challenge()), "scope").as_deref(), Some("orders:write"));
    assert_eq!(response.json().get("scope"), None);
}

#[test]
fn p_07_there_is_no_type_and_no_instance() {
    for response in denials(&Orders::start()) {
        let body = response.json();
        assert_eq!((body.get("type"), body.get("instance")), (None, None));
    }
}

#[test]
fn p_08_nothing_internal_leaks() {
    let bodies: Vec<_> = denials(&Orders::start()).iter().map(Response::json).collect();
    assert_eq!(
        bodies,
        [
            json!({ "title": "Unauthorized", "status": 401, "detail": "this operation needs a credential" }),
            json!({
                "title": "Unauthorized", "status": 401, "error": "invalid_token",
                "detail": "the credential is expired, revoked, malformed or meant for something else",
            }),
            json!({
                "title": "Bad Request", "status": 400, "error": "invalid_request",
                "detail": "the authorization field is malformed or repeated",
            }),
            json!({ "title": "Forbidden", "status": 403, "detail": "the caller may not do this" }),
            json!({
                "title": "Forbidden", "status": 403, "error": "insufficient_scope",
                "detail": "the credential lacks scopes for this operation",
            }),
        ]
    );
    let down = unavailable().get_as("/me", "x");
    assert_eq!((down.status(), down.field("retry-after"), down.challenges().len()), (503, Some("3"), 0));
    assert_eq!(
        down.json(),
        json!({
            "title": "Service Unavailable", "status": 503, "detail": "the request cannot be authorized at the moment",
        })
    );
    let bare = Server::start(auth_tests::app::routes).get("/me", &["x-expect: 500"]);
    assert_eq!(
        (bare.status(), bare.json()),
        (500, json!({ "title": "Internal Server Error", "status": 500 }))
    );
}

#[test]
fn p_09_body_and_challenge_agree() {
    for response in denials(&Orders::start()) {
        let Some(challenge) = response.field("www-authenticate") else { continue };
        let said = parameter(&parse(challenge), "error");
        assert_eq!(response.json().get("error").and_then(Value::as_str), said.as_deref());
    }
}

#[test]
fn p_09_bearer_codes_are_for_bearer_tokens() {
    let wrong = |_: &auth_runtime::Credential<'_>| -> Result<auth_runtime::Principal, Refusal> {
        Err(Refusal::invalid("a wrong word"))
    };
    let orders = Orders::start_with(|issuer| {
        let builder = Authorizer::builder().bearer(issuer.jwt());
        builder.scheme(auth_runtime::Scheme::new("Basic", wrong)).build().unwrap()
    });
    let response = orders.get("/me", &["authorization: Basic YTpi"]);
    assert_eq!(response.challenges(), [r#"Bearer realm="api""#, r#"Basic realm="api""#]);
    assert_eq!(response.json().get("error"), None);
}

#[test]
fn p_10_status_and_challenge_do_not_depend_on_accept() {
    let orders = Orders::start();
    let plain = orders.get_as("/me", "bad").masked();
    for accept in ["text/html", "application/xml", "*/*", "image/png;q=0", "nonsense"] {
        let response = orders.get("/me", &[&bearer("bad"), &format!("accept: {accept}")]);
        assert_eq!(response.masked(), plain, "{accept}");
    }
}

#[test]
fn the_application_chooses_bodies_and_nothing_else() {
    let plain = Orders::start();
    let orders = Orders::start_with(|issuer| {
        let choose = |request: &HttpRequest, denied: &Denied| {
            let accept = request.headers().get(ACCEPT)?.to_str().ok()?;
            let page = format!("<p>{}</p>", denied.status_code().as_u16());
            match accept {
                "text/html" => Some(DenialBody::html(page).vary(ACCEPT)),
                "application/json" => Some(DenialBody::json(&json!({ "ours": true }))),
                _ => None,
            }
        };
        Authorizer::builder().realm("orders").bearer(issuer.jwt()).denial_body(choose).build().unwrap()
    });
    let bob = bearer(Token::bob().signed());
    for (status, path, credential) in [
        (400, "/me", "authorization: Bearer"),
        (401, "/me", "x-nothing: 1"),
        (401, "/me", "authorization: Bearer abc"),
        (403, "/admin", &*bob),
    ] {
        for (accept, content_type) in [
            ("text/html", "text/html; charset=utf-8"),
            ("application/json", "application/json"),
            ("text/plain", "application/problem+json"),
        ] {
            let accept = format!("accept: {accept}");
            let [ours, default] = [&orders, &plain].map(|orders| orders.get(path, &[credential, &accept]));
            assert_eq!((ours.status(), default.status()), (status, status), "{accept}");
            assert_eq!(ours.challenges(), default.challenges(), "{accept}");
            assert_eq!(ours.field("content-type"), Some(content_type));
            assert_eq!(ours.field("vary"), (content_type.starts_with("text/html")).then_some("accept"));
            match content_type {
                "application/problem+json" => assert_eq!(ours.body, default.body),
                "application/json" => assert_eq!(ours.json(), json!({ "ours": true })),
                _ => assert_eq!(ours.text(), format!("<p>{status}</p>")),
            }
        }
    }
    // A hidden resource is answered as not found, without the body of a denial.
    let hidden = orders.get("/orders/1", &[&bearer(Token::of("carol").signed()), "accept: text/html"]);
    assert_eq!((hidden.status(), hidden.text()), (404, String::new()));
}
