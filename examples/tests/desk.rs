//! The example as a newcomer meets it, started by its command and asked over TCP.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "desk/answers.rs"]
mod answers;
#[path = "desk/hostile.rs"]
mod hostile;

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
};

use auth_tests::{
    Response,
    wire::{Connection, bearer, request},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

const FORM: &str = "content-type: application/x-www-form-urlencoded";
const JSON: &str = "content-type: application/json";
/// The names of the people.
const NAMES: [&str; 3] = ["alice", "bob", "root"];

/// The running example, which stops when it is dropped.
struct Desk {
    process: Child,
    address: SocketAddr,
    printed: Vec<String>,
    output: BufReader<ChildStdout>,
}

impl Desk {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_desk"));
        let command = command.env("PORT", "0").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut printed = Vec::new();
        let address = loop {
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
            if let Some(address) = line.trim().strip_prefix("serving on http://") {
                break address.parse().unwrap();
            }
            printed.push(line);
        };
        Self { process, address, printed, output }
    }

    /// Sends the bytes of a request.
    fn raw(&self, request: &[u8]) -> Response {
        Connection::to(self.address).exchange(request)
    }

    fn send(&self, method: &str, path: &str, lines: &[&str], body: &str) -> Response {
        self.raw(request(method, path, lines, body).as_bytes())
    }

    fn get(&self, path: &str, lines: &[&str]) -> Response {
        self.send("GET", path, lines, "")
    }

    fn log_in(&self, form: &str) -> Response {
        self.send("POST", "/login", &[FORM], form)
    }

    /// Logs a person in and returns the cookie, with its name.
    fn cookie(&self, name: &str) -> String {
        let answer = self.log_in(&form(name));
        assert_eq!((answer.status(), answer.field("location")), (303, Some("/me")));
        answer.field("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }

    /// Returns the line of a head that presents a person in each way, with the name of the scheme.
    fn ways(&self, name: &str) -> [(&'static str, String); 4] {
        [
            ("Bearer", bearer(printed(&["token", name]).trim())),
            ("ApiKey", format!("x-api-key: {}", key(name))),
            ("Session", format!("cookie: {}", self.cookie(name))),
            ("Basic", basic(format!("{name}:{name} opens the door"))),
        ]
    }

    /// Stops the example, and returns what it printed since its start.
    fn log(mut self) -> String {
        self.process.kill().unwrap();
        let mut text = String::new();
        self.output.read_to_string(&mut text).unwrap();
        self.process.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // The process may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns what the example prints for these arguments.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_desk")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn key(name: &str) -> String {
    printed(&["key", name]).trim().to_owned()
}

fn basic(text: impl AsRef<[u8]>) -> String {
    format!("authorization: Basic {}", STANDARD.encode(text))
}

/// Returns the form with which a person logs in.
fn form(name: &str) -> String {
    format!("name={name}&password={name}+opens+the+door")
}
