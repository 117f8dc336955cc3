//! CK: the store of sessions, and what is answered without it.

use std::{
    collections::HashMap,
    future,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use actix_session::storage::{
    CookieSessionStore, LoadError, SaveError, SessionKey, SessionStore, UpdateError,
};
use actix_web::{
    App,
    cookie::{Key, time},
    post, web,
};
use auth_runtime::{
    Api, Authorizer, public,
    session::{Session, Sessions},
};
use auth_tests::{
    Server,
    invariants::assert_unavailable,
    log,
    wire::{bearer, request},
};

use super::{Redis, Shop, cookie, health, login, me, open, principal, routes};

type State = HashMap<String, String>;

/// A store that a test takes away.
#[derive(Clone, Default)]
struct Shaky {
    /// 0 if the store works, 1 if it fails, and 2 if it does not answer.
    state: Arc<AtomicU8>,
    store: Arc<CookieSessionStore>,
}

impl Shaky {
    async fn check(&self) -> std::io::Result<()> {
        match self.state.load(Ordering::SeqCst) {
            0 => Ok(()),
            1 => Err(std::io::Error::other("no connection")),
            _ => future::pending().await,
        }
    }
}

impl SessionStore for Shaky {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        self.check().await.map_err(|error| LoadError::Other(error.into()))?;
        self.store.load(key).await
    }

    async fn save(&self, state: State, ttl: &time::Duration) -> Result<SessionKey, SaveError> {
        self.check().await.map_err(|error| SaveError::Other(error.into()))?;
        self.store.save(state, ttl).await
    }

    async fn update(
        &self,
        key: SessionKey,
        state: State,
        ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.check().await.map_err(|error| UpdateError::Other(error.into()))?;
        self.store.update(key, state, ttl).await
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &time::Duration) -> Result<(), anyhow::Error> {
        self.check().await?;
        self.store.update_ttl(key, ttl).await
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        self.check().await?;
        self.store.delete(key).await
    }
}

#[test]
fn ck_12_a_store_that_is_away_is_503_where_a_session_is_needed_and_there_alone() {
    let store = Shaky::default();
    let shop = Shop::start(store.clone(), |sessions| sessions);
    let alice = shop.log_in("alice");
    for state in [1, 2] {
        store.state.store(state, Ordering::SeqCst);
        assert_unavailable(&shop.server.get("/me", &[&alice]), "a principal is needed");
        assert_unavailable(&shop.server.get("/secret", &[&alice]), "a failure is not hidden");
        assert_unavailable(&shop.server.get("/basket", &[&alice]), "the data is needed");
        assert_unavailable(&shop.submit_login("alice", &[]), "the login cannot be stored");
        assert_eq!(shop.status("GET", "/me", &[]), 401, "without a cookie nothing is asked");
        let begin = Instant::now();
        assert_eq!(shop.status("GET", "/health", &[&alice]), 200);
        assert!(begin.elapsed() < Duration::from_secs(1), "a public handler waits for no store");
        assert_eq!(shop.server.get("/pub", &[&alice]).text(), "anonymous");
    }
    store.state.store(0, Ordering::SeqCst);
    assert_eq!(shop.status("GET", "/me", &[&alice]), 200);
}

#[test]
fn ck_12_a_redis_that_is_away_is_503_where_a_session_is_needed_and_there_alone() {
    let Some(shop) = Shop::in_redis("ck12") else { return };
    let redis = shop.redis.as_ref().unwrap();
    let alice = shop.log_in("alice");
    redis.freeze();
    assert_unavailable(&shop.server.get("/me", &[&alice]), "frozen");
    assert_eq!(shop.status("GET", "/health", &[&alice]), 200);
    redis.thaw();
    assert_eq!(shop.status("GET", "/me", &[&alice]), 200, "nothing was lost");
    redis.kill();
    assert_unavailable(&shop.server.get("/me", &[&alice]), "killed");
    assert_unavailable(&shop.submit_login("alice", &[]), "killed");
    assert_eq!(shop.status("GET", "/health", &[&alice]), 200);
}

