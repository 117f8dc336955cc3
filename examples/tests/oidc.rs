//! The example with a provider, started by its command. The test tells its provider what to answer.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use auth_tests::{
    Answer, Fake, Response, Token,
    issuer::fixture,
    wire::{Connection, bearer, request},
};
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::json;

/// The running example, which stops when it is dropped.
struct Oidc {
    process: Child,
    address: SocketAddr,
}

impl Oidc {
    fn start(settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oidc"));
        command.env("PORT", "0").envs(settings.iter().copied()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.as_mut().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("serving on http://").map(|address| address.parse().unwrap()));
        Self { process, address: address.unwrap() }
    }

    fn get(&self, path: &str, lines: &[&str]) -> Response {
        Connection::to(self.address).exchange(request("GET", path, lines, "").as_bytes())
    }
}

impl Drop for Oidc {
    fn drop(&mut self) {
        // The process may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn it_follows_its_provider() {
    let fake = Fake::start();
    let key = EncodingKey::from_ec_pem(fixture("p256.private.pem").as_bytes()).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let token = Token::of("alice").claim("iss", fake.origin()).claim("exp", now + 600);
    let token =
        token.claim("scp", json!(["orders:read"])).claim("realm_access", json!({ "roles": ["admin"] }));
    let token = bearer(token.signed_with("ES256", Algorithm::ES256, &key));
    let oidc = Oidc::start(&[
        ("ISSUER", &fake.origin()),
        ("AUDIENCE", "https://orders.example"),
        ("SCOPES_FROM", "scp"),
        ("ROLES_FROM", "/realm_access/roles"),
        ("CLIENT_ID", "orders"),
        ("CLIENT_SECRET", "secret"),
    ]);
    assert_eq!(oidc.get("/ready", &[]).status(), 503);
    assert_eq!(oidc.get("/orders", &[&token]).status(), 503);
    assert_eq!(oidc.get("/orders", &[]).status(), 401);
    fake.publish(&[serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap()).unwrap()]);
    // The provider is up now, but is asked again only after a cool-down.
    let ready = || {
        (0..300).find(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            oidc.get("/ready", &[]).status() == 200
        })
    };
    ready().expect("keys within half a minute");
    for path in ["/orders", "/admin/report"] {
        assert_eq!(oidc.get(path, &[&token]).status(), 200, "{path}");
    }
    let active = json!({
        "active": true, "aud": "https://orders.example", "token_type": "Bearer", "scp": ["orders:read"], "sub": "bob",
    });
    fake.answer("/introspect", Answer::json(&active));
    assert_eq!(oidc.get("/me", &[&bearer("opaque")]).status(), 200);
}

#[test]
fn what_is_not_set_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_oidc")).env_remove("ISSUER").output().unwrap();
    assert!(!output.status.success());
    let expected = "`ISSUER` is not set; see the first lines of examples/oidc.rs\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
}
