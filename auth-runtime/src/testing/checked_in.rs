//! Texts that are compared with a checked-in file, so that a change of them shows in review.

use std::{
    env,
    ffi::OsStr,
    fmt::{self, Write as _},
    fs, io,
    path::{Path, PathBuf},
};

/// The variable that has the files written.
const SWITCH: &str = "CHECKED_IN";
/// The value of the variable that has the files written.
const OVERWRITE: &str = "overwrite";
/// How many lines of a difference are shown.
const MOST_SHOWN: usize = 60;
/// How many pairs of lines are compared at most. Beyond that, all lines of both texts count as different.
const MOST_COMPARED: usize = 4_000_000;

/// Asserts that a file holds this text, such as the access table or its matrix. A relative path is looked for in the
/// folder of the package (`CARGO_MANIFEST_DIR`), and outside of cargo in the current one.
///
/// `CHECKED_IN=overwrite cargo test` writes the file, and its folder too, in place of comparing. Texts are compared line
/// by line, so a checkout with CRLF is equal, and so is a file without a line end at its end.
///
/// # Panics
/// Panics if the file is missing or differs, and shows the lines that differ. Panics if `CHECKED_IN` has another value
/// than `overwrite`, or if the file cannot be read or written.
///
/// # Example
/// ```
/// use auth_runtime::{Api, ConfigError, Routes, TestIssuer, testing::assert_checked_in};
///
/// fn the_access_table_is_the_one_that_is_checked_in(routes: fn(&mut Routes<'_>)) -> Result<(), ConfigError> {
///     let api = Api::new(TestIssuer::new().authorizer()?, routes)?;
///     assert_checked_in("tests/endpoints.txt", api.endpoints());
///     Ok(())
/// }
/// ```
#[track_caller]
#[expect(clippy::panic, reason = "it is for tests, which fail by panicking")]
pub fn assert_checked_in(path: impl AsRef<Path>, text: impl fmt::Display) {
    let path = resolved(path.as_ref());
    let done = is_overwriting(env::var_os(SWITCH).as_deref()).and_then(|is_overwriting| {
        if is_overwriting { overwrite(&path, &text.to_string()) } else { compare(&path, &text.to_string()) }
    });
    if let Err(message) = done {
        panic!("{message}");
    }
}

/// Returns a path in the folder of the package. Cargo sets the variable for the tests that it runs.
fn resolved(path: &Path) -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| path.to_owned(), |folder| Path::new(&folder).join(path))
}

fn is_overwriting(value: Option<&OsStr>) -> Result<bool, String> {
    match value {
        None => Ok(false),
        Some(value) if value == OVERWRITE => Ok(true),
        Some(value) => Err(format!(
            "`{SWITCH}` is `{}`; set it to `{OVERWRITE}` to have the checked-in files written, or unset it",
            value.display()
        )),
    }
}

fn overwrite(path: &Path, text: &str) -> Result<(), String> {
    if fs::read_to_string(path).is_ok_and(|checked_in| checked_in.lines().eq(text.lines())) {
        return Ok(());
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(path, format!("{text}{end}")))
        .map_err(|error| format!("`{}` cannot be written: {error}", path.display()))
}

fn compare(path: &Path, text: &str) -> Result<(), String> {
    let advice = format!("`{SWITCH}={OVERWRITE} cargo test`");
    let path_shown = path.display();
    let checked_in = fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            format!("`{path_shown}` is missing; have it written with {advice}, and check it in")
        }
        _ => format!("`{path_shown}` cannot be read: {error}"),
    })?;
    let (old, new): (Vec<_>, Vec<_>) = (checked_in.lines().collect(), text.lines().collect());
    if old == new {
        return Ok(());
    }
    let lines = difference(&old, &new);
    let count = |wanted: fn(&Line<'_>) -> bool| lines.iter().filter(|line| wanted(line)).count();
    let missing = count(|line| matches!(line, Line::Missing(..)));
    let mut message = format!(
        "`{path_shown}` differs from the text: {missing} of its lines missing in the text (-), and {} new (+)\n",
        lines.len() - missing
    );
    for line in lines.iter().take(MOST_SHOWN) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(message, "{line}");
    }
    if lines.len() > MOST_SHOWN {
        let _ = writeln!(message, "... and {} lines more", lines.len() - MOST_SHOWN);
    }
    Err(format!("{message}if the text is right, have the file written with {advice}, and check it in"))
}