#[test]
fn ck_12_a_missing_middleware_is_500_and_the_log_says_what_to_wrap() {
    log::keep();
    let sessions = Sessions::new(CookieSessionStore::default(), Key::from(&[7; 64]));
    let authorizer = Authorizer::builder().scheme(sessions.scheme(principal)).build().unwrap();
    let server = Server::of(Api::new(authorizer, routes).unwrap());
    let expected = "x-expect: 500";
    let form = ["content-type: application/x-www-form-urlencoded", expected];
    assert_eq!(server.raw(request("POST", "/login", &form, "name=alice")).status(), 500);
    assert_eq!(server.get("/me", &["cookie: __Host-session=x", expected]).status(), 500);
    assert_eq!(server.get("/health", &["cookie: __Host-session=x"]).status(), 200);
    assert_eq!(server.get("/pub", &["cookie: __Host-session=x"]).status(), 200);
    assert_eq!(server.get("/me", &[]).status(), 401);
    assert!(log::lines().contains("wrap the application in `.wrap(sessions.middleware())`"));
}

#[test]
fn ck_12_a_gate_around_the_middleware_is_500_and_within_it_is_none() {
    let sessions = Sessions::new(CookieSessionStore::default(), Key::from(&[7; 64]));
    let authorizer = Authorizer::builder().scheme(sessions.scheme(principal)).build().unwrap();
    let api = Api::new(authorizer.clone(), routes).unwrap();
    let (inner, outer) = (sessions.clone(), authorizer.clone());
    let right = {
        let api = api.clone();
        let (sessions, authorizer) = (sessions.clone(), authorizer.clone());
        Server::run(move || {
            App::new().configure(api.routes()).wrap(authorizer.gate()).wrap(sessions.middleware())
        })
    };
    let wrong =
        Server::run(move || App::new().configure(api.routes()).wrap(inner.middleware()).wrap(outer.gate()));
    let form = ["content-type: application/x-www-form-urlencoded"];
    let alice = cookie(&right.raw(request("POST", "/login", &form, "name=alice")));
    assert_eq!(right.get("/me", &[&alice]).text(), "alice");
    assert_eq!(wrong.get("/me", &[&alice, "x-expect: 500"]).status(), 500);
    assert_eq!(wrong.get("/health", &[&alice]).status(), 200);
}

#[public("everybody may watch a session end")]
#[post("/end-elsewhere")]
async fn end_elsewhere(
    session: Session,
    redis: web::Data<Redis>,
) -> Result<&'static str, auth_runtime::session::InsertError> {
    session.insert("note", "something")?;
    redis.command("FLUSHALL");
    Ok("done")
}

#[test]
fn a_session_that_ended_in_the_meantime_does_not_come_back() {
    let Some(redis) = Redis::start("come back") else { return };
    let sessions = Sessions::new(redis.store(), Key::from(&[7; 64]));
    let authorizer = Authorizer::builder().scheme(sessions.scheme(principal)).build().unwrap();
    let api = Api::new(authorizer, |routes| {
        routes.service(end_elsewhere).service(login).service(me).service(health).service(open);
    })
    .unwrap();
    let data = web::Data::new(redis.clone());
    let server = Server::run(move || {
        App::new().app_data(data.clone()).configure(api.routes()).wrap(sessions.middleware())
    });
    let form = ["content-type: application/x-www-form-urlencoded"];
    let alice = cookie(&server.raw(request("POST", "/login", &form, "name=alice")));
    let response = server.send("POST", "/end-elsewhere", &[&alice]);
    assert_eq!((response.status(), response.field("set-cookie")), (200, None));
    assert_eq!(server.get("/me", &[&alice]).status(), 401);
    assert_eq!(redis.command("DBSIZE"), ":0");
}

#[test]
fn a_session_beside_tokens_changes_nothing_for_them() {
    let store = Shaky::default();
    let sessions = Sessions::new(store.clone(), Key::from(&[7; 64]));
    let people =
        |_: &auth_runtime::Credential<'_>| Ok(auth_runtime::Principal::builder().subject("robot").build());
    let authorizer = Authorizer::builder().bearer(people).scheme(sessions.scheme(principal)).build().unwrap();
    let api = Api::new(authorizer, routes).unwrap();
    let server = Server::run(move || App::new().configure(api.routes()).wrap(sessions.middleware()));
    let form = ["content-type: application/x-www-form-urlencoded"];
    let alice = cookie(&server.raw(request("POST", "/login", &form, "name=alice")));
    store.state.store(2, Ordering::SeqCst);
    let response = server.send("POST", "/me", &[&bearer("token"), &alice, "sec-fetch-site: cross-site"]);
    assert_eq!((response.text(), response.field("cache-control")), ("robot".to_owned(), None));
}
