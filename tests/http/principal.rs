//! `Principal` and `Claims` as arguments of handlers, with and without attributes.

use actix_web::web;
use auth_runtime::{Claims, Denial, Denied, Principal, require_auth};
use auth_tests::{Issuer, Server, Token};

#[derive(serde::Deserialize)]
struct Tenant {
    tenant: String,
}

async fn required(principal: Principal) -> String {
    principal.subject().unwrap_or("nobody").to_owned()
}

async fn optional(principal: Option<Principal>) -> String {
    principal
        .and_then(|principal| principal.subject().map(str::to_owned))
        .unwrap_or_else(|| "nobody".to_owned())
}

async fn either(principal: Result<Principal, Denied>) -> Result<String, Denied> {
    match principal {
        Err(denied) if *denied.denial() == Denial::Anonymous => Ok("nobody".to_owned()),
        other => other.map(|principal| principal.subject().unwrap_or_default().to_owned()),
    }
}

async fn claims(Claims(claims): Claims<Tenant>) -> String {
    claims.tenant
}

#[require_auth(hide(anonymous))]
async fn hidden(Claims(claims): Claims<Tenant>) -> String {
    claims.tenant
}

#[test]
fn the_principal_is_an_argument_on_its_own() {
    let authorizer = Issuer::default().authorizer();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone());
        config.route("/hidden", web::get().to(hidden));
        config.route("/required", web::get().to(required)).route("/optional", web::get().to(optional));
        config.route("/either", web::get().to(either)).route("/claims", web::get().to(claims));
    });
    let ask = |path: &str, token: Option<Token>| match token {
        Some(token) => server.get_as(path, token.signed()),
        None => server.get(path, &[]),
    };
    let said = |path: &str, token: Option<Token>| {
        let response = ask(path, token);
        (response.status(), if response.status() == 200 { response.text() } else { String::new() })
    };
    let answer = |status: u16, text: &str| (status, text.to_owned());
    for (path, anonymous, expired) in [
        ("/required", answer(401, ""), answer(401, "")),
        ("/optional", answer(200, "nobody"), answer(200, "nobody")),
        ("/either", answer(200, "nobody"), answer(401, "")),
        ("/claims", answer(401, ""), answer(401, "")),
    ] {
        assert_eq!(said(path, None), anonymous, "{path}");
        assert_eq!(said(path, Some(Token::expired())), expired, "{path}");
    }
    assert_eq!(said("/required", Some(Token::alice())), answer(200, "alice"));
    assert_eq!(said("/optional", Some(Token::alice())), answer(200, "alice"));
    assert_eq!(said("/either", Some(Token::alice())), answer(200, "alice"));
    assert_eq!(said("/claims", Some(Token::alice().claim("tenant", "acme"))), answer(200, "acme"));
    assert_eq!(said("/claims", Some(Token::alice())), answer(403, ""));
    assert_eq!(said("/hidden", Some(Token::alice())), answer(404, ""));
    assert_eq!(said("/hidden", Some(Token::alice().claim("tenant", "acme"))), answer(200, "acme"));
    auth_tests::log::keep();
    assert_eq!(said("/claims", Some(Token::alice().claim("tenant", 7))), answer(403, ""));
    assert!(auth_tests::log::lines().contains("the claims do not have the shape of"));
}
