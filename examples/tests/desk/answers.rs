//! What each person is answered, in each way.

use std::process::Command;

use auth_runtime::testing::assert_checked_in;
use auth_tests::matrix;
use serde_json::json;

use super::{Desk, FORM, JSON, NAMES, form, printed};

const NOTE: &str = r#"{"text":"buy milk"}"#;

#[test]
fn every_person_gets_the_answers_of_every_route_in_every_way() {
    // Each line has a route, its body, and the statuses for nobody, alice, bob and root.
    let table: [(&str, &str, &str, [u16; 4]); 7] = [
        ("GET", "/login", "", [200, 200, 200, 200]),
        ("GET", "/me", "", [401, 200, 200, 200]),
        ("GET", "/notes", "", [401, 200, 200, 403]),
        ("POST", "/notes", NOTE, [401, 201, 403, 403]),
        ("DELETE", "/notes/99", "", [401, 404, 404, 404]),
        // A logout and a login end the session of the line, so the two come last.
        ("POST", "/logout", "", [401, 303, 303, 303]),
        ("POST", "/login", "name=bob&password=bob+opens+the+door", [303, 303, 303, 303]),
    ];
    let desk = Desk::start();
    let people = NAMES.iter().flat_map(|name| desk.ways(name).map(|(_, line)| (*name, line)));
    for (name, line) in people.chain([("", "x-nobody: 1".to_owned())]) {
        for (method, path, body, statuses) in table {
            let place = NAMES.iter().position(|other| *other == name).map_or(0, |place| place + 1);
            let kind = if path == "/login" { FORM } else { JSON };
            let answer = desk.send(method, path, &[&line, kind], body);
            assert_eq!(Some(&answer.status()), statuses.get(place), "{method} {path} for `{name}`: {line}");
        }
    }
}

#[test]
fn a_person_is_one_person_in_every_way() {
    let desk = Desk::start();
    for name in NAMES {
        for (scheme, line) in desk.ways(name) {
            let me = desk.get("/me", &[&line]);
            assert_eq!(me.json(), json!({ "subject": name, "scheme": scheme }));
        }
    }
    // What alice writes in one way, she reads and deletes in the others.
    let ways = desk.ways("alice");
    let bob = desk.ways("bob");
    for (way, (_, line)) in ways.iter().enumerate() {
        let made = desk.send("POST", "/notes", &[line, JSON], NOTE);
        let id = made.json()["id"].as_i64().unwrap();
        assert_eq!((made.status(), made.json()), (201, json!({ "id": id, "text": "buy milk" })));
        let (_, other) = ways.get((way + 1) % 4).unwrap();
        let notes = [json!({ "id": 1, "text": "water the plants" }), made.json()];
        assert_eq!(desk.get("/notes", &[other]).json(), json!(notes));
        let path = format!("/notes/{id}");
        for (_, bob) in &bob {
            assert_eq!(desk.send("DELETE", &path, &[bob], "").status(), 404);
        }
        assert_eq!(desk.send("DELETE", &path, &[other], "").status(), 204);
        assert_eq!(desk.send("DELETE", &path, &[line], "").status(), 404);
    }
}

#[test]
fn a_login_begins_a_session_and_a_logout_ends_it() {
    let desk = Desk::start();
    let login = desk.log_in(&form("alice"));
    let cookie = login.field("set-cookie").unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
    let line = format!("cookie: {}", cookie.split(';').next().unwrap());
    let logout = desk.send("POST", "/logout", &[&line], "");
    assert_eq!((logout.status(), logout.field("location")), (303, Some("/login")));
    assert!(logout.field("set-cookie").unwrap().contains("Max-Age=0"));
    // The session is gone, and not only its cookie.
    assert_eq!(desk.get("/me", &[&line]).status(), 401);
}

