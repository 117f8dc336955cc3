//! The provider, in a process of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use auth_runtime::{
    Jwt,
    jwt::{JwtBuilder, RemoteKeys},
};
use auth_tests::{
    Response, report,
    wire::{Connection, request},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{AUDIENCE, SECRET};

/// A provider in a process of its own, which ends when this value is dropped.
pub(super) struct Provider {
    process: Child,
    address: SocketAddr,
    keys: PathBuf,
}

impl Provider {
    /// Starts a provider with new keys. Returns `None` and says so where node or the package is missing, and the test
    /// is left out.
    pub(super) fn start(test: &str) -> Option<Self> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/oidc/openid-provider");
        let node = Command::new("node").arg("--version").output();
        if node.is_err() || !Path::new(folder).join("node_modules").is_dir() {
            let line = format!("left out: {test}; it needs node, and `npm ci` in tests/oidc/openid-provider");
            assert!(std::env::var_os("REQUIRE_OPENID_PROVIDER").is_none(), "{line}");
            report(&line);
            return None;
        }
        let keys = std::env::temp_dir().join(format!("openid-provider-{}-{test}.json", std::process::id()));
        let (process, address) = spawn(0, &keys);
        Some(Self { process, address, keys })
    }

    pub(super) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts the provider anew, with the same address and the same keys.
    pub(super) fn restart(&mut self) {
        let (process, address) = spawn(self.address.port(), &self.keys);
        assert_eq!(address, self.address);
        self.process = process;
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    fn post(&self, path: &str, lines: &[&str], body: &str) -> Response {
        let mut connection = Connection::to(self.address);
        connection.send(request("POST", path, lines, body).as_bytes()).unwrap();
        connection.receive(false).unwrap()
    }

    pub(super) fn control(&self, path: &str, body: &Value) -> Value {
        let response =
            self.post(&format!("/control/{path}"), &["content-type: application/json"], &body.to_string());
        assert_eq!(response.status(), 200, "{path} {body}: {}", response.text());
        response.json()
    }

    pub(super) fn form(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let basic = STANDARD.encode(format!("orders:{}", encode(SECRET)));
        let body: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let lines =
            [&*format!("authorization: Basic {basic}"), "content-type: application/x-www-form-urlencoded"];
        self.post(path, &lines, &body.join("&"))
    }

    pub(super) fn token(&self, resource: &str) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "orders:read orders:write"),
            ("resource", resource),
        ];
        let response = self.form("/token", &form);
        assert_eq!(response.status(), 200, "{}", response.text());
        response.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(super) fn tokens(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.token(AUDIENCE)).collect()
    }

    /// Starts a verifier that notices changes quickly.
    pub(super) fn jwt(&self) -> JwtBuilder<RemoteKeys> {
        const SECOND: Duration = Duration::from_secs(1);
        Jwt::discover(self.issuer()).audience(AUDIENCE).cool_down(SECOND).refresh_between(SECOND, SECOND)
    }
}

fn spawn(port: u16, keys: &Path) -> (Child, SocketAddr) {
    let mut process = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/oidc/openid-provider/provider.mjs"))
        .env("PORT", port.to_string())
        .env("KEYS", keys)
        // The provider ends when its standard input is closed.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).expect("the provider starts");
    let address = ready["issuer"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
    (process, address)
}

impl Drop for Provider {
    fn drop(&mut self) {
        // The process and the file may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.keys);
    }
}
