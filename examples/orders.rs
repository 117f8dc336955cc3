//! A small order service: every answer that authorization can give, with real tokens.
//!
//! `cargo run --bin orders` serves on 127.0.0.1:8080 (`PORT` overrides it) and prints a `curl` line for every identity
//! and route. `cargo run --bin orders -- token alice` prints a token that a running instance accepts, and
//! `cargo run --bin orders -- endpoints` who may reach what.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a terminal")]

use std::{
    env,
    error::Error,
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_runtime::{Algorithm, Api, Authorizer, ConfigError, Jwt, Key};
use serde_json::json;
use shop::routes;

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://orders.example";
/// Whoever reads this can sign tokens for the example. A real service holds its issuer's public key instead.
const SECRET: &[u8] = b"the example's secret, known to everybody";

fn authorizer() -> Result<Authorizer, ConfigError> {
    let jwt = Jwt::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .key(Key::secret(Algorithm::HS256, SECRET))
        .build()?;
    Authorizer::builder().realm("orders").bearer(jwt).build()
}

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => serve().await,
        ["endpoints"] => print_endpoints(),
        ["token", name] => print_token(name),
        _ => Err("usage: orders [endpoints | token NAME]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    shop::serve(Api::new(authorizer()?, routes)?, print_requests).await
}

fn print_endpoints() -> Result<(), Box<dyn Error>> {
    print!("{}", Api::new(authorizer()?, routes)?.endpoints());
    Ok(())
}

// ── the identities ──────────────────────────────────────────────────────────────────────────────────────────────────

const NAMES: [&str; 5] = ["alice", "bob", "admin", "auditor", "expired"];

/// The part of the issuer, which is elsewhere in real life.
fn token(name: &str) -> Result<String, Box<dyn Error>> {
    const HOUR: Duration = Duration::from_hours(1);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let (subject, scope, roles): (_, _, &[&str]) = match name {
        "alice" | "expired" => ("alice", "orders:read orders:write", &[]),
        "bob" => ("bob", "orders:read", &[]),
        "admin" => ("admin", "", &["admin"]),
        "auditor" => ("auditor", "orders:read", &["auditor"]),
        _ => return Err(format!("`{name}` is nobody here; there are {}", NAMES.join(", ")).into()),
    };
    let expires = if name == "expired" { now.saturating_sub(HOUR) } else { now + 24 * HOUR };
    let claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "scope": scope, "roles": roles,
        "iat": now.as_secs(), "exp": expires.as_secs(),
    });
    let header = jsonwebtoken::Header { typ: Some("at+jwt".to_owned()), ..jsonwebtoken::Header::default() };
    Ok(jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(SECRET))?)
}

fn print_token(name: &str) -> Result<(), Box<dyn Error>> {
    println!("{}", token(name)?);
    Ok(())
}

fn print_requests(base: &str) -> Result<(), Box<dyn Error>> {
    const REQUESTS: [(&str, &str); 8] = [
        ("GET", "/health"),
        ("GET", "/me"),
        ("GET", "/orders"),
        ("POST", "/orders"),
        ("GET", "/orders/1"),
        ("DELETE", "/orders/1"),
        ("GET", "/admin/report"),
        ("GET", "/audit"),
    ];
    const BODY: &str = r#" -H 'Content-Type: application/json' -d '{"item":"milk","quantity":1}'"#;
    for name in ["anonymous"].iter().chain(&NAMES) {
        println!("\n# {name}");
        let credential = match *name {
            "anonymous" => String::new(),
            name => format!(" -H 'Authorization: Bearer {}'", token(name)?),
        };
        for (method, path) in REQUESTS {
            let body = if method == "POST" { BODY } else { "" };
            println!("curl -i -X {method} {base}{path}{credential}{body}");
        }
    }
    println!("\nserving on {base}");
    Ok(())
}
