//! Requirements of groups of routes, which `.wrap(authorizer.require(..))` states.

use actix_web::{App, HttpResponse, get, post, web};
use auth_runtime::{
    Access, Action, Api, Decision, Denial, Group, Hide, Lookup, Principal, Requirement, Resource, Routes,
    endpoints::DeniedCallers, public, require_auth, require_role, require_scope, settings::AuthorizerBuilder,
};
use auth_tests::{
    Issuer, Server, Token,
    app::{Calls, NewOrder},
    wire::bearer,
};

const ADMIN: Requirement = Requirement::role("admin");

#[require_auth]
#[get("/me")]
async fn me(principal: Principal) -> String {
    principal.subject().unwrap_or_default().to_owned()
}

#[require_scope("orders:write")]
#[post("/orders")]
async fn create(order: web::Json<NewOrder>) -> String {
    order.into_inner().item
}

#[require_role("admin")]
#[get("/figures")]
async fn figures() -> &'static str {
    "42"
}

#[public("it is the same for everybody in here")]
#[get("/open")]
async fn open() -> &'static str {
    "open"
}

fn builder() -> AuthorizerBuilder {
    Issuer::default()
        .authorizer_builder()
        .challenge_scopes()
        .not_found(|_| HttpResponse::NotFound().body("nothing here"))
}

fn routes(routes: &mut Routes<'_>) {
    let authorizer = routes.authorizer().clone();
    let admin = Group::new("/admin").wrap(authorizer.require(ADMIN));
    routes.group(admin, |admin| {
        admin.service(me).service(create).service(figures).service(open);
        admin.public_service(
            "/files",
            "whoever is in here may see them",
            web::resource("/files").to(HttpResponse::Ok),
        );
    });
    let hidden = Group::new("/hidden").wrap(authorizer.require(ADMIN).hide(Hide::Unauthorized));
    routes.group(hidden, |hidden| {
        let scoped = Requirement::scope("orders:read");
        hidden.group(Group::new("/inner").wrap(authorizer.require(scoped)), |inner| {
            inner.service(me).service(open);
        });
        hidden.service(me);
    });
    let secret = Group::new("/secret").wrap(authorizer.require(ADMIN).hide(Hide::Anonymous));
    routes.group(secret, |secret| {
        secret.service(me);
    });
    routes.service(me);
}

fn start() -> Server {
    Server::of(Api::new(builder().build().unwrap(), routes).unwrap())
}

fn admin() -> Token {
    Token::of("root").claim("roles", ["admin"].as_slice())
}

