//! The notes of others look like notes that do not exist, whatever the caller presents.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use actix_web::test::TestRequest;
use auth_runtime::{
    TestServer,
    testing::{assert_hidden, without_owner},
};
use auth_tests::wire::{Connection, request};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;

fn start() -> TestServer {
    let mut desk = Desk::new().unwrap();
    // Hundreds of requests with one password need not hash it hundreds of times.
    desk.passwords = desk.passwords.remember_for(Duration::from_mins(1));
    let (api, sessions) = (desk.api().unwrap(), desk.sessions);
    let (store, passwords) = (web::Data::new(desk.store), web::Data::new(desk.passwords));
    TestServer::start(move || {
        let app = App::new().app_data(store.clone()).app_data(passwords.clone());
        app.configure(api.routes()).wrap(sessions.middleware())
    })
}

/// Asserts that alice does not learn of the note of bob, and that bob deletes it. `presents` returns the name and the value
/// of a person's credential field.
fn assert_notes_of_others_are_absent(
    server: &TestServer,
    others: &[&str],
    presents: impl Fn(&str) -> (&'static str, String),
) {
    let delete = |path: &str, name: &str| {
        let (field, value) = presents(name);
        TestRequest::delete().uri(path).insert_header((field, value))
    };
    let note = "/notes/2";
    for other in others {
        let owner = without_owner("bob deletes the note below");
        assert_hidden(server, delete(note, "alice"), delete(other, "alice"), owner);
    }
    let absent = ["/notes/98", "/notes/99"].map(|path| delete(path, "alice"));
    assert_hidden(server, delete(note, "alice"), absent, delete(note, "bob"));
}

#[test]
fn se_08_notes_of_others_are_absent_to_a_token() {
    assert_notes_of_others_are_absent(&start(), &["/nothing/99"], |name| {
        ("authorization", format!("Bearer {}", people::token(name).unwrap()))
    });
}

#[test]
fn se_08_notes_of_others_are_absent_to_a_key() {
    assert_notes_of_others_are_absent(&start(), &["/nothing/99"], |name| {
        ("x-api-key", people::key(name).unwrap().to_owned())
    });
}

#[test]
fn se_08_notes_of_others_are_absent_to_a_password() {
    assert_notes_of_others_are_absent(&start(), &[], |name| {
        ("authorization", format!("Basic {}", STANDARD.encode(format!("{name}:{name} opens the door"))))
    });
}

#[test]
fn se_08_notes_of_others_are_absent_to_a_session() {
    let server = start();
    let cookie = |name: &str| {
        let form = format!("name={name}&password={name}+opens+the+door");
        let lines = ["content-type: application/x-www-form-urlencoded"];
        let login = request("POST", "/login", &lines, &form);
        let answer = Connection::to(server.address()).exchange(login.as_bytes());
        let cookie = answer.field("set-cookie").unwrap();
        cookie.split(';').next().unwrap().to_owned()
    };
    let cookies = ["alice", "bob"].map(|name| (name, cookie(name)));
    assert_notes_of_others_are_absent(&server, &[], |name| {
        ("cookie", cookies.iter().find(|(owner, _)| *owner == name).unwrap().1.clone())
    });
}

#[test]
fn ak_02_the_store_has_digests_of_keys_and_passwords_alone() {
    let text = include_str!("store.sql");
    for person in &people::PEOPLE {
        let (_, secret) = people::key(person.name).unwrap().rsplit_once('_').unwrap();
        assert!(!text.contains(secret) && !text.contains("opens the door',"), "{}", person.name);
    }
}