/// A line that only one of the texts has, with its number in that text.
#[derive(Debug)]
enum Line<'text> {
    Missing(usize, &'text str),
    New(usize, &'text str),
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(number, text) => write!(f, "-{number:>4} | {}", shown(text)),
            Self::New(number, text) => write!(f, "+{number:>4} | {}", shown(text)),
        }
    }
}

/// Shows the spaces at the end of a line, and control characters, which would not be seen.
fn shown(text: &str) -> String {
    let visible = text.trim_end_matches(' ');
    let mut shown = String::with_capacity(text.len());
    for character in visible.chars() {
        if character.is_control() { shown.extend(character.escape_debug()) } else { shown.push(character) }
    }
    shown + &"·".repeat(text.len() - visible.len())
}

/// Returns the lines that only one of the texts has, in order.
fn difference<'text>(old: &[&'text str], new: &[&'text str]) -> Vec<Line<'text>> {
    let equal = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let before = old.iter().zip(new).take_while(equal).count();
    let behind = old.iter().rev().zip(new.iter().rev()).take_while(equal).count();
    let behind = behind.min(old.len().min(new.len()) - before);
    let middle = |lines: &[&'text str]| -> Vec<(usize, &'text str)> {
        let numbered = (1..).zip(lines.iter().copied());
        numbered.skip(before).take(lines.len() - before - behind).collect()
    };
    let (old, new) = (middle(old), middle(new));
    let ends = common(&old, &new).into_iter().map(|(one, other)| (Some(one), Some(other)));
    let (mut old, mut new) = (old.into_iter(), new.into_iter());
    let mut lines = Vec::new();
    for (old_end, new_end) in ends.chain([(None, None)]) {
        // `take_while` also takes the common line at the end, which is in neither list.
        let missing = old.by_ref().take_while(|(number, _)| Some(*number) != old_end);
        lines.extend(missing.map(|(number, text)| Line::Missing(number, text)));
        let added = new.by_ref().take_while(|(number, _)| Some(*number) != new_end);
        lines.extend(added.map(|(number, text)| Line::New(number, text)));
    }
    lines
}

/// Returns the numbers of the lines of a longest common subsequence.
fn common(old: &[(usize, &str)], new: &[(usize, &str)]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > MOST_COMPARED {
        return Vec::new();
    }
    // `longest[i][j]` is the length of the longest common subsequence of the lines from `i` and `j` onwards.
    let mut longest = vec![vec![0_usize; new.len() + 1]];
    for (_, line) in old.iter().rev() {
        let below = longest.last().map_or(&[][..], Vec::as_slice);
        let mut row = vec![0; new.len() + 1];
        let mut right = 0;
        for (position, (_, other)) in new.iter().enumerate().rev() {
            let [down, diagonal] = [position, position + 1].map(|at| below.get(at).copied().unwrap_or(0));
            right = if line == other { diagonal + 1 } else { right.max(down) };
            if let Some(cell) = row.get_mut(position) {
                *cell = right;
            }
        }
        longest.push(row);
    }
    longest.reverse();
    let length = |i: usize, j: usize| longest.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while let (Some((one, line)), Some((other, text))) = (old.get(i), new.get(j)) {
        if line == text {
            pairs.push((*one, *other));
            (i, j) = (i + 1, j + 1);
        } else if length(i + 1, j) >= length(i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
