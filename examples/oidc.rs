//! The order service behind an identity provider, which only has to be named.
//!
//! `ISSUER=https://login.example/realms/shop AUDIENCE=orders cargo run --bin oidc` serves on 127.0.0.1:8080 (`PORT`
//! overrides it). Further settings adapt the service to the provider:
//! - `SCOPES_FROM`, `ROLES_FROM` and `AUDIENCE_FROM` name the claims with scopes, roles and audience, such as `scp`,
//!   `/realm_access/roles` and `client_id`.
//! - With `CLIENT_ID` and `CLIENT_SECRET`, opaque tokens are accepted too, and the provider is asked about each of
//!   them.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a terminal")]

use std::{env, error::Error, process::ExitCode};

use actix_web::{HttpResponse, get, web};
use auth_runtime::{Api, Authorizer, Issuers, Jwt, Routes, introspection::Introspection, public};

/// Answers that the service is ready once it has keys, so that no request comes earlier.
#[public("the load balancer polls it")]
#[get("/ready")]
async fn ready(jwt: web::Data<Jwt>) -> HttpResponse {
    if jwt.health().keys.is_empty() {
        HttpResponse::ServiceUnavailable().finish()
    } else {
        HttpResponse::Ok().body("ready")
    }
}

/// Returns a setting from the environment.
fn setting(name: &str) -> Result<String, Box<dyn Error>> {
    env::var(name).map_err(|_| format!("`{name}` is not set; see the first lines of examples/oidc.rs").into())
}

fn jwt() -> Result<Jwt, Box<dyn Error>> {
    let mut jwt = Jwt::discover(setting("ISSUER")?).audience(setting("AUDIENCE")?);
    if let Ok(claim) = env::var("SCOPES_FROM") {
        jwt = jwt.scopes_from(claim);
    }
    if let Ok(claim) = env::var("ROLES_FROM") {
        jwt = jwt.roles_from(claim);
    }
    if let Ok(claim) = env::var("AUDIENCE_FROM") {
        jwt = jwt.audience_from(claim);
    }
    Ok(jwt.build()?)
}

fn issuers(jwt: Jwt) -> Result<Issuers, Box<dyn Error>> {
    let issuers = Issuers::new([jwt])?;
    let Ok(client) = env::var("CLIENT_ID") else { return Ok(issuers) };
    let opaque = Introspection::discover(setting("ISSUER")?)
        .client_secret_basic(client, setting("CLIENT_SECRET")?)
        .audience(setting("AUDIENCE")?)
        .build()?;
    Ok(issuers.opaque(opaque))
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let jwt = jwt()?;
    let authorizer = Authorizer::builder().realm("orders").bearer(issuers(jwt.clone())?).build()?;
    let api = Api::new(authorizer, move |routes: &mut Routes<'_>| {
        routes.app_data(web::Data::new(jwt.clone()));
        routes.service(ready);
        shop::routes(routes);
    })?;
    let announce = |base: &str| {
        println!("serving on {base}");
        Ok(())
    };
    shop::serve(api, announce).await
}

#[actix_web::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
