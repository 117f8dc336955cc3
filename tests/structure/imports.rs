//! The paths that a file names within its crate.

use crate::text::{Token, tokens};

/// A path of modules and names, from the root of the crate on.
pub(crate) type Path = Vec<String>;

/// A path that a file names.
pub(crate) struct Import {
    pub(crate) line: usize,
    pub(crate) path: Path,
    /// The name by which a `use` makes the path known in its file. Other paths have none.
    pub(crate) known_as: Option<String>,
}

/// Finds the paths that begin with `crate`, `self` or `super`, and those of every `use`, in the text of `module`. The
/// path of another crate comes out as one below `module`, where nothing has its name.
pub(crate) fn imports(text: &str, module: &[String]) -> Vec<Import> {
    let (tokens, mut imports, mut at) = (tokens(text), Vec::new(), 0);
    // One entry for each open brace: the name of the module that begins with it, if one does.
    let mut braces: Vec<Option<&str>> = Vec::new();
    while let Some(token) = tokens.get(at) {
        let before = |distance: usize| at.checked_sub(distance).map(|at| tokens[at].text);
        let is_path = matches!(token.text, "crate" | "self" | "super")
            && before(1) != Some("::")
            && tokens.get(at + 1).is_some_and(|next| next.text == "::");
        let is_use = before(1) == Some("use") && token.is_word();
        if is_path || is_use {
            let here = module.iter().cloned().chain(braces.iter().flatten().map(|&name| name.to_owned()));
            let (here, mut leaves) = (here.collect::<Path>(), Vec::new());
            at = tree(&tokens, at, &[], &mut leaves);
            imports.extend(leaves.into_iter().map(|leaf| Import {
                line: leaf.line,
                path: absolute(&here, leaf.path),
                known_as: leaf.known_as.filter(|_| is_use),
            }));
            continue;
        }
        match token.text {
            "{" => braces.push(if before(2) == Some("mod") { before(1) } else { None }),
            "}" => drop(braces.pop()),
            _ => {}
        }
        at += 1;
    }
    imports
}

/// Reads the tree of paths that begins at `at`, and returns where it ends.
fn tree(tokens: &[Token<'_>], mut at: usize, prefix: &[String], leaves: &mut Vec<Import>) -> usize {
    let text = |at: usize| tokens.get(at).map(|token| token.text);
    let (mut path, line) = (prefix.to_vec(), tokens[at].line);
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            return branches(tokens, at + 1, &path, leaves);
        }
        if !token.is_word() && token.text != "*" {
            break;
        }
        // `a::{self}` is `a`.
        if token.text != "self" || path.is_empty() {
            path.push(token.text.to_owned());
        }
        at += 1;
        if text(at) != Some("::") {
            break;
        }
        at += 1;
    }
    let mut known_as = path.last().cloned();
    if text(at) == Some("as") {
        known_as = text(at + 1).map(str::to_owned);
        at += 2;
    }
    leaves.push(Import { line, path, known_as });
    at
}

/// Reads trees up to the closing brace.
fn branches(tokens: &[Token<'_>], mut at: usize, prefix: &[String], leaves: &mut Vec<Import>) -> usize {
    while let Some(token) = tokens.get(at) {
        at = match token.text {
            "}" => return at + 1,
            "{" => tree(tokens, at, prefix, leaves),
            _ if token.is_word() || token.text == "*" => tree(tokens, at, prefix, leaves),
            _ => at + 1,
        };
    }
    at
}

fn absolute(here: &[String], path: Path) -> Path {
    let mut absolute = here.to_vec();
    let mut names = path.into_iter().peekable();
    match names.peek().map(String::as_str) {
        Some("crate") => {
            absolute.clear();
            names.next();
        }
        Some("self") => drop(names.next()),
        _ => {}
    }
    while names.next_if(|name| name == "super").is_some() {
        absolute.pop();
    }
    absolute.extend(names);
    absolute
}

#[cfg(test)]
mod tests {
    use super::imports;

    /// The paths that a file `room/file.rs` with this text names.
    #[track_caller]
    fn assert_names(text: &str, expected: &[&str]) {
        let found = imports(text, &["room".to_owned(), "file".to_owned()]);
        let found: Vec<_> = found.iter().map(|import| import.path.join("::")).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_use_names_each_leaf_of_its_tree() {
        assert_names("use crate::a::B;", &["a::B"]);
        assert_names("pub(crate) use crate::a::{b, c::D as E};", &["a::b", "a::c::D"]);
        assert_names("use crate::{policy::{a::B}, credential::c};", &["policy::a::B", "credential::c"]);
        assert_names("use crate::{\n a::{self, b::*,},\n c,\n};", &["a", "a::b::*", "c"]);
    }

    #[test]
    fn a_path_in_the_code_counts() {
        assert_names("fn a(b: crate::c::D<crate::e::F>) { crate::g::h::<u8>() }", &["c::D", "e::F", "g::h"]);
        assert_names("impl crate::a::B for self::C {}", &["a::B", "room::file::C"]);
        assert_names("macro_rules! a { () => { $crate::b::c!() } }", &["b::c"]);
        assert_names("crate::a::B { c: crate::d::E }", &["a::B", "d::E"]);
    }

    #[test]
    fn comments_literals_and_visibility_do_not_count() {
        assert_names("/// [`A`](crate::a::A)\n//! crate::b\n// crate::c\n/* crate::d */", &[]);
        assert_names("const A: &str = \"crate::a\"; pub(crate) fn b(self) {} pub(super) struct C;", &[]);
    }

    #[test]
    fn paths_are_resolved_from_where_they_stand() {
        assert_names("use super::{a, super::other::B};", &["room::a", "other::B"]);
        assert_names(
            "mod inner { use super::A; use super::super::b; } use super::c;",
            &["room::file::A", "room::b", "room::c"],
        );
        assert_names("use self::child::A; use child::B;", &["room::file::child::A", "room::file::child::B"]);
        assert_names("use std::fmt;", &["room::file::std::fmt"]);
    }

    #[test]
    fn the_line_and_the_name_are_told() {
        let found = imports("use crate::{\n    a::B,\n    c::D as E,\n};\nfn f() { crate::g::h() }", &[]);
        let found: Vec<_> = found.iter().map(|import| (import.line, import.known_as.as_deref())).collect();
        assert_eq!(found, [(2, Some("B")), (3, Some("E")), (5, None)]);
    }
}
