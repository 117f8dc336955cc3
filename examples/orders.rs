//! A small order service with real tokens, which shows every answer that authorization can give.
//!
//! `cargo run --bin orders` serves on 127.0.0.1:8080 (`PORT` overrides it) and prints a `curl` line for every identity
//! and route. `cargo run --bin orders -- token alice` prints a token that a running instance accepts.
//! `cargo run --bin orders -- endpoints` prints who may reach what, and `cargo run --bin orders -- matrix` prints what
//! each identity is answered.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a terminal")]

use std::{env, error::Error, process::ExitCode};

use auth_runtime::{Api, Authorizer, ConfigError};
use shop::{
    issuer::{self, Identity},
    routes,
};

const AUDIENCE: &str = "https://orders.example";

fn authorizer() -> Result<Authorizer, ConfigError> {
    Authorizer::builder().realm("orders").bearer(issuer::jwt(AUDIENCE)?).build()
}

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => serve().await,
        ["endpoints"] => print_endpoints(),
        ["matrix"] => print_matrix(),
        ["token", name] => print_token(name),
        _ => Err("usage: orders [endpoints | matrix | token NAME]".into()),
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

fn print_matrix() -> Result<(), Box<dyn Error>> {
    print!("{}", issuer::matrix(Api::new(authorizer()?, routes)?.endpoints(), &IDENTITIES));
    Ok(())
}

// ── the identities ──────────────────────────────────────────────────────────────────────────────────────────────────

const IDENTITIES: [Identity; 5] = [
    Identity::new("alice").scope("orders:read orders:write"),
    Identity::new("bob").scope("orders:read"),
    Identity::new("admin").roles(&["admin"]),
    Identity::new("auditor").scope("orders:read").roles(&["auditor"]),
    Identity::new("expired").subject("alice").scope("orders:read orders:write").expired(),
];

fn print_token(name: &str) -> Result<(), Box<dyn Error>> {
    println!("{}", issuer::find(&IDENTITIES, name)?.token(AUDIENCE)?);
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
    for identity in [None].into_iter().chain(IDENTITIES.iter().map(Some)) {
        println!("\n# {}", identity.map_or("anonymous", |identity| identity.name));
        let credential = match identity {
            None => String::new(),
            Some(identity) => format!(" -H 'Authorization: Bearer {}'", identity.token(AUDIENCE)?),
        };
        for (method, path) in REQUESTS {
            let body = if method == "POST" { BODY } else { "" };
            println!("curl -i -X {method} {base}{path}{credential}{body}");
        }
    }
    println!("\nserving on {base}");
    Ok(())
}
