//! Who a principal is, and requirements of an issuer and a scheme.

use std::collections::{BTreeSet, HashSet};

use actix_web::{get, web};
use auth_runtime::{
    Api, Authorizer, Credential, Group, Principal, PrincipalId, Refusal, Requirement, Routes, Scheme,
    require, require_auth, require_scope, settings::AuthorizerBuilder,
};
use auth_tests::{
    Issuer, Server, Token,
    invariants::{parameter, parse},
    issuer::ISSUER,
    log,
    wire::bearer,
};

const PEOPLE: &str = "Session";

#[require_auth]
#[get("/id")]
async fn who(principal: Principal) -> String {
    principal.id().map_or_else(|| "nobody".to_owned(), PrincipalId::to_string)
}

#[require(all(issuer("https://issuer.example"), scheme("bearer")))]
#[get("/ours")]
async fn ours() -> &'static str {
    "ours"
}

#[require(any(scheme(PEOPLE), role("machine")))]
#[get("/people")]
async fn people() -> &'static str {
    "people"
}

#[require(scheme("Session"), hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

#[require_scope("notes:write")]
#[get("/notes")]
async fn notes() -> &'static str {
    "notes"
}

#[expect(clippy::unnecessary_wraps, reason = "authenticators may fail")]
fn named(credential: &Credential<'_>) -> Result<Principal, Refusal> {
    Ok(Principal::builder().subject(credential.value()).build())
}

/// An authenticator that claims to be another scheme, and that another scheme vouches.
#[expect(clippy::unnecessary_wraps, reason = "authenticators may fail")]
fn pretends(credential: &Credential<'_>) -> Result<Principal, Refusal> {
    Ok(Principal::builder().issuer("scheme:Session").scheme("Session").subject(credential.value()).build())
}

fn builder() -> AuthorizerBuilder {
    Issuer::default()
        .authorizer_builder()
        .challenge_scopes()
        .scheme(Scheme::new("ApiKey", named).header("x-api-key"))
        .scheme(Scheme::new("Session", named).cookie("session"))
        .scheme(Scheme::new("Partner", named).header("x-partner").issuer("https://partners.example"))
        .scheme(Scheme::new("Pretender", pretends).header("x-pretender"))
        .scheme(Scheme::new("Liar", pretends).header("x-liar").issuer("https://liars.example"))
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(who).service(ours).service(people).service(hidden).service(notes);
    let scopes = routes.authorizer().require(Requirement::scope("notes:read"));
    routes.group(Group::new("/scoped").wrap(scopes), |group| {
        group.service(who);
    });
    let sessions = routes.authorizer().require(Requirement::scheme("Session"));
    routes.group(Group::new("/sessions").wrap(sessions), |group| {
        group.service(who);
    });
}

fn serve(builder: AuthorizerBuilder) -> Server {
    let api = Api::new(builder.build().unwrap(), routes).unwrap();
    Server::start(move |config: &mut web::ServiceConfig| api.routes()(config))
}

#[test]
fn one_subject_of_two_schemes_is_two_principals() {
    let server = serve(builder());
    let token = bearer(Token::alice().signed());
    for (line, id) in [
        (token.as_str(), "https://issuer.example alice"),
        ("x-api-key: alice", "scheme:ApiKey alice"),
        ("cookie: session=alice", "scheme:Session alice"),
        ("x-partner: alice", "https://partners.example alice"),
    ] {
        assert_eq!(server.get("/id", &[line]).text(), id);
    }
    assert_eq!(server.get_as("/id", Token::alice().without("sub").signed()).text(), "nobody");
}

#[test]
fn an_authenticator_cannot_take_the_name_of_another_scheme() {
    let server = serve(builder());
    assert_eq!(server.get("/id", &["x-pretender: alice"]).text(), "scheme:Pretender alice");
    assert_eq!(server.get("/id", &["x-liar: alice"]).text(), "https://liars.example alice");
    assert_eq!(server.get("/people", &["x-pretender: alice"]).status(), 403);
}

