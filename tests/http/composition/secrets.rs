//! Paths that do not exist, beside handlers that are hidden from everybody.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::*;

#[require_auth(hide(anonymous))]
#[get("/secret")]
async fn secret() -> &'static str {
    "secret"
}

/// Counts its questions, and cannot be reached for the credential `down`.
fn asked(asked: &Arc<AtomicUsize>) -> Authorizer {
    let asked = Arc::clone(asked);
    let authenticate = move |credential: &Credential<'_>| -> Result<Principal, Refusal> {
        asked.fetch_add(1, Ordering::SeqCst);
        Err(match credential.value() {
            "down" => Refusal::unavailable("the provider is away"),
            _ => InvalidCredential::Inactive.into(),
        })
    };
    Authorizer::builder().bearer(authenticate).build().unwrap()
}

#[test]
fn a_path_that_does_not_exist_works_and_fails_like_one_hidden_from_everybody() {
    let questions = Arc::new(AtomicUsize::new(0));
    let routes = |routes: &mut Routes<'_>| {
        routes.service(secret);
        routes.scope("/inner", |inner| {
            inner.service(secret);
        });
    };
    let server = Server::of(Api::new(asked(&questions), routes).unwrap());
    for (credential, status, times) in [("bad", 404, 1), ("down", 503, 1)] {
        let ask = |path: &str| {
            let before = questions.load(Ordering::SeqCst);
            let response = server.get_as(path, credential);
            (response.status(), questions.load(Ordering::SeqCst) - before, response.masked())
        };
        let hidden = ask("/secret");
        assert_eq!((hidden.0, hidden.1), (status, times), "{credential}");
        for path in ["/inner/secret", "/nothing", "/inner/nothing", "/secret/nothing"] {
            assert_eq!(ask(path), hidden, "{credential} {path}");
        }
    }
    let nobody = server.get("/secret", &[]);
    assert_eq!(nobody.status(), 404);
    for lines in [&[][..], &["authorization: Bearer"], &["authorization: Bearer a, b"]] {
        assert_eq!(server.get("/secret", lines).masked(), nobody.masked(), "{lines:?}");
        assert_eq!(server.get("/nothing", lines).masked(), nobody.masked(), "{lines:?}");
    }
}

#[test]
fn nobody_is_asked_about_a_path_that_does_not_exist_where_nothing_is_hidden_from_everybody() {
    let questions = Arc::new(AtomicUsize::new(0));
    let routes = |routes: &mut Routes<'_>| {
        routes.service(report);
    };
    let server = Server::of(Api::new(asked(&questions), routes).unwrap());
    assert_eq!(server.get_as("/nothing", "down").status(), 404);
    assert_eq!(questions.load(Ordering::SeqCst), 0);
}

#[test]
fn the_secrets_of_one_api_are_kept_where_another_answers_for_unmapped_paths() {
    let asked = asked(&Arc::new(AtomicUsize::new(0)));
    let other = authorizer("other");
    let secret_routes = |routes: &mut Routes<'_>| {
        routes.service(secret);
    };
    let open_routes = |routes: &mut Routes<'_>| {
        routes.service(report);
    };
    for second in [asked.clone(), other.clone()] {
        for secret_first in [true, false] {
            let keeper = Api::new(asked.clone(), secret_routes).unwrap();
            let plain = Api::new(second.clone(), open_routes).unwrap();
            let server = Server::run(move || {
                if secret_first {
                    App::new().configure(keeper.routes()).configure(plain.routes())
                } else {
                    App::new().configure(plain.routes()).configure(keeper.routes())
                }
            });
            for (credential, status) in [("down", 503), ("bad", 404)] {
                let answers = ["/secret", "/nothing"].map(|path| server.get_as(path, credential).masked());
                assert_eq!(answers[0].status(), status);
                assert_eq!(answers[0], answers[1], "{credential}");
            }
        }
    }
    // A group with an authorizer of its own keeps secrets, too.
    let keeper = asked.clone();
    let routes = move |routes: &mut Routes<'_>| {
        routes.group(Group::new("/group").authorizer(&keeper), |group| {
            group.service(secret);
        });
        let hidden = Group::new("/hidden").authorizer(&keeper);
        routes.group(hidden.wrap(keeper.require(Requirement::role("x")).hide(Hide::Anonymous)), |_| {});
    };
    let server = Server::of(Api::new(other, routes).unwrap());
    let nothing = server.get_as("/nothing", "down").masked();
    assert_eq!(nothing.status(), 503);
    for path in ["/group/secret", "/group/nothing", "/hidden/nothing"] {
        assert_eq!(server.get_as(path, "down").masked(), nothing, "{path}");
    }
}
