//! The benchmark of how many instructions a request takes. A busy machine does not disturb these figures, so they can
//! be checked.
//!
//! `cargo bench --package auth-runtime --bench instructions` counts with callgrind, which is part of valgrind. It
//! compares with `benches/instructions.txt` and fails if a row takes over 5 % more, or if a bearer token takes over 5 %
//! more because other kinds of credentials are accepted too. `-- --write` writes the file.
//! `-- --profile ROW` keeps callgrind's file about one row, for `callgrind_annotate`. `-- --run ROW TIMES` only runs
//! the row, for `perf`.
//!
//! Only steady work is counted. Cryptography is left out, because its libraries choose their code by the processor.
//! Reading the system's clock is left out, because under valgrind it is a system call, whose instructions belong to the
//! kernel. The work of the C library and the compiler's choices are counted, and the file names the version of both.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark fails by panicking and prints what it finds"
)]

mod rows;

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    hint::black_box,
    path::PathBuf,
    process::{Command, ExitCode},
};

use auth_runtime::Decision;

use crate::rows::{ALL_SCHEMES, ONE_SCHEME, ROWS, ours, tokens};

/// The name of the row without a request.
const EVALUATE: &str = "evaluate 32 leaves";
/// How often a row is run before it is counted, so that everything that is made once or grows is in place.
const BEFORE: u32 = 200;
/// How often a row is run while it is counted.
const COUNTED: u32 = 200;
/// How much more than the written figure a row may take, in percent.
const ALLOWANCE: f64 = 5.0;
/// The file of the written figures.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");
const WRITE: &str = "write it by `cargo bench --package auth-runtime --bench instructions -- --write`";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    match *arguments {
        ["--run", name, times] => run(name, times.parse().unwrap()),
        ["--profile", name] => return profile(name),
        ["--write"] => return write(),
        [] if env::args().any(|word| word == "--bench") => return check(),
        _ => println!("run it by `cargo bench --package auth-runtime --bench instructions [-- --write]`"),
    }
    ExitCode::SUCCESS
}

/// Runs one row this many times, for callgrind or another tool.
fn run(name: &str, times: u32) {
    if name == EVALUATE {
        let caller = ours::caller();
        for _ in 0..times {
            counted(|| assert_eq!(black_box(ours::TREE).evaluate(black_box(&caller)), Decision::Allow));
        }
        return;
    }
    let row = ROWS.iter().find(|row| row.name == name).unwrap();
    let pair = tokens::hs256();
    let (served, tokens) = (row.serve(&pair), pair.tokens(if row.is_steady { 1 } else { tokens::MANY }));
    for _ in 0..BEFORE {
        assert_eq!(served(tokens.request(row.presents)), row.answers);
    }
    for _ in 0..times {
        let request = tokens.request(row.presents);
        counted(|| assert_eq!(served(request), row.answers));
    }
}

/// Runs the work that is counted: callgrind counts only inside this function.
#[inline(never)]
fn counted(work: impl FnOnce()) {
    work();
}

fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().filter(|row| row.is_steady).map(|row| row.name).chain([EVALUATE])
}

/// Counts every row, prints it beside the written figure, and fails if a row takes too many.
fn check() -> ExitCode {
    let written = fs::read_to_string(FILE).unwrap_or_default();
    // The figures of one kind of processor say nothing about another kind.
    let is_comparable = written.starts_with(&format!("# {} ", env::consts::ARCH));
    if !is_comparable {
        println!("`{FILE}` has no figures for {}; nothing is compared", env::consts::ARCH);
    }
    let (mut all_is_well, mut counted) = (true, BTreeMap::new());
    println!("{:30}{:>10}{:>10}{:>10}", "instructions", "written", "now", "more");
    for name in names() {
        let Some(now) = count(name) else { return ExitCode::FAILURE };
        counted.insert(name, f64::from(now));
        let before = written.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u32>().ok());
        let Some(before) = before.filter(|_| is_comparable) else {
            println!("{name:30}{:>10}{now:10}", "");
            all_is_well &= !is_comparable;
            continue;
        };
        let more = 100.0 * (f64::from(now) / f64::from(before) - 1.0);
        let verdict = if more > ALLOWANCE { "  too many" } else { "" };
        println!("{name:30}{before:10}{now:10}{more:8.1} %{verdict}");
        all_is_well &= more <= ALLOWANCE;
    }
    let more = 100.0 * (counted[ALL_SCHEMES] / counted[ONE_SCHEME] - 1.0);
    println!("`{ALL_SCHEMES}` takes {more:.1} % more than `{ONE_SCHEME}`");
    if more > ALLOWANCE {
        println!("that is over {ALLOWANCE} %: somebody looks for the other credentials too long");
        return ExitCode::FAILURE;
    }
    if all_is_well {
        return ExitCode::SUCCESS;
    }
    println!("a row is not written, or takes over {ALLOWANCE} % more than is written; mend it, or {WRITE}");
    ExitCode::FAILURE
}

fn write() -> ExitCode {
    let mut text = format!(
        "# {} instructions for one request, by {}, {}\n# {WRITE}\n",
        env::consts::ARCH,
        version("rustc"),
        version("ldd")
    );
    for name in names() {
        let Some(now) = count(name) else { return ExitCode::FAILURE };
        println!("{name:30}{now:10}");
        writeln!(text, "{name:30}{now:10}").unwrap();
    }
    fs::write(FILE, text).unwrap();
    println!("written to `{FILE}`");
    ExitCode::SUCCESS
}

/// Returns the installed version of a program.
fn version(program: &str) -> String {
    let output = Command::new(program).arg("--version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
}

/// Keeps callgrind's file about one row.
fn profile(name: &str) -> ExitCode {
    let Some(file) = callgrind(name) else { return ExitCode::FAILURE };
    println!("{COUNTED} times `{name}`; see `callgrind_annotate --inclusive=yes {}`", file.display());
    ExitCode::SUCCESS
}

/// Counts the instructions of one run of a row.
fn count(name: &str) -> Option<u32> {
    let file = callgrind(name)?;
    let text = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "))?;
    Some(total.trim().parse::<u32>().ok()? / COUNTED)
}

/// Runs a row under callgrind and returns its file, which is next to this program.
fn callgrind(name: &str) -> Option<PathBuf> {
    let program = env::current_exe().unwrap();
    let name_of_file: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let file = program.with_file_name(format!("callgrind.{name_of_file}"));
    let done = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*counted*", "--quiet"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program)
        .args(["--run", name, &COUNTED.to_string()])
        .status();
    match done {
        Ok(status) if status.success() => return Some(file),
        Ok(status) => println!("`{name}` under valgrind: {status}"),
        Err(error) => println!("valgrind does not start: {error}; install it (`apt-get install valgrind`)"),
    }
    None
}