#[test]
fn a_failed_login_is_401_with_the_page_and_the_challenges() {
    let desk = Desk::start();
    let challenges = [r#"Bearer realm="desk""#, r#"ApiKey realm="desk""#, r#"Session realm="desk""#];
    for failed in ["name=alice&password=wrong", "name=nobody&password=wrong", "name=&password="] {
        let answer = desk.log_in(&format!("{failed}&return_to=/notes"));
        assert_eq!((answer.status(), answer.challenges()), (401, challenges.to_vec()), "{failed}");
        assert!(answer.text().contains("<form") && answer.text().contains(r#"value="/notes""#));
        assert_eq!(answer.field("set-cookie"), None);
    }
    for broken in ["", "name=alice", "password=x", "name=alice&name=bob&password=x"] {
        assert_eq!(desk.log_in(broken).status(), 400, "{broken}");
    }
}

#[test]
fn a_browser_gets_the_login_page_and_comes_back_to_where_it_was() {
    let desk = Desk::start();
    let browser = ["accept: text/html,application/xhtml+xml;q=0.9", "cookie: session=gone"];
    for lines in [&browser[..1], &browser] {
        let page = desk.get("/notes?page=2", lines);
        assert_eq!((page.status(), page.field("vary")), (401, Some("accept")));
        assert!(page.text().contains(r#"<form method="post" action="/login">"#));
        assert!(page.text().contains(r#"value="/notes?page=2""#), "{}", page.text());
    }
    assert!(desk.get("/me", &[]).json().is_object());
    let target = |return_to: &str| {
        let answer = desk.log_in(&format!("{}&return_to={return_to}", form("alice")));
        answer.field("location").unwrap().to_owned()
    };
    assert_eq!(target("/notes?page=2"), "/notes?page=2");
    for trap in ["", "//evil.example", "https://evil.example", "/%5Cevil.example", "/%09/evil.example"] {
        assert_eq!(target(trap), "/me", "{trap}");
    }
}

#[test]
fn pages_of_other_sites_change_nothing() {
    let desk = Desk::start();
    for site in ["sec-fetch-site: cross-site", "origin: https://evil.example"] {
        let login = desk.send("POST", "/login", &[FORM, site], &form("bob"));
        assert_eq!((login.status(), login.field("set-cookie")), (403, None));
        for (scheme, line) in desk.ways("alice") {
            let status = if ["Session", "Basic"].contains(&scheme) { 403 } else { 201 };
            let answer = desk.send("POST", "/notes", &[&line, JSON, site], NOTE);
            assert_eq!(answer.status(), status, "{scheme} {site}");
        }
    }
}

#[test]
fn what_is_presented_on_purpose_decides() {
    let desk = Desk::start();
    let [bearer, key, session, basic] = desk.ways("alice").map(|(_, line)| line);
    let [.., bobs_session, _] = desk.ways("bob").map(|(_, line)| line);
    for line in [&bearer, &key, &basic] {
        assert_eq!(desk.get("/me", &[line, &bobs_session]).json()["subject"], "alice", "{line}");
    }
    for refused in ["authorization: Bearer x", "x-api-key: x", "authorization: Basic eDp4"] {
        assert_eq!(desk.get("/me", &[refused, &session]).status(), 401, "{refused}");
    }
    for two in [[&bearer, &key], [&basic, &key], [&bearer, &basic]] {
        assert_eq!(desk.get("/me", &two.map(String::as_str)).status(), 400, "{two:?}");
    }
}

#[test]
fn the_matrix_says_what_every_person_is_answered_in_every_way() {
    let desk = Desk::start();
    let cells = matrix::cells(&printed(&["matrix"]));
    assert_eq!(cells.len(), 7 * 4);
    for cell in cells {
        let lines = match cell.caller.as_str() {
            "anonymous" => vec!["x-nobody: 1".to_owned()],
            name => desk.ways(name).map(|(_, line)| line).to_vec(),
        };
        for line in lines {
            for id in ["1", "2", "99"] {
                let path = cell.path.replace("{id}", id);
                let (kind, body) = if path == "/login" { (FORM, &*form("bob")) } else { (JSON, NOTE) };
                // A logout ends the session of the line.
                let is_over = path == "/logout" && line.starts_with("cookie") && id != "1";
                let answer = desk.send(&cell.method, &path, &[&line, kind], body);
                let is_as_said = if is_over { answer.status() == 401 } else { cell.admits(answer.status()) };
                assert!(is_as_said, "{} at {path} by {line}: {cell:?}", answer.status());
            }
        }
    }
}

/// A change of access shows in review.
#[test]
fn the_access_table_and_its_matrix_are_those_that_are_checked_in() {
    assert_checked_in("tests/desk-endpoints.txt", printed(&["endpoints"]));
    assert_checked_in("tests/desk-matrix.txt", printed(&["matrix"]));
}

#[test]
fn a_line_is_printed_for_every_person_and_way() {
    let desk = Desk::start();
    let lines: Vec<_> = desk.printed.iter().filter(|line| line.starts_with("curl ")).collect();
    assert_eq!(lines.len(), 3 * (1 + 4 * 4));
    assert_eq!(lines.iter().filter(|line| line.contains("X-Api-Key: desk_")).count(), 3 * 4);
}

#[test]
fn a_wrong_command_says_what_is_right() {
    let nobody = "`mallory` is nobody here; there are alice, bob, root";
    for (arguments, sentence) in [
        (&["token", "mallory"][..], nobody),
        (&["key", "mallory"], nobody),
        (&["key"], "usage: desk [endpoints | matrix | token NAME | key NAME]"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_desk")).args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.trim()), (Some(1), sentence));
    }
}
