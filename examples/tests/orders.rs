//! The example as a newcomer meets it, started by its command and asked over TCP.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
};

use actix_web::{App, test::TestRequest};
use auth_runtime::{
    Api, TestIssuer, TestServer, TestToken,
    testing::{assert_checked_in, assert_hidden},
};
use auth_tests::{
    Response, matrix,
    wire::{Connection, bearer, request},
};

/// The running example, which stops when it is dropped.
struct Orders {
    process: Child,
    address: SocketAddr,
    printed: Vec<String>,
    /// The output to which the example logs.
    output: BufReader<ChildStdout>,
}

impl Orders {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
        let mut process = command.env("PORT", "0").stdout(Stdio::piped()).spawn().unwrap();
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

    fn send(&self, method: &str, path: &str, lines: &[&str], body: &str) -> Response {
        Connection::to(self.address).exchange(request(method, path, lines, body).as_bytes())
    }

    fn send_as(&self, name: &str, method: &str, path: &str) -> Response {
        self.send(method, path, &[&bearer(token(name))], "")
    }
}

impl Drop for Orders {
    fn drop(&mut self) {
        // The process may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns what the example prints for these arguments.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_orders")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn token(name: &str) -> String {
    printed(&["token", name]).trim().to_owned()
}

#[test]
fn every_identity_gets_the_answers_of_every_route() {
    let orders = Orders::start();
    // Each line has a route and the statuses for nobody, alice, bob, admin, auditor and expired.
    let table: [(&str, &str, [u16; 6]); 7] = [
        ("GET", "/health", [200, 200, 200, 200, 200, 200]),
        ("GET", "/me", [401, 200, 200, 200, 200, 401]),
        ("GET", "/orders", [401, 200, 200, 403, 200, 401]),
        ("GET", "/orders/1", [401, 200, 200, 403, 200, 401]),
        ("GET", "/admin/report", [401, 403, 403, 200, 403, 401]),
        ("GET", "/audit", [404, 404, 404, 200, 200, 404]),
        ("DELETE", "/orders/1", [401, 204, 404, 404, 404, 401]),
    ];
    let names = ["", "alice", "bob", "admin", "auditor", "expired"];
    for (method, path, answers) in table {
        // Alice comes last, because she deletes an order.
        for (name, status) in names.iter().zip(answers).rev() {
            let lines = if name.is_empty() { Vec::new() } else { vec![bearer(token(name))] };
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(orders.send(method, path, &lines, "").status(), status, "`{name}` {method} {path}");
        }
    }
}

#[test]
fn the_matrix_says_what_every_identity_is_answered() {
    let orders = Orders::start();
    let mut cells = matrix::cells(&printed(&["matrix"]));
    assert_eq!(cells.len(), 8 * 6);
    // Alice comes last, because she deletes the order.
    cells.sort_by_key(|cell| cell.method == "DELETE" && cell.caller == "alice");
    for cell in cells {
        let path = cell.path.replace("{id}", "1");
        let status = match cell.caller.as_str() {
            "anonymous" => orders.send(&cell.method, &path, &[], "").status(),
            name => orders.send_as(name, &cell.method, &path).status(),
        };
        assert!(cell.admits(status), "{status}: {cell:?}");
    }
}

#[test]
fn the_answers_are_those_of_the_readme() {
    let orders = Orders::start();
    let anonymous = orders.send("POST", "/orders", &["content-type: application/json"], "{broken");
    assert_eq!((anonymous.status(), anonymous.challenge()), (401, r#"Bearer realm="orders""#));
    let expired = orders.send_as("expired", "GET", "/me");
    assert!(expired.status() == 401 && expired.challenge().contains(r#"error="invalid_token""#));
    let forbidden = orders.send_as("bob", "POST", "/orders");
    assert_eq!((forbidden.status(), forbidden.challenges().len()), (403, 0));
    let hidden = orders.send_as("bob", "DELETE", "/orders/1");
    assert_eq!(hidden.masked(), orders.send_as("bob", "DELETE", "/no-such-path").masked());
    let spaced = format!("authorization: bEaReR   {}", token("alice"));
    let me = orders.send("GET", "/me", &[&spaced], "");
    assert_eq!(
        me.json(),
        serde_json::json!({ "subject": "alice", "scopes": ["orders:read", "orders:write"] })
    );
    let twice = bearer(token("alice"));
    assert_eq!(orders.send("GET", "/me", &[&twice, &twice], "").status(), 400);
}

#[test]
fn orders_are_made_and_refused_by_their_content() {
    let orders = Orders::start();
    let alice = bearer(token("alice"));
    let post = |body: &str| orders.send("POST", "/orders", &[&alice, "content-type: application/json"], body);
    let made = post(r#"{"item":"milk","quantity":3}"#);
    assert_eq!(
        (made.status(), made.json()),
        (201, serde_json::json!({ "id": 2, "item": "milk", "quantity": 3 }))
    );
    assert_eq!(orders.send_as("bob", "GET", "/orders/2").json(), made.json());
    for body in
        ["", "{", r#"{"item":"milk"}"#, r#"{"item":"milk","quantity":0}"#, r#"{"item":"milk","quantity":-1}"#]
    {
        assert_eq!(post(body).status(), 400, "{body}");
    }
}

#[test]
fn a_line_is_printed_for_every_identity_and_route() {
    let orders = Orders::start();
    let lines: Vec<_> = orders.printed.iter().filter(|line| line.starts_with("curl ")).collect();
    assert_eq!(lines.len(), 6 * 8);
    assert_eq!(lines.iter().filter(|line| line.contains("Authorization: Bearer ey")).count(), 5 * 8);
}

#[test]
fn each_request_is_logged_with_the_reason_of_a_denial() {
    let mut orders = Orders::start();
    orders.send_as("bob", "DELETE", "/orders/1");
    let mut line = String::new();
    orders.output.read_line(&mut line).unwrap();
    for part in ["DELETE", "/orders/1", "404", "the principal lacks scopes", "hidden=true"] {
        assert!(line.contains(part), "{line}");
    }
}

#[test]
fn what_is_hidden_is_not_to_be_told_from_what_is_absent() {
    let issuer = TestIssuer::new();
    let api = Api::new(issuer.authorizer().unwrap(), shop::routes).unwrap();
    let app = TestServer::start(move || App::new().configure(api.routes()));
    let request = |path, token: &TestToken| TestRequest::get().uri(path).insert_header(token.authorization());
    let owner = || request("/audit", &issuer.token("root").role("admin"));
    for token in [issuer.token("bob"), issuer.token("bob").expired()] {
        let hidden = request("/audit", &token);
        assert_hidden(&app, hidden, request("/no-such-path", &token), owner());
    }
    assert_hidden(&app, TestRequest::get().uri("/audit"), TestRequest::get().uri("/no-such-path"), owner());
}

/// A change of access shows in review.
#[test]
fn the_access_table_and_its_matrix_are_those_that_are_checked_in() {
    assert_checked_in("tests/endpoints.txt", printed(&["endpoints"]));
    assert_checked_in("tests/matrix.txt", printed(&["matrix"]));
}

#[test]
fn a_wrong_command_says_what_is_right() {
    for (arguments, sentence) in [
        (
            &["token", "mallory"][..],
            "`mallory` is nobody here; there are alice, bob, admin, auditor, expired",
        ),
        (&["help"], "usage: orders [endpoints | matrix | token NAME]"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_orders")).args(arguments).output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8(output.stderr).unwrap().trim()),
            (Some(1), sentence)
        );
    }
}