#[test]
fn a_principal_of_another_issuer_than_its_scheme_is_a_mistake_of_the_server() {
    log::keep();
    let other =
        |_: &Credential<'_>| Ok(Principal::builder().issuer("https://a.example").subject("x").build());
    let scheme = Scheme::new("ApiKey", other).header("x-api-key").issuer("https://b.example");
    let server = serve(Authorizer::builder().scheme(scheme));
    assert_eq!(server.get("/id", &["x-api-key: k", "x-expect: 500"]).status(), 500);
    assert!(log::lines().contains("the authenticator names another issuer than its scheme"));
    for (issuer, said) in
        [("", "is empty"), ("https://a .example", "has spaces"), ("scheme:Session", "choose another")]
    {
        let scheme = Scheme::new("ApiKey", named).issuer(issuer);
        let error = Authorizer::builder().scheme(scheme).build().unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let verifier = Scheme::new("ApiKey", Issuer::default().jwt()).issuer(ISSUER);
    let error = Authorizer::builder().scheme(verifier).build().unwrap_err().to_string();
    assert!(error.contains("leave `.issuer(..)` out"), "{error}");
}

#[test]
fn a_requirement_demands_an_issuer_and_a_scheme() {
    let server = serve(builder());
    let token = bearer(Token::alice().signed());
    let machine = bearer(Token::alice().claim("roles", ["machine"].as_slice()).signed());
    for (path, line, status) in [
        ("/ours", token.as_str(), 200),
        ("/ours", "x-api-key: alice", 403),
        ("/ours", "cookie: session=alice", 403),
        ("/people", "cookie: session=alice", 200),
        ("/people", &token, 403),
        ("/people", &machine, 200),
        ("/people", "x-api-key: alice", 403),
        ("/hidden", "cookie: session=alice", 200),
        ("/hidden", "x-api-key: alice", 404),
        ("/sessions/id", "cookie: session=alice", 200),
        ("/sessions/id", &token, 403),
    ] {
        let response = server.get(path, &[line]);
        assert_eq!(response.status(), status, "{path} {line}");
        assert_eq!(response.challenges().len(), 0, "no credential that the caller could fetch would help");
    }
    assert_eq!(server.get("/people", &[]).status(), 401);
}

#[test]
fn the_table_shows_what_issuer_and_scheme_are_demanded() {
    let table = Api::new(builder().build().unwrap(), routes).unwrap().endpoints().to_string();
    for shown in [
        r#"all(issuer("https://issuer.example"), scheme("bearer"))"#,
        r#"any(scheme("Session"), role("machine"))"#,
    ] {
        assert!(table.contains(shown), "{table}");
    }
}

/// RFC 6750 §3.1 asks for a token with more scopes. A caller whose scheme knows no scopes has no such token.
#[test]
fn a_scheme_without_scopes_is_never_asked_for_scopes() {
    let server = serve(builder());
    for line in ["x-api-key: alice", "cookie: session=alice", "x-partner: alice"] {
        for path in ["/notes", "/scoped/id"] {
            let response = server.get(path, &[line]);
            assert_eq!((response.status(), response.challenges().len()), (403, 0), "{path} {line}");
            assert_eq!(response.json().get("error"), None, "{path} {line}");
        }
    }
    for (path, scope) in [("/notes", "notes:write"), ("/scoped/id", "notes:read")] {
        let response = server.get_as(path, Token::alice().signed());
        assert_eq!((response.status(), response.challenges().len()), (403, 1), "{path}");
        let challenge = parse(response.challenge());
        assert_eq!(parameter(&challenge, "error").as_deref(), Some("insufficient_scope"));
        assert_eq!(parameter(&challenge, "scope").as_deref(), Some(scope));
    }
}

#[test]
fn an_id_is_stored_and_compared_as_a_pair() {
    let id = PrincipalId::new("https://id.example", "alice");
    let text = serde_json::to_string(&id).unwrap();
    assert_eq!(text, r#"{"issuer":"https://id.example","subject":"alice"}"#);
    assert_eq!(serde_json::from_str::<PrincipalId>(&text).unwrap(), id);
    assert_eq!((id.issuer(), id.subject()), ("https://id.example", "alice"));
    let ids = ["b", "a"].map(|issuer| ["2", "1"].map(|subject| PrincipalId::new(issuer, subject)));
    let sorted: Vec<_> =
        ids.iter().flatten().collect::<BTreeSet<_>>().into_iter().map(ToString::to_string).collect();
    assert_eq!(sorted, ["a 1", "a 2", "b 1", "b 2"]);
    assert_eq!(ids.iter().flatten().collect::<HashSet<_>>().len(), 4);
    // A principal of a test without an issuer is nobody whom an authorizer could prove.
    let bare = Principal::builder().subject("alice").build();
    assert_eq!((bare.id().unwrap().issuer(), bare.issuer()), ("scheme:", None));
    assert_eq!(Principal::builder().issuer(ISSUER).build().id(), None);
}

#[test]
fn a_requirement_of_a_name_that_nobody_can_have_panics() {
    for issuer in ["", " ", "https://id.example ", "a\nb"] {
        assert!(std::panic::catch_unwind(|| Requirement::issuer(issuer)).is_err(), "{issuer:?}");
    }
    for scheme in ["", "My Session", "a,b", "Sitzungsschlüssel", "a\n"] {
        assert!(std::panic::catch_unwind(|| Requirement::scheme(scheme)).is_err(), "{scheme:?}");
    }
    // The names of what an authorizer may have are all legal.
    assert_eq!(Requirement::issuer("a b/é").to_string(), r#"issuer("a b/é")"#);
    assert_eq!(Requirement::scheme("X-My_Key.1").to_string(), r#"scheme("X-My_Key.1")"#);
}
