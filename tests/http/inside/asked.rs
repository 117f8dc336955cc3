//! Resources and actions that ask somebody before they decide.

use std::{io, time::Duration};

use actix_web::{delete, get};
use auth_runtime::{
    Access, Action, Api, Decision, Denial, Lookup, Principal, Resource, Routes, require_auth,
};
use auth_tests::{Issuer, Server, Token, wire::bearer};
use tokio::time::sleep;

/// A task, which only the service of projects knows more about.
struct Task(u64);

impl Resource for Task {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok((*lookup.id() < 10).then_some(Self(*lookup.id())))
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        false
    }

    async fn check_visibility(&self, lookup: &Lookup<()>) -> Result<bool, Denial> {
        sleep(Duration::from_millis(2)).await;
        match self.0 {
            3 => Err(io::Error::other("the service of projects is on fire"))?,
            4 => Err(Denial::Forbidden),
            5 => Err(Denial::Unavailable { retry_after: Duration::from_secs(9), cause: "gone".to_owned() }),
            _ => Ok(lookup.principal().subject() == Some("alice")),
        }
    }
}

enum Close {}

impl Action<Task> for Close {
    fn authorize(_: &Principal, _: &Task) -> Decision {
        Decision::Deny(Denial::Forbidden)
    }

    async fn check(task: &Task, _: &Lookup<()>) -> Result<Decision, Denial> {
        sleep(Duration::from_millis(2)).await;
        match task.0 {
            6 => Err(io::Error::other("the service of projects is on fire"))?,
            7 => Err(Denial::Refused("somebody works on it")),
            8 => Ok(Decision::Deny(Denial::Invisible)),
            id => Ok(Decision::from(id == 1)),
        }
    }
}

/// An action that decides alone, on a resource that asks.
enum Print {}

impl Action<Task> for Print {
    fn authorize(_: &Principal, task: &Task) -> Decision {
        Decision::from(task.0 == 1)
    }
}

#[require_auth]
#[get("/tasks/{id}")]
async fn show(task: Access<Task>) -> String {
    task.0.to_string()
}

#[require_auth]
#[get("/prints/{id}")]
async fn print(task: Access<Task, Print>) -> String {
    task.0.to_string()
}

#[require_auth]
#[delete("/tasks/{id}")]
async fn close(task: Access<Task, Close>) -> String {
    task.0.to_string()
}

fn start() -> Server {
    let routes = |routes: &mut Routes<'_>| {
        routes.service(show).service(print).service(close);
    };
    Server::of(Api::new(Issuer::default().authorizer(), routes).unwrap())
}

#[test]
fn a_resource_that_asks_is_visible_to_whom_the_answer_says() {
    let server = start();
    for (method, path, alice, bob) in [
        ("GET", "/tasks/1", 200, 404),
        ("GET", "/tasks/2", 200, 404),
        ("GET", "/tasks/4", 404, 404),
        ("GET", "/tasks/11", 404, 404),
        ("GET", "/prints/1", 200, 404),
        ("GET", "/prints/2", 403, 404),
        ("DELETE", "/tasks/1", 200, 404),
        ("DELETE", "/tasks/2", 403, 404),
        ("DELETE", "/tasks/7", 403, 404),
        ("DELETE", "/tasks/8", 404, 404),
    ] {
        for (token, status) in [(Token::alice(), alice), (Token::bob(), bob)] {
            let response = server.send(method, path, &[&bearer(token.signed())]);
            assert_eq!(response.status(), status, "{method} {path}");
        }
    }
}

#[test]
fn a_failure_of_who_is_asked_is_never_a_404() {
    let server = start();
    let alice = bearer(Token::alice().signed());
    for (method, path) in [("GET", "/tasks/3"), ("DELETE", "/tasks/6")] {
        let failed = server.send(method, path, &[&alice, "x-expect: 500"]);
        assert_eq!(failed.status(), 500, "{method} {path}");
    }
    let away = server.send("GET", "/tasks/5", &[&alice]);
    assert_eq!((away.status(), away.field("retry-after")), (503, Some("9")));
}
