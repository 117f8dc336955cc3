//! Texts that are compared with checked-in files. Each assertion runs in a process of its own, which has other variables
//! of the environment.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use auth_runtime::testing::assert_checked_in;

const FILE: &str = "folder/table.txt";
const TEXT: &str = "METHOD  PATH\nGET     /orders\nGET     /report\n";
const ADVICE: &str = "have the file written with `CHECKED_IN=overwrite cargo test`, and check it in";

/// The assertion that the other tests start.
#[test]
#[ignore = "the other tests start it, with variables of its own"]
fn child() {
    let Ok(text) = env::var("TEXT") else { return };
    assert_checked_in(FILE, text);
}

/// A folder that stands for a package.
struct Package(PathBuf);

impl Package {
    /// Makes a package with this file, or without it.
    fn new(name: &str, checked_in: Option<&str>) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checked_in").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let package = Self(folder);
        if let Some(text) = checked_in {
            fs::create_dir_all(package.file().parent().unwrap()).unwrap();
            fs::write(package.file(), text).unwrap();
        }
        package
    }

    fn file(&self) -> PathBuf {
        self.0.join(FILE)
    }

    fn read(&self) -> Option<String> {
        fs::read_to_string(self.file()).ok()
    }

    /// Starts the assertion, somewhere else, with this value of the variable.
    fn command(&self, text: &str, switch: Option<&str>) -> Command {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "checked_in::child", "--ignored", "--nocapture"]);
        command.current_dir(env::temp_dir()).env("CARGO_MANIFEST_DIR", &self.0).env("TEXT", text);
        // A backtrace takes longer than everything else.
        command.env("RUST_BACKTRACE", "0");
        match switch {
            Some(value) => command.env("CHECKED_IN", value),
            None => command.env_remove("CHECKED_IN"),
        };
        command
    }

    /// Returns what the assertion of this text complains about.
    fn check(&self, text: &str, switch: Option<&str>) -> Result<(), String> {
        complaint(&mut self.command(text, switch))
    }
}

fn complaint(command: &mut Command) -> Result<(), String> {
    let output = command.output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("running 1 test"), "{printed}");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8(output.stderr).unwrap()) }
}

#[test]
fn an_equal_text_passes_whatever_its_line_ends() {
    let crlf = TEXT.replace('\n', "\r\n");
    for (name, checked_in) in [("equal", TEXT), ("crlf", &crlf), ("no_end", TEXT.trim_end())] {
        let package = Package::new(name, Some(checked_in));
        package.check(TEXT, None).unwrap();
        // What is equal is not written either, so that a checkout stays clean.
        package.check(TEXT, Some("overwrite")).unwrap();
        assert_eq!(package.read().unwrap(), checked_in);
    }
}

#[test]
fn a_difference_is_shown_by_its_lines() {
    let package = Package::new("different", Some("a\nb\nc\nd\ne\n"));
    for (text, shown) in [
        ("a\nb\nd\ne\n", "1 of its lines missing in the text (-), and 0 new (+)\n-   3 | c\n"),
        ("a\nb\nc\nd\ne\nf", "0 of its lines missing in the text (-), and 1 new (+)\n+   6 | f\n"),
        (
            "a\nB\nc\nx\ny\ne\n",
            "2 of its lines missing in the text (-), and 3 new (+)\n-   2 | b\n+   2 | B\n-   4 | d\n+   4 | x\n+   5 | y\n",
        ),
        (
            "a\nb \nc\n\u{1b}d\ne\n",
            "2 of its lines missing in the text (-), and 2 new (+)\n-   2 | b\n+   2 | b·\n-   4 | d\n+   4 | \\u{1b}d\n",
        ),
        ("b\na\nb\nc\nd\ne\n", "0 of its lines missing in the text (-), and 1 new (+)\n+   1 | b\n"),
        ("", "5 of its lines missing in the text (-), and 0 new (+)\n-   1 | a\n-   2 | b\n"),
    ] {
        let complaint = package.check(text, None).unwrap_err();
        let expected = format!("`{}` differs from the text: {shown}", package.file().display());
        assert!(complaint.contains(&expected), "{complaint}");
        assert!(complaint.contains(&format!("\nif the text is right, {ADVICE}\n")), "{complaint}");
        // The complaint names the place of the assertion.
        assert!(complaint.contains("http/checked_in.rs:"), "{complaint}");
    }
    assert_eq!(package.read().unwrap(), "a\nb\nc\nd\ne\n");
}

#[test]
fn a_long_difference_is_cut() {
    let text =
        |name: &str| (0..2_100).map(|number| format!("{name} {number}\n")).collect::<Vec<_>>().concat();
    let complaint = Package::new("long", Some(&text("old"))).check(&text("new"), None).unwrap_err();
    assert!(
        complaint.contains("2100 of its lines missing in the text (-), and 2100 new (+)\n-   1 | old 0\n")
    );
    assert!(
        complaint.contains("\n... and 4140 lines more\n") && complaint.lines().count() < 100,
        "{complaint}"
    );
}

#[test]
fn a_missing_file_says_how_it_is_written() {
    let package = Package::new("missing", None);
    let complaint = package.check(TEXT, None).unwrap_err();
    let sentence = "is missing; have it written with `CHECKED_IN=overwrite cargo test`, and check it in";
    assert!(complaint.contains(&format!("`{}` {sentence}", package.file().display())), "{complaint}");
    assert_eq!(package.read(), None);
}

#[test]
fn overwrite_writes_the_file_and_its_folder() {
    for (name, checked_in) in [("new", None), ("other", Some("something else\n"))] {
        let package = Package::new(name, checked_in);
        package.check(TEXT.trim_end(), Some("overwrite")).unwrap();
        assert_eq!(package.read().as_deref(), Some(TEXT));
        package.check(TEXT, None).unwrap();
    }
}

#[test]
fn no_other_value_overwrites() {
    let package = Package::new("values", Some("something else\n"));
    for value in ["1", "Overwrite", "overwrite ", "true", ""] {
        for text in [TEXT, "something else\n"] {
            let complaint = package.check(text, Some(value)).unwrap_err();
            let expected = format!(
                "`CHECKED_IN` is `{value}`; set it to `overwrite` to have the checked-in files written, or unset it"
            );
            assert!(complaint.contains(&expected), "{complaint}");
        }
    }
    assert_eq!(package.read().unwrap(), "something else\n");
}

#[test]
fn what_cannot_be_read_or_written_is_said() {
    let package = Package::new("folder", None);
    fs::create_dir_all(package.file()).unwrap();
    for (switch, what) in [(None, "cannot be read: "), (Some("overwrite"), "cannot be written: ")] {
        let complaint = package.check(TEXT, switch).unwrap_err();
        assert!(complaint.contains(&format!("`{}` {what}", package.file().display())), "{complaint}");
    }
}

#[test]
fn outside_of_cargo_the_path_is_that_of_the_current_folder() {
    let package = Package::new("outside", Some(TEXT));
    let command = || {
        let mut command = package.command(TEXT, None);
        command.env_remove("CARGO_MANIFEST_DIR");
        command
    };
    complaint(command().current_dir(&package.0)).unwrap();
    assert!(complaint(&mut command()).unwrap_err().contains("`folder/table.txt` is missing"));
}
