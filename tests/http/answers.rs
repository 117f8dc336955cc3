//! The answers of the runtime, for every form of attribute.

use std::time::Duration;

use actix_web::{Responder, web};
use auth_runtime::{
    Authorizer, Credential, Denial, Principal, Refusal, authenticate::Authentication, public, require,
    require_auth, require_role, require_scope,
};
use auth_tests::{Issuer, Response, Server, Token, app::Calls, wire::bearer};

macro_rules! handlers {
    ($($(#[$attribute:meta])+ $name:ident)+) => {
        $(
            $(#[$attribute])+
            async fn $name(calls: web::Data<Calls>, _body: web::Json<u8>) -> impl Responder {
                calls.count();
                "done"
            }
        )+
    };
}

handlers! {
    #[require_auth] auth
    #[require_auth(hide(anonymous))] auth_hidden
    #[require_scope("a", "b")] scopes
    #[require_scope(any("a", "b"))] any_scope
    #[require_scope("a", "b", hide)] scopes_hidden
    #[require_scope("a", "b", hide(anonymous))] scopes_hidden_anonymous
    #[require_role("r")] role
    #[require_role("r", "s", hide)] roles_hidden
    #[require_role(any("r", "s"), hide(anonymous))] any_role_hidden_anonymous
    #[require(any(role("r"), all(role("s"), scope("a"))))] tree
    #[require(any(role("r"), all(role("s"), scope("a"))), hide)] tree_hidden
    #[require(scope("a"), role("r"), hide(anonymous))] tree_hidden_anonymous
    #[require(authenticated)] authenticated
    #[public("for everybody")] open
}

fn routes(config: &mut web::ServiceConfig) {
    macro_rules! route {
        ($($name:ident)+) => { config$(.route(concat!("/", stringify!($name)), web::post().to($name)))+ };
    }
    route!(auth auth_hidden scopes any_scope scopes_hidden scopes_hidden_anonymous role roles_hidden);
    route!(any_role_hidden_anonymous tree tree_hidden tree_hidden_anonymous authenticated open);
}

/// The scopes and the roles of a principal, and the status that they are answered with.
type Case = (&'static str, &'static str, u16);
/// The forms of attributes, from whom each one hides, and its cases.
const FORMS: [(&str, &str, &[Case]); 14] = [
    ("auth", "", &[("", "", 200), ("a", "r", 200)]),
    ("auth_hidden", "anonymous", &[("", "", 200)]),
    ("scopes", "", &[("a b", "", 200), ("a", "", 403), ("b", "", 403), ("", "r", 403), ("a b", "r s", 200)]),
    ("any_scope", "", &[("a", "", 200), ("b", "", 200), ("c", "", 403), ("", "a", 403)]),
    ("scopes_hidden", "hide", &[("a b", "", 200), ("a", "", 404), ("", "r s", 404)]),
    ("scopes_hidden_anonymous", "anonymous", &[("a b", "", 200), ("a", "", 404)]),
    ("role", "", &[("", "r", 200), ("", "s", 403), ("r", "", 403), ("a b", "", 403)]),
    ("roles_hidden", "hide", &[("", "r s", 200), ("", "r", 404), ("r s", "", 404)]),
    ("any_role_hidden_anonymous", "anonymous", &[("", "r", 200), ("", "s", 200), ("r", "t", 404)]),
    ("tree", "", &[("", "r", 200), ("a", "s", 200), ("a", "", 403), ("", "s", 403), ("s", "a", 403)]),
    ("tree_hidden", "hide", &[("", "r", 200), ("a", "s", 200), ("a", "", 404), ("", "s", 404)]),
    ("tree_hidden_anonymous", "anonymous", &[("a", "r", 200), ("a", "", 404), ("", "r", 404)]),
    ("authenticated", "", &[("", "", 200)]),
    ("open", "public", &[("", "", 200)]),
];

struct Fixture {
    server: Server,
    calls: Calls,
}

/// Authenticates as the credential says.
fn play(credential: &Credential<'_>) -> Authentication {
    let answer = match credential.value() {
        "down" => Err(Refusal::from(Denial::Unavailable {
            retry_after: Duration::from_secs(7),
            cause: "the store is gone".into(),
        })),
        "wrong" => Err(Refusal::invalid("it is wrong")),
        _ => Ok(Principal::builder().subject("somebody").build()),
    };
    answer.into()
}

impl Fixture {
    fn start(authorizer: Option<Authorizer>) -> Self {
        let calls = Calls::default();
        let counted = calls.clone();
        let server = Server::start(move |config| {
            config.app_data(web::Data::new(counted.clone())).configure(routes);
            if let Some(authorizer) = &authorizer {
                config.app_data(authorizer.clone());
            }
        });
        Self { server, calls }
    }

    /// Asks with a good body and with a broken one, and asserts that a denial is the same for both.
    fn ask(&self, form: &str, lines: &[&str]) -> Response {
        let good = self.server.send_json("POST", &format!("/{form}"), lines, "1");
        let ran = self.calls.take();
        assert_eq!(ran, usize::from(good.status() == 200), "{form}: {good:?}");
        if good.status() != 200 {
            let broken = self.server.send_json("POST", &format!("/{form}"), lines, "{");
            assert_eq!(good.masked(), broken.masked(), "{form}");
        }
        good
    }

    fn absent(&self, lines: &[&str]) -> Response {
        self.server.send_json("POST", "/no-such-path", lines, "1").masked()
    }
}

fn token(scopes: &str, roles: &str) -> String {
    let roles: Vec<_> = roles.split_whitespace().collect();
    bearer(Token::of("somebody").claim("scope", scopes).claim("roles", roles).signed())
}

#[test]
fn principals_are_held_against_the_requirement() {
    let fixture = Fixture::start(Some(Issuer::default().authorizer()));
    for (form, _, cases) in FORMS {
        for (scopes, roles, status) in cases {
            let token = token(scopes, roles);
            let response = fixture.ask(form, &[&token]);
            assert_eq!(response.status(), *status, "{form} with scopes `{scopes}` and roles `{roles}`");
            assert_eq!(response.challenges().len(), 0, "{form}");
            if *status == 404 {
                assert_eq!(response.masked(), fixture.absent(&[&token]), "{form}");
            }
        }
    }
}

#[test]
fn callers_who_prove_nothing_get_the_one_answer_of_their_case() {
    let fixture = Fixture::start(Some(Issuer::default().authorizer()));
    let (good, expired) = (token("a b", "r s"), bearer(Token::expired().signed()));
    let cases: [(&[&str], u16, Option<&str>); 7] = [
        (&[], 401, None),
        (&["authorization: Basic YTpi"], 401, None),
        (&[&expired], 401, Some("invalid_token")),
        (&["authorization: Bearer x.y.z"], 401, Some("invalid_token")),
        (&["authorization: Bearer a b"], 400, Some("invalid_request")),
        (&["authorization: Bearer"], 400, Some("invalid_request")),
        (&[&good, &good], 400, Some("invalid_request")),
    ];
    for (lines, status, error) in cases {
        let mut answers = Vec::new();
        for (form, hide, _) in FORMS {
            let response = fixture.ask(form, lines);
            match hide {
                "public" => assert_eq!(response.status(), 200, "{form} {lines:?}"),
                "anonymous" => assert_eq!(response.masked(), fixture.absent(lines), "{form} {lines:?}"),
                _ => {
                    assert_eq!(response.status(), status, "{form} {lines:?}");
                    assert_eq!(
                        response.json().get("error").and_then(|error| error.as_str()),
                        error,
                        "{form} {lines:?}"
                    );
                    answers.push(response.masked());
                }
            }
        }
        // The answer does not depend on the handler.
        answers.dedup();
        assert_eq!(answers.len(), 1, "{lines:?}");
    }
}

#[test]
fn failures_of_the_server_are_never_hidden() {
    let playing = Authorizer::builder().bearer(play).build().unwrap();
    let fixture = Fixture::start(Some(playing));
    for (form, hide, _) in FORMS {
        let response = fixture.ask(form, &["authorization: Bearer down"]);
        let expected = if hide == "public" { (200, None) } else { (503, Some("7")) };
        assert_eq!((response.status(), response.field("retry-after")), expected, "{form}");
        assert_eq!(response.challenges().len(), 0, "{form}");
    }
    let bare = Fixture::start(None);
    for (form, hide, _) in FORMS {
        let response = bare.ask(form, &["x-expect: 500"]);
        assert_eq!(response.status(), if hide == "public" { 200 } else { 500 }, "{form}");
    }
}

#[test]
fn an_authorizer_inside_web_data_is_not_found_and_the_log_says_so() {
    auth_tests::log::keep();
    let authorizer = Issuer::default().authorizer();
    let server = Server::start(move |config| {
        config.app_data(web::Data::new(authorizer.clone())).configure(routes);
    });
    assert_eq!(server.send_json("POST", "/auth", &["x-expect: 500"], "1").status(), 500);
    assert!(auth_tests::log::lines().contains("add `.app_data(authorizer.clone())` to `App::new()`"));
}
