//! BA-08 and the work that a password is: how much, how many at once, and what is never hashed.

use std::time::{Duration, Instant};

use auth_runtime::{
    Authorizer, Principal,
    basic::{Basic, StoredUser},
    store::Unavailable,
};
use auth_tests::{
    Server,
    invariants::assert_unavailable,
    report,
    wire::{Connection, request},
};

use super::{PASSWORD, SLOW, Users, alice, basic, serve, service};

/// Returns how long a request takes that is refused.
fn time(server: &Server, line: &str) -> Duration {
    let begin = Instant::now();
    assert_eq!(server.get("/me", &[line]).status(), 401);
    begin.elapsed()
}

#[test]
fn ba_08_an_unknown_user_is_hashed_like_a_known_one() {
    let users = Users::new();
    users.set("slow", SLOW);
    let server = serve(users.basic().at_once(1).wait_at_most(Duration::ZERO));
    // While an unknown user is hashed, nobody else has a turn. The cost is that of the known user before.
    let is_hashed = || {
        let known = time(&server, &basic("slow:x"));
        users.asked();
        let (begin, mut unknown) = (Instant::now(), Connection::open(&server));
        unknown.send(request("GET", "/me", &[&basic("nobody:x")], "").as_bytes()).unwrap();
        while users.asked().is_empty() {
            std::thread::yield_now();
        }
        let other = server.get("/me", &[&alice()]).status();
        assert_eq!(unknown.receive(false).unwrap().status(), 401);
        report(&format!("BA-08: {:?} for an unknown user, {known:?} for a known one", begin.elapsed()));
        other == 503
    };
    assert!((0..10).any(|_| is_hashed()), "an unknown user costs nothing");
}

#[test]
fn a_credential_that_is_too_long_is_not_hashed() {
    let users = Users::new();
    let server = users.serve();
    for length in [1_600, 10_000, 80_000] {
        let line = basic(format!("alice:{}", "a".repeat(length)));
        let response = server.get("/me", &[&line]);
        assert_eq!(response.status(), 401, "{length}");
    }
    let huge = server.get("/me", &[&basic("a:".repeat(1 << 20))]);
    assert!((400..500).contains(&huge.status()), "{}", huge.status_line);
    assert_eq!(users.asked(), [""; 0]);
    let longest = "x".repeat(1_024);
    users.set("long", &Basic::hash(&longest).unwrap());
    assert_eq!(server.get("/me", &[&basic(format!("long:{longest}"))]).status(), 200);
    assert!(Basic::hash(&"x".repeat(1_025)).is_err());
}

#[test]
fn a_request_that_waits_too_long_for_its_turn_is_503() {
    let users = Users::new();
    users.set("slow", SLOW);
    let server = serve(users.basic().at_once(1).wait_at_most(Duration::ZERO));
    assert_eq!(server.get("/me", &[&alice()]).status(), 200, "without waiting");
    let mut slow = Connection::open(&server);
    slow.send(request("GET", "/me", &[&basic("slow:x")], "").as_bytes()).unwrap();
    let begin = Instant::now();
    let refused = loop {
        let response = server.get("/me", &[&alice()]);
        if response.status() != 200 {
            break response;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "it never waits");
    };
    assert_unavailable(&refused, "the only turn is taken");
    assert_eq!(server.get("/login", &[]).status(), 200, "the workers are free");
    assert_eq!(slow.receive(false).unwrap().status(), 401);
    assert_eq!(server.get("/me", &[&alice()]).status(), 200, "the turn is given back");
}

#[test]
fn requests_wait_for_their_turn() {
    let users = Users::new();
    let server = serve(users.basic().at_once(1).wait_at_most(Duration::from_mins(1)));
    let head = request("GET", "/me", &[&alice()], "");
    let mut connections: Vec<_> = (0..8).map(|_| Connection::open(&server)).collect();
    for connection in &mut connections {
        connection.send(head.as_bytes()).unwrap();
    }
    for connection in &mut connections {
        assert_eq!(connection.receive(false).unwrap().text(), "alice by Basic");
    }
    // Whoever leaves while waiting takes no turn away.
    for _ in 0..8 {
        Connection::open(&server).send(head.as_bytes()).unwrap();
    }
    assert_eq!(server.get("/me", &[&alice()]).status(), 200);
    let none = Authorizer::builder().scheme(users.basic().advertised().at_once(0)).build().unwrap_err();
    assert_eq!(none.setting(), "at_once");
}

#[test]
fn a_store_of_users_that_is_away_is_503() {
    let users = Users::new();
    let away = users.clone();
    let later = async move |name: &str| -> Result<Option<StoredUser>, Unavailable> {
        tokio::task::yield_now().await;
        away.find(name)
    };
    for server in [users.serve(), serve(Basic::new(later))] {
        for (is_away, status) in [(false, 401), (true, 503), (false, 401)] {
            users.content().is_away = is_away;
            for line in [basic("alice:wrong"), basic("nobody:wrong")] {
                let response = server.get("/me", &[&line]);
                assert_eq!(response.status(), status);
                if is_away {
                    assert_unavailable(&response, "the users are away");
                }
            }
        }
    }
}

#[test]
fn a_password_is_remembered_only_if_that_is_said() {
    let users = Users::new();
    let server = users.serve();
    for _ in 0..3 {
        assert_eq!(server.get("/me", &[&alice()]).status(), 200);
    }
    assert_eq!(users.asked(), ["alice"; 3]);
    let clock = users.clone();
    let remembering = users.basic().advertised().remember_for(Duration::from_secs(30));
    let server = service(Authorizer::builder().scheme(remembering).clock(move || clock.time()));
    for _ in 0..3 {
        assert_eq!(server.get("/me", &[&alice()]).status(), 200);
        assert_eq!(server.get("/me", &[&basic("alice:wrong")]).status(), 401);
    }
    assert_eq!(users.asked(), ["alice"; 4], "a refusal is not remembered");
    users.set("alice", "!");
    users.content().now = 29;
    assert_eq!(server.get("/me", &[&alice()]).status(), 200);
    users.content().now = 30;
    assert_eq!(server.get("/me", &[&alice()]).status(), 401);
}

#[test]
fn a_remembered_password_is_not_hashed_again_for_the_pages_of_other_sites() {
    let users = Users::new();
    let remembering = users.basic().advertised().remember_for(Duration::from_secs(30));
    let clock = users.clone();
    let server = service(Authorizer::builder().scheme(remembering).clock(move || clock.time()));
    for line in ["sec-fetch-site: cross-site", "origin: https://evil.example"] {
        assert_eq!(server.send("POST", "/me", &[&alice(), line]).status(), 403, "{line}");
    }
    assert_eq!(server.get("/me", &[&alice()]).status(), 200);
    assert_eq!(users.asked(), ["alice"]);
}

#[test]
fn a_user_ends_at_the_end_of_the_principal() {
    let users = Users::new();
    let server = users.serve();
    for (now, status) in [(999, 200), (1_000, 401)] {
        users.content().now = now;
        assert_eq!(server.get("/me", &[&alice()]).status(), status, "{now}");
    }
}

#[test]
fn the_principal_of_a_user_has_its_issuer() {
    let hash = Basic::hash(PASSWORD).unwrap();
    let users = move |name: &str| {
        let principal = Principal::builder().issuer("https://id.example").subject(name).build();
        Ok(Some(StoredUser::new(hash.clone(), principal)))
    };
    let authorizer = Authorizer::builder().scheme(Basic::new(users).advertised()).build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).service(super::super::who);
    });
    assert_eq!(server.get("/who", &[&alice()]).text(), "https://id.example alice");
}
