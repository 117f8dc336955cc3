//! The plan of the crates: which room may know which, and how long files and functions may be.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod imports;
mod rooms;
mod sources;
mod text;

use std::fs;

use crate::{
    rooms::Rooms,
    sources::{Source, project, sources},
    text::functions,
};

/// The rooms, which are the folders of `auth-runtime/src`, each with the rooms that it may import. The files at the
/// root stand outside of the rooms, and every room may import one of them, `config`.
const ROOMS: &[(&str, &[&str])] = &[
    ("policy", &[]),
    ("credential", &["policy"]),
    ("answer", &["policy", "credential"]),
    ("schemes", &["policy", "credential", "answer"]),
    ("authorizer", &["policy", "credential", "answer", "schemes"]),
    ("handler", &["policy", "credential", "answer", "schemes", "authorizer"]),
    ("app", &["policy", "credential", "answer", "schemes", "authorizer", "handler"]),
    ("testing", &["policy", "credential", "answer", "schemes", "authorizer", "handler", "app"]),
];

#[test]
fn a_room_may_know_only_the_rooms_before_it() {
    for (position, (room, known)) in ROOMS.iter().enumerate() {
        for other in *known {
            let stands_before = ROOMS[..position].iter().any(|(before, _)| before == other);
            assert!(
                stands_before,
                "`ROOMS`: `{room}` may know `{other}`, which stands behind it; leave that out"
            );
        }
    }
}

#[test]
fn a_room_imports_only_the_rooms_that_it_may_know() {
    assert_none(&Rooms::read("auth-runtime/src").trespasses(ROOMS));
}

#[test]
fn the_files_of_a_room_import_each_other_in_no_circle() {
    assert_none(&Rooms::read("auth-runtime/src").circles());
}

#[test]
fn the_files_and_functions_of_the_crates_are_short() {
    let mut violations = Vec::new();
    for folder in ["auth-runtime/src", "auth-macros/src"] {
        for source in sources(folder) {
            violations.extend(too_long(&source, 350));
            for function in functions(&source.text).into_iter().filter(|function| function.lines > 50) {
                violations.push(format!(
                    "{}:{}: `{}` has {} lines; split it into functions of at most 50",
                    source.file, function.line, function.name, function.lines
                ));
            }
        }
    }
    assert_none(&violations);
}

#[test]
fn the_files_of_tests_and_examples_are_short() {
    let sources = ["tests", "examples"].into_iter().flat_map(sources);
    let violations: Vec<_> = sources.filter_map(|source| too_long(&source, 400)).collect();
    assert_none(&violations);
}

fn too_long(source: &Source, most: usize) -> Option<String> {
    let lines = source.text.lines().count();
    let message = || format!("{}: has {lines} lines; split it by subject, at most {most} each", source.file);
    (lines > most).then(message)
}

#[test]
fn the_runtime_is_taken_in_at_a_glance() {
    let entries = fs::read_dir(project().join("auth-runtime/src")).unwrap();
    let folders: Vec<bool> = entries.map(|entry| entry.unwrap().file_type().unwrap().is_dir()).collect();
    let count = |wanted: bool| folders.iter().filter(|is_folder| **is_folder == wanted).count();
    let (folders, files) = (count(true), count(false));
    assert!(
        folders <= 9 && files <= 5,
        "auth-runtime/src: holds {folders} folders and {files} files; at most nine and five can be taken in, so \
         put the new one into a room"
    );
}

/// Shows all violations at once.
#[test]
fn the_tests_that_the_list_of_rules_names_exist() {
    let all: Vec<_> = ["tests", "examples", "auth-runtime/src", "auth-macros/src"]
        .map(sources)
        .into_iter()
        .flatten()
        .collect();
    let is_there = |name: &str| all.iter().any(|source| source.text.contains(&format!("fn {name}(")));
    let list = fs::read_to_string(project().join("tests/CONFORMANCE.md")).unwrap();
    let paths = list.split('`').filter(|text| text.contains("::") && !text.contains([' ', '<', '(']));
    let missing = paths.filter(|path| !path.rsplit("::").next().is_some_and(is_there));
    assert_none(
        &missing.map(|path| format!("tests/CONFORMANCE.md: no test is called `{path}`")).collect::<Vec<_>>(),
    );
}

fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}
