//! A desk for notes that people reach in every way that a service has: with a bearer token, an API key, a session of
//! their browser, or a name and a password.
//!
//! `cargo run --bin desk` serves on 127.0.0.1:8080 (`PORT` overrides it); open it with a browser, or copy one of the
//! `curl` lines that it prints. `cargo run --bin desk -- token alice` prints a bearer token and
//! `cargo run --bin desk -- key alice` an API key for `X-Api-Key`. The password of alice is `alice opens the door`, and
//! those of bob and root are alike. `cargo run --bin desk -- endpoints` prints who may reach what, and
//! `cargo run --bin desk -- matrix` what each of them is answered.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a terminal")]

#[path = "desk/login.rs"]
mod login;
#[path = "desk/notes.rs"]
mod notes;
#[path = "desk/people.rs"]
mod people;
#[path = "desk/sessions.rs"]
mod sessions;

use std::{env, error::Error, process::ExitCode};

use actix_web::{App, HttpServer, middleware::from_fn, web};
use auth_runtime::{
    Api, Authorizer, ConfigError, Routes, basic::Basic, endpoints::Endpoints, session::Sessions,
};
use shop::issuer::{self, ISSUER};
use sqlx::{SqlitePool, sqlite::SqlitePoolOptions};

const AUDIENCE: &str = "https://desk.example";

/// What the application is made of.
#[derive(Clone)]
struct Desk {
    store: SqlitePool,
    passwords: Basic,
    sessions: Sessions,
}

impl Desk {
    fn new() -> Result<Self, sqlx::Error> {
        let store = store()?;
        let (passwords, sessions) = (people::passwords(store.clone()), sessions::sessions(store.clone()));
        Ok(Self { store, passwords, sessions })
    }

    /// Accepts every way of a person. All of them name one issuer, so a person has one `Principal::id`.
    fn authorizer(&self) -> Result<Authorizer, ConfigError> {
        Authorizer::builder()
            .realm("desk")
            .bearer(issuer::jwt(AUDIENCE)?)
            .scheme(people::keys(self.store.clone()).header("x-api-key").issuer(ISSUER))
            .scheme(people::session(&self.sessions, self.store.clone()).issuer(ISSUER))
            // Basic is accepted and not asked for, so no browser opens its dialog.
            .scheme(self.passwords.clone())
            .denial_body(login::in_place_of_401)
            .build()
    }

    fn api(&self) -> Result<Api<fn(&mut Routes<'_>)>, ConfigError> {
        Api::new(self.authorizer()?, routes)
    }
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(login::show_form).service(login::log_in).service(login::log_out).service(login::me);
    routes.service(notes::list).service(notes::create).service(notes::remove);
}

/// Makes a store in memory, with the people and two notes.
fn store() -> Result<SqlitePool, sqlx::Error> {
    // The pool has one connection that stays open, because each connection would have its own store.
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = pool.after_connect(|connection, _| {
        let statements = sqlx::raw_sql(include_str!("desk/store.sql"));
        Box::pin(async move { statements.execute(connection).await.map(drop) })
    });
    pool.connect_lazy("sqlite::memory:")
}

async fn serve() -> Result<(), Box<dyn Error>> {
    shop::print_log();
    let desk = Desk::new()?;
    let (api, sessions) = (desk.api()?, desk.sessions);
    let (store, passwords) = (web::Data::new(desk.store), web::Data::new(desk.passwords));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(store.clone())
            .app_data(passwords.clone())
            .configure(api.routes())
            .wrap(from_fn(shop::log))
            .wrap(sessions.middleware())
    })
    .workers(2)
    .bind(("127.0.0.1", shop::port()?))?;
    for address in server.addrs() {
        print_requests(&format!("http://{address}"))?;
    }
    Ok(server.run().await?)
}

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => serve().await,
        ["endpoints"] => with_endpoints(|endpoints| print!("{endpoints}")),
        ["matrix"] => with_endpoints(|endpoints| print!("{}", issuer::matrix(endpoints, &people::PEOPLE))),
        ["token", name] => people::token(name).map(|token| println!("{token}")),
        ["key", name] => people::key(name).map(|key| println!("{key}")),
        _ => Err("usage: desk [endpoints | matrix | token NAME | key NAME]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn with_endpoints(print: impl Fn(&Endpoints)) -> Result<(), Box<dyn Error>> {
    print(Desk::new()?.api()?.endpoints());
    Ok(())
}

fn print_requests(base: &str) -> Result<(), Box<dyn Error>> {
    const REQUESTS: [(&str, &str); 4] =
        [("GET", "/me"), ("GET", "/notes"), ("POST", "/notes"), ("DELETE", "/notes/1")];
    const BODY: &str = r#" -H 'Content-Type: application/json' -d '{"text":"buy milk"}'"#;
    for person in &people::PEOPLE {
        let name = person.name;
        println!("\n# {name}, who logs in first and then comes in four ways");
        println!(
            "curl -i -c {name}.cookies {base}/login -d 'name={name}' -d 'password={name} opens the door'"
        );
        let ways = [
            format!("-b {name}.cookies"),
            format!("-H 'Authorization: Bearer {}'", people::token(name)?),
            format!("-H 'X-Api-Key: {}'", people::key(name)?),
            format!("-u '{name}:{name} opens the door'"),
        ];
        for way in ways {
            for (method, path) in REQUESTS {
                let body = if method == "POST" { BODY } else { "" };
                println!("curl -i -X {method} {base}{path} {way}{body}");
            }
        }
    }
    println!("\nserving on {base}");
    Ok(())
}

#[cfg(test)]
#[path = "desk/tests.rs"]
mod tests;
