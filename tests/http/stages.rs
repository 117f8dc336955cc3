//! The order of stages: authorization comes first, then one argument after the other.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{
    App, FromRequest, HttpRequest,
    body::BoxBody,
    dev::{Payload, ServiceRequest},
    error::ErrorImATeapot,
    middleware::{Next, from_fn},
    web,
};
use auth_runtime::{
    Authorizer, Credential, Principal, Refusal, authenticate::Authentication, require_auth, require_scope,
};
use auth_tests::{Issuer, Server, Token, wire::bearer};
use serde::Deserialize;
use tokio::time::sleep;

/// A list of what happened, in order.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn write(&self, entry: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry.into());
    }

    fn read(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An argument that takes its time, and that fails if the query says so.
struct Slow<const N: u8>;

impl<const N: u8> FromRequest for Slow<N> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let diary = request.app_data::<web::Data<Diary>>().unwrap().clone();
        diary.write(format!("{N} starts"));
        let fails = request.query_string().contains(&format!("fail={N}"));
        Box::pin(async move {
            // An earlier argument is slower than a later one, so that concurrent extraction would end in another order.
            sleep(Duration::from_millis(40 / u64::from(N))).await;
            diary.write(format!("{N} ends"));
            if fails { Err(ErrorImATeapot(format!("argument {N}"))) } else { Ok(Self) }
        })
    }
}

/// Authenticates in 50 ms.
fn slowly(credential: &Credential<'_>) -> Authentication {
    let known = credential.value() == "open-sesame";
    Authentication::later(async move {
        sleep(Duration::from_millis(50)).await;
        if known { Ok(ali()) } else { Err(Refusal::invalid("a wrong word")) }
    })
}

fn ali() -> Principal {
    Principal::builder().subject("ali").scope("orders:read").build()
}

#[derive(Deserialize)]
struct Page {
    #[allow(dead_code, reason = "it only has to be there")]
    number: u32,
}

#[require_scope("orders:read")]
async fn all(_: web::Path<u32>, _: web::Query<Page>, _: Slow<1>, _: web::Json<u32>) -> &'static str {
    "done"
}

#[require_auth]
async fn in_order(_: Slow<1>, _: Slow<2>, _: Slow<3>) -> &'static str {
    "done"
}

#[require_auth]
async fn who(first: Principal, second: Option<Principal>) -> String {
    format!("{:?} {:?}", first.subject(), second.map(|second| second.subject().map(str::to_owned)))
}

fn start(authorizer: Authorizer) -> (Server, Diary) {
    let diary = Diary::default();
    let written = diary.clone();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).app_data(web::Data::new(written.clone()));
        config.route("/all/{id}", web::post().to(all));
        config.route("/in-order", web::get().to(in_order)).route("/who", web::get().to(who));
    });
    (server, diary)
}

fn slow() -> (Server, Diary) {
    start(Authorizer::builder().bearer(slowly).build().unwrap())
}

#[test]
fn slow_authentication_comes_before_everything_that_is_malformed() {
    let (server, diary) = slow();
    for (path, body) in [("/all/x?number=1", "1"), ("/all/1", "1"), ("/all/1?number=1", "{"), ("/all/x", "{")]
    {
        assert_eq!(server.send_json("POST", path, &[], body).status(), 401, "{path}");
        let response = server.send_json("POST", path, &["authorization: Bearer wrong"], body);
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(diary.read(), [""; 0], "{path}");
        // A caller who is allowed in is told what is malformed.
        let told = server.send_json("POST", path, &["authorization: Bearer open-sesame"], body).status();
        assert!(matches!(told, 400 | 404), "{path}: {told}");
        diary.read();
    }
    let good = server.send_json("POST", "/all/1?number=1", &["authorization: Bearer open-sesame"], "1");
    assert_eq!(good.text(), "done");
}