#[test]
fn whoever_meets_both_requirements_is_let_in() {
    let server = start();
    let writer = admin().claim("scope", "orders:read orders:write");
    for (path, status) in [
        ("/me", 200),
        ("/admin/me", 200),
        ("/admin/figures", 200),
        ("/admin/open", 200),
        ("/admin/files", 200),
        ("/admin/nothing", 404),
        ("/hidden/me", 200),
        ("/hidden/inner/me", 200),
        ("/secret/me", 200),
    ] {
        assert_eq!(server.get_as(path, writer.signed()).status(), status, "{path}");
    }
    let post = |token: Token| {
        server.send_json("POST", "/admin/orders", &[&bearer(token.signed())], r#"{"item":"tea"}"#)
    };
    assert_eq!(post(writer).text(), "tea");
    // A caller has to meet both requirements.
    assert_eq!(post(admin()).json()["error"], "insufficient_scope");
    assert_eq!(post(Token::alice()).status(), 403);
    assert_eq!(server.get_as("/hidden/inner/me", admin().signed()).json()["error"], "insufficient_scope");
}

#[test]
fn denials_are_those_of_an_attribute_on_every_path() {
    let server = start();
    let expired = bearer(admin().claim("exp", 1).signed());
    let alice = bearer(Token::alice().signed());
    for lines in [&[] as &[&str], &[&expired], &["authorization: Bearer"], &[&alice]] {
        for method in ["GET", "POST", "PUT", "DELETE", "HEAD"] {
            // An attribute with the same requirement answers the same caller alike.
            let send = |method: &str, path: &str| server.send_json(method, path, lines, "{").masked();
            let reference = send(method, "/admin/figures");
            for path in
                ["/admin/me", "/admin/orders", "/admin/open", "/admin/files", "/admin/nothing", "/admin"]
            {
                assert_eq!(send(method, path), reference, "{method} {path} {lines:?}");
            }
        }
    }
    for (lines, status) in
        [(&[] as &[&str], 401), (&[&expired], 401), (&["authorization: Bearer"], 400), (&[&alice], 403)]
    {
        assert_eq!(server.get("/admin/open", lines).status(), status);
        let hidden = if status == 403 { 404 } else { status };
        assert_eq!(server.get("/hidden/me", lines).status(), hidden);
        assert_eq!(server.get("/secret/me", lines).masked(), server.get("/nothing", lines).masked());
    }
    assert_eq!(server.get("/admin/me", &[]).challenge(), r#"Bearer realm="orders""#);
}

#[test]
fn a_hidden_group_is_not_there() {
    let server = start();
    let alice = Token::alice().signed();
    for path in
        ["/hidden", "/hidden/me", "/hidden/inner", "/hidden/inner/me", "/hidden/nothing", "/secret/me"]
    {
        assert_eq!(
            server.get_as(path, &alice).masked(),
            server.get_as("/nothing", &alice).masked(),
            "{path}"
        );
    }
    assert_eq!(server.get_as("/nothing", &alice).text(), "nothing here");
}

#[test]
fn it_works_on_a_plain_scope_and_a_plain_app() {
    let calls = Calls::default();
    let authorizer = builder().build().unwrap();
    let server = Server::run(move || {
        let scope = web::scope("/admin").wrap(authorizer.require(ADMIN)).service(me).service(
            // The handler states nothing, so only the group protects it.
            web::resource("/plain").to(|| async { "plain" }),
        );
        App::new().app_data(authorizer.clone()).service(scope).service(me)
    });
    let server = server.watching(calls);
    assert_eq!(server.get("/admin/plain", &[]).status(), 401);
    assert_eq!(server.get_as("/admin/plain", Token::alice().signed()).status(), 403);
    assert_eq!(server.get_as("/admin/plain", admin().signed()).text(), "plain");
    assert_eq!(server.get_as("/admin/me", admin().signed()).text(), "root");
    let whole = builder().build().unwrap();
    // The middleware brings its authorizer, so the application needs no `app_data`.
    let server = Server::run(move || {
        App::new()
            .wrap(whole.require(ADMIN).hide(Hide::Anonymous))
            .service(web::resource("/plain").to(|| async { "plain" }))
    });
    assert_eq!(server.get("/plain", &[]).text(), "nothing here");
    assert_eq!(server.get_as("/plain", admin().signed()).text(), "plain");
}

/// A client is let in if it fetches the scopes that the challenge names.
#[test]
fn a_challenge_names_the_scopes_of_all_levels() {
    let api = Api::new(builder().build().unwrap(), |routes: &mut Routes<'_>| {
        const SOME: Requirement = Requirement::any(&[Requirement::scope("a"), Requirement::scope("a:all")]);
        let group = Group::new("/group").wrap(routes.authorizer().require(SOME));
        routes.group(group, |group| {
            group.service(level);
        });
    });
    let server = Server::of(api.unwrap());
    for (scopes, challenge) in [
        ("x", "a"),
        ("b", "a"),
        ("a", "a b"),
        ("a:all", "a:all b"),
        ("a b", "a b c"),
        ("a:all b", "a:all b c"),
    ] {
        let response = server.get_as("/group/level/1", Token::alice().claim("scope", scopes).signed());
        assert!(response.challenge().contains(&format!(r#"scope="{challenge}""#)), "{scopes}: {response:?}");
    }
    assert_eq!(
        server.get_as("/group/level/1", Token::alice().claim("scope", "a b c").signed()).text(),
        "level"
    );
}

struct Level;

impl Resource for Level {
    type Id = u8;

    async fn load(_: Lookup<u8>) -> Result<Option<Self>, Denial> {
        Ok(Some(Self))
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        true
    }
}

enum Change {}

impl Action<Level> for Change {
    const REQUIREMENT: Requirement = Requirement::scope("c");

    fn authorize(_: &Principal, _: &Level) -> Decision {
        Decision::Allow
    }
}

#[require_scope("b")]
#[get("/level/{id}")]
async fn level(_: Access<Level, Change>) -> &'static str {
    "level"
}

#[test]
fn the_access_table_shows_what_the_groups_require() {
    let api = Api::new(builder().build().unwrap(), routes).unwrap();
    let admin = r#"role("admin")"#;
    let read = r#"scope("orders:read")"#;
    let write = r#"scope("orders:write")"#;
    let row = |path: &str| {
        let row = api.endpoints().iter().find(|row| row.path == path).unwrap();
        assert_eq!(row.public_reason(), None, "{path}");
        let DeniedCallers { unauthorized, forbidden, not_found, .. } = row.denied();
        [unauthorized, forbidden, not_found].map(|list| list.join(" "))
    };
    for (path, unauthorized, forbidden, not_found) in [
        ("/admin/me", "anonymous", admin.to_owned(), ""),
        ("/admin/orders", "anonymous", format!("{admin} {write}"), ""),
        ("/admin/figures", "anonymous", admin.to_owned(), ""),
        ("/admin/open", "anonymous", admin.to_owned(), ""),
        ("/admin/files", "anonymous", admin.to_owned(), ""),
        ("/hidden/me", "anonymous", String::new(), admin),
        // The inner group hides nothing from a caller who is let in to the outer one.
        ("/hidden/inner/me", "anonymous", read.to_owned(), admin),
        ("/hidden/inner/open", "anonymous", read.to_owned(), admin),
        ("/secret/me", "", String::new(), &format!("anonymous {admin}")),
        ("/me", "anonymous", String::new(), ""),
    ] {
        assert_eq!(row(path), [unauthorized.to_owned(), forbidden, not_found.to_owned()], "{path}");
    }
}

#[test]
fn the_access_table_says_which_callers_get_which_status() {
    let server = start();
    let scopes = |scopes: &str| Token::of("alice").claim("scope", scopes).signed();
    let admin_with = |scopes: &str| admin().claim("scope", scopes).signed();
    for (path, credential, status) in [
        ("/hidden/inner/me", None, 401),
        ("/hidden/inner/me", Some(scopes("orders:read")), 404),
        ("/hidden/inner/me", Some(admin_with("other")), 403),
        ("/hidden/inner/me", Some(admin_with("orders:read")), 200),
        ("/secret/me", None, 404),
        ("/secret/me", Some(scopes("other")), 404),
    ] {
        let lines: Vec<_> = credential.iter().map(bearer).collect();
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        assert_eq!(server.get(path, &lines).status(), status, "{path} {credential:?}");
    }
}
