//! BA-01 to BA-09 as a client sees them.

use actix_web::rt::System;
use auth_runtime::{Authorizer, Denial, basic::Basic};
use auth_tests::{
    invariants::{parameter, parse},
    log,
    wire::bearer,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{PASSWORD, Users, alice, basic, serve, service};

#[test]
fn ba_01_the_challenge_has_a_realm_and_comes_last() {
    let server = Users::new().serve();
    let response = server.get("/me", &[]);
    assert_eq!(response.status(), 401);
    assert_eq!(response.challenges(), [r#"Bearer realm="desk""#, r#"Basic realm="desk", charset="UTF-8""#]);
    assert_eq!(server.get("/me", &[&alice()]).text(), "alice by Basic");
    assert_eq!(server.get("/me", &[&bearer("bob")]).text(), "bob by Bearer");
}

#[test]
fn ba_01_without_being_advertised_it_is_accepted_and_not_asked_for() {
    let users = Users::new();
    let server = serve(users.basic());
    for lines in [vec![], vec![basic("alice:wrong")]] {
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        assert_eq!(server.get("/me", &lines).challenges(), [r#"Bearer realm="desk""#]);
    }
    assert_eq!(server.get("/me", &[&alice()]).text(), "alice by Basic");
    let alone = Authorizer::builder().scheme(users.basic()).build().unwrap_err().to_string();
    assert!(alone.contains("add `.advertised()` to `Basic`"), "{alone}");
    assert!(Authorizer::builder().scheme(users.basic().advertised()).build().is_ok());
}

#[test]
fn ba_02_the_charset_is_utf_8_and_no_other() {
    let users = Users::new();
    let response = users.serve().get("/me", &[]);
    let challenge = response.challenges()[1].to_owned();
    assert_eq!(parameter(&parse(&challenge), "charset").as_deref(), Some("UTF-8"));
    let other = auth_runtime::Scheme::from(users.basic().advertised()).parameter("charset", "ISO-8859-1");
    let error = Authorizer::builder().scheme(other).build().unwrap_err().to_string();
    assert!(error.contains("the parameter `charset` is there twice"), "{error}");
}

#[test]
fn ba_03_the_first_colon_ends_the_name() {
    let users = Users::new();
    let server = users.serve();
    assert_eq!(server.get("/me", &[&basic("u:p:w")]).text(), "u by Basic");
    assert_eq!(server.get("/me", &[&basic("u:p")]).status(), 401);
    assert_eq!(server.get("/me", &[&basic("u:p:w:")]).status(), 401);
    assert_eq!(users.asked(), ["u"; 3]);
}

#[test]
fn ba_04_control_characters_are_refused_and_forge_no_line_of_the_log() {
    log::keep();
    let users = Users::new();
    let server = users.serve();
    for text in [
        "u\0:p:w",
        "u:p:w\x7f",
        "u:p\0",
        "u\r\nforged-line-1:p",
        "u:p\r\nforged-line-2",
        "u:\u{1b}[31mforged-line-3",
        "u:\u{85}",
        "\t:p",
    ] {
        assert_eq!(server.get("/me", &[&basic(text)]).status(), 401, "{text:?}");
    }
    assert_eq!(users.asked(), [""; 0]);
    assert!(!log::lines().contains("forged-line"));
}

#[test]
fn ba_05_what_is_no_name_and_password_is_401_with_a_challenge() {
    let users = Users::new();
    let server = users.serve();
    let raw = |value: &str| format!("authorization: Basic {value}");
    for line in [
        raw("!!!"),
        raw("dXNlcg=="),
        raw("/w=="),
        raw("="),
        raw("===="),
        raw("dTpw Og=="),
        raw("alice:password"),
        raw(&format!("{}=", STANDARD.encode("u:p:w"))),
        raw(STANDARD.encode("u:p:w").trim_end_matches('=').trim_end_matches('c')),
        raw("user=\"u\", password=\"p\""),
        basic([0xff, b':', 0xfe]),
        basic("caf\u{e9}:x".chars().map(|letter| letter as u8).collect::<Vec<_>>()),
    ] {
        let response = server.get("/me", &[&line]);
        assert_eq!((response.status(), response.challenges().len()), (401, 2), "{line}");
    }
    assert_eq!(users.asked(), [""; 0]);
    // A field without a credential, with two, or there twice is no Basic credential at all.
    for lines in [
        vec!["authorization: Basic"],
        vec!["authorization: Basic dTpw, Basic dTpw"],
        vec!["authorization: Basic dTpw"; 2],
    ] {
        assert_eq!(server.get("/me", &lines).status(), 400, "{lines:?}");
    }
}

#[test]
fn ba_06_the_scheme_ignores_case() {
    let server = Users::new().serve();
    for name in ["basic", "BASIC", "bAsIc", "Basic  "] {
        let line = alice().replace("Basic", name);
        assert_eq!(server.get("/me", &[&line]).text(), "alice by Basic", "{name}");
    }
}

#[test]
fn ba_07_a_refused_password_has_no_error_on_any_challenge() {
    let server = Users::new().serve();
    let response = server.get("/me", &[&basic("alice:wrong")]);
    assert_eq!(response.challenges(), [r#"Bearer realm="desk""#, r#"Basic realm="desk", charset="UTF-8""#]);
    assert_eq!(response.json().get("error"), None);
    // A refused token has its error on its own line.
    let response = server.get("/me", &[&bearer("mallory")]);
    assert!(
        response.challenges()[0].contains("invalid_token") && !response.challenges()[1].contains("error")
    );
}

#[test]
fn ba_08_unknown_and_wrong_are_the_same_answer() {
    let users = Users::new();
    users.set("locked", "!");
    users.set("foreign", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW");
    let server = users.serve();
    let refused = server.get("/me", &[&basic("alice:wrong")]).masked();
    assert_eq!(refused.status(), 401);
    for text in [
        "nobody:wrong",
        "ALICE:correct horse battery staple",
        "alice:",
        ":",
        "locked:!",
        "locked:",
        "foreign:x",
    ] {
        assert_eq!(server.get("/me", &[&basic(text)]).masked(), refused, "{text}");
    }
}

#[test]
fn ba_08_a_login_form_is_compared_like_a_field() {
    let users = Users::new();
    let verify = |name: &str, password: &str| {
        let verified = System::new().block_on(users.basic().verify(name, password));
        verified.map(|principal| principal.subject().map(str::to_owned))
    };
    assert_eq!(verify("alice", PASSWORD), Ok(Some("alice".to_owned())));
    assert_eq!(verify("u", "p:w"), Ok(Some("u".to_owned())));
    assert_eq!(verify("nobody", PASSWORD), verify("alice", "wrong"));
    assert_eq!(users.asked(), ["alice", "u", "nobody", "alice"]);
    // What could stand in no field is refused before anybody is asked.
    for (name, password) in
        [("alice", "a\0"), ("al\nice", PASSWORD), ("alice", &*"a".repeat(1 << 20)), (&*"a".repeat(1536), "")]
    {
        assert!(matches!(verify(name, password), Err(Denial::InvalidCredential(_))));
    }
    assert_eq!(users.asked(), [""; 0]);
    users.content().is_away = true;
    assert!(matches!(verify("alice", PASSWORD), Err(Denial::Unavailable { .. })));
    // The principal ends as it does for the field.
    users.content().is_away = false;
    users.content().now = 1_000;
    assert!(matches!(verify("alice", PASSWORD), Err(Denial::InvalidCredential(_))));
}

#[test]
fn ba_09_names_and_passwords_are_compared_in_one_normal_form() {
    let users = Users::new();
    users.set("ren\u{e9}", &Basic::hash("pa\u{df}w\u{f6}rd \u{1f511}").unwrap());
    users.set("zoe", &Basic::hash("cafe\u{301}").unwrap());
    let server = users.serve();
    for text in [
        "ren\u{e9}:pa\u{df}w\u{f6}rd \u{1f511}",
        "rene\u{301}:pa\u{df}wo\u{308}rd \u{1f511}",
        "zoe:caf\u{e9}",
        "zoe:cafe\u{301}",
    ] {
        assert_eq!(server.get("/me", &[&basic(text)]).status(), 200, "{text}");
    }
    assert_eq!(users.asked(), ["ren\u{e9}", "ren\u{e9}", "zoe", "zoe"]);
    assert_eq!(server.get("/me", &[&basic("zoe:cafe")]).status(), 401);
}

#[test]
fn names_and_passwords_are_never_logged_or_echoed() {
    log::keep();
    let users = Users::new();
    users.set("wilhelmina-of-the-desk", &Basic::hash("a-password-of-hers").unwrap());
    let server = service(Authorizer::builder().scheme(users.basic().advertised()));
    let (name, password) = ("wilhelmina-of-the-desk", "a-password-of-hers");
    let good = basic(format!("{name}:{password}"));
    for is_away in [false, true] {
        users.content().is_away = is_away;
        for line in [
            good.clone(),
            basic(format!("{name}:wrong-wrong-{password}")),
            basic(format!("no-{name}:{password}")),
        ] {
            for path in ["/me", "/secret", "/absent", "/login"] {
                let answer = server.get(path, &[&line]);
                let shown = format!("{answer:?} {}", String::from_utf8_lossy(&answer.body));
                assert!(!shown.contains(password), "{shown}");
            }
        }
    }
    let own: Vec<_> =
        log::lines().lines().filter(|line| line.contains("auth_runtime")).map(str::to_owned).collect();
    assert!(own.iter().any(|line| line.contains("the name or the password is wrong")));
    assert!(own.iter().any(|line| line.contains("no connection to look for [the id]")));
    let encoded = good.rsplit(' ').next().unwrap();
    for text in [name, password, &encoded[..12], PASSWORD] {
        assert!(own.iter().all(|line| !line.contains(text)), "{text}");
    }
    assert!(!format!("{:?} {:?}", users.basic(), users.find("alice").ok()).contains("argon2"));
}

#[test]
fn bytes_of_any_kind_are_no_panic() {
    let users = Users::new();
    let (server, mut seed) = (users.serve(), 3_u64);
    let mut byte = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u8::try_from(seed >> 56).unwrap()
    };
    for length in 1..200 {
        // Without a colon nothing is hashed.
        let bytes: Vec<u8> =
            (0..length).map(|_| byte()).map(|byte| if byte == b':' { b';' } else { byte }).collect();
        assert_eq!(server.get("/me", &[&basic(&bytes)]).status(), 401, "{bytes:?}");
    }
    for value in ["Basic \0", "Basic \u{e4}", "Basic dTp\u{ff}"] {
        let status = server.get("/me", &[&format!("authorization: {value}")]).status();
        assert_eq!(status, 400, "{value:?}");
    }
    assert_eq!(server.get("/me", &[&basic("u:p:w"), "cookie: x=\u{ff}"]).text(), "u by Basic");
}