#[test]
fn arguments_are_extracted_one_after_the_other() {
    for (server, diary) in [slow(), start(Authorizer::builder().bearer(at_once).build().unwrap())] {
        let ask =
            |query: &str| server.get(&format!("/in-order{query}"), &["authorization: Bearer open-sesame"]);
        assert_eq!(ask("").text(), "done");
        assert_eq!(diary.read(), ["1 starts", "1 ends", "2 starts", "2 ends", "3 starts", "3 ends"]);
        // The first argument that refuses answers, however slow it is, and later arguments are not started.
        assert_eq!(ask("?fail=1&fail=3").text(), "argument 1");
        assert_eq!(diary.read(), ["1 starts", "1 ends"]);
        assert_eq!(ask("?fail=2&fail=3").text(), "argument 2");
        assert_eq!(diary.read(), ["1 starts", "1 ends", "2 starts", "2 ends"]);
    }
}

#[expect(clippy::unnecessary_wraps, reason = "authenticators may fail")]
fn at_once(_: &Credential<'_>) -> Result<Principal, Refusal> {
    Ok(ali())
}

#[test]
fn a_request_is_authenticated_once() {
    let asked = Diary::default();
    let counted = asked.clone();
    let counting = move |credential: &Credential<'_>| {
        counted.write(credential.scheme());
        at_once(credential)
    };
    let (server, _) = start(Authorizer::builder().bearer(counting).build().unwrap());
    let response = server.get("/who", &["authorization: Bearer open-sesame"]);
    assert_eq!(response.text(), r#"Some("ali") Some(Some("ali"))"#);
    assert_eq!(asked.read(), ["Bearer"]);
}

/// Accepts every credential, after a while.
fn slow_for_all(_: &Credential<'_>) -> Authentication {
    Authentication::later(async {
        sleep(Duration::from_millis(20)).await;
        Ok(ali())
    })
}

#[test]
fn the_principal_of_one_authorizer_is_nobody_for_another() {
    use actix_web::{
        App, HttpMessage as _,
        body::BoxBody,
        dev::ServiceRequest,
        middleware::{Next, from_fn},
    };

    // A middleware of the outer scope authenticates with the outer authorizer, and the inner scope trusts another
    // issuer.
    let outer = Authorizer::builder().bearer(slow_for_all).build().unwrap();
    let inner = Issuer::default().authorizer();
    let server = Server::run(move || {
        let scope = web::scope("/inner").app_data(inner.clone()).route("/who", web::get().to(who));
        App::new().app_data(outer.clone()).service(scope).wrap(from_fn(
            |mut request: ServiceRequest, next: Next<BoxBody>| async move {
                // The principal is extracted before the rest is called, because an extraction holds the request.
                request.extract::<Principal>().await?;
                // A principal that the middleware puts into the request counts for nothing.
                request.extensions_mut().insert(Principal::builder().subject("mallory").build());
                next.call(request).await
            },
        ))
    });
    assert_eq!(server.get("/inner/who", &["authorization: Bearer open-sesame"]).status(), 401);
    let token = bearer(Token::alice().signed());
    assert!(server.get("/inner/who", &[&token]).text().contains("alice"));
}

/// A middleware may ask for the principal after the handler, without authenticating once more.
#[test]
fn who_is_asked_once_is_asked_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let authenticate = move |_: &Credential<'_>| {
        let times = count.fetch_add(1, Ordering::SeqCst);
        Authentication::later(async move {
            if times == 0 { Ok(ali()) } else { Err(Refusal::invalid("it was used")) }
        })
    };
    let authorizer = Authorizer::builder().bearer(authenticate).build().unwrap();
    let server = Server::run(move || {
        let audit = |request: ServiceRequest, next: Next<BoxBody>| async move {
            let answer = next.call(request).await?;
            assert!(Principal::extract(answer.request()).await.is_ok());
            Ok(answer)
        };
        App::new().app_data(authorizer.clone()).wrap(from_fn(audit)).route("/plain", web::get().to(plain))
    });
    assert_eq!(server.get("/plain", &["authorization: Bearer once"]).text(), "plain");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[require_auth]
async fn plain() -> &'static str {
    "plain"
}
