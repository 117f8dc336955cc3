//! Mistakes of an application's author that show at run time.

use std::{fmt, io, pin::Pin};

use actix_web::{Either, FromRequest, HttpRequest, ResponseError, dev::Payload, http::Method, put, web};
use auth_runtime::{Access, Api, Denial, Denied, Read, Routes, public, require_auth};
use auth_tests::{Server, log};

use super::{Cancel, Order, Shop, Shops, alice, builder, generic, show, start};

// The following handlers take an `Access` inside an extractor that turns the refusal into something else.

#[require_auth]
#[put("/swallowed/tuple/{id}")]
async fn in_a_tuple(_: Option<(Access<Order>,)>) -> &'static str {
    "extracted"
}

#[require_auth]
#[put("/swallowed/deeper/{id}")]
async fn deeper(_: Result<Option<Access<Order, Cancel>>, actix_web::Error>) -> &'static str {
    "extracted"
}

#[require_auth]
#[put("/swallowed/error/{id}")]
async fn with_an_error(_: Result<Access<Order>, Mistake>) -> &'static str {
    "extracted"
}

#[require_auth(when = is_asked())]
#[put("/swallowed/rule/{id}")]
async fn behind_a_rule(_: Either<(Access<Order>,), web::Bytes>) -> &'static str {
    "extracted"
}

fn is_asked() -> bool {
    panic!("the rule is asked");
}

#[require_auth]
#[put("/swallowed/side/{id}")]
async fn on_the_other_side(_: Either<Fixed, Access<Order>>) -> &'static str {
    "extracted"
}

#[public("to see what it does")]
#[put("/swallowed/public/{id}")]
async fn open(_: Option<(Access<Order>,)>) -> &'static str {
    "extracted"
}

#[require_auth]
async fn under_a_parameter<T: FromRequest + 'static>(_: T) -> &'static str {
    "extracted"
}

/// An error of the application's.
#[derive(Debug)]
struct Mistake;

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mistake")
    }
}

impl From<Denied> for Mistake {
    fn from(_: Denied) -> Self {
        Self
    }
}

impl ResponseError for Mistake {}

/// An extractor that fails, and that is not `Unpin`. So the compiler does not see the `Access` beside it.
struct Fixed(std::marker::PhantomPinned);

impl FromRequest for Fixed {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(async { Err(actix_web::error::ErrorBadRequest("fixed")) })
    }
}

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(in_a_tuple).service(deeper).service(with_an_error).service(behind_a_rule);
    routes.service(on_the_other_side).service(open);
    let parameter = under_a_parameter::<Option<Access<Order>>>;
    routes.route("/swallowed/parameter/{id}", Method::PUT, parameter);
}

#[test]
fn a_refusal_that_an_extractor_swallows_is_500() {
    log::keep();
    let Shops { server, loads } = start();
    for what in ["tuple", "deeper", "error", "rule", "side", "parameter", "public"] {
        for id in [1, 2, 999] {
            let path = format!("/swallowed/{what}/{id}");
            let status = |who: &str| server.send("PUT", &path, &[who, "x-expect: 500"]).status();
            assert_eq!(status(&alice()), 500, "{path}");
            assert_eq!(status("x-nobody: 1"), if what == "public" { 500 } else { 401 }, "{path}");
        }
    }
    assert_eq!(loads.take(), 0);
    let lines = log::lines();
    // Each is logged once, three ids for one caller, or for two.
    for (what, times) in [("tuple", 3), ("side", 3), ("public", 6)] {
        let path = format!("/swallowed/{what}/");
        let logged = |line: &&str| line.contains(&path) && line.contains("inside another extractor");
        assert_eq!(lines.lines().filter(logged).count(), times, "{what}: {lines}");
    }
}

#[test]
fn a_function_for_reading_is_not_registered_for_a_method_that_changes_things() {
    #[require_auth]
    async fn remove(_order: Access<Order>) -> &'static str {
        "removed"
    }
    #[require_auth]
    async fn remove_from(_order: Access<Order>, _same: Access<Order, Cancel>) -> &'static str {
        "removed"
    }
    let refused = |method: Method| {
        let register = move |routes: &mut Routes<'_>| {
            routes.scope("/v1", |v1| {
                v1.route("/orders/{id}", method.clone(), remove);
            });
        };
        Api::new(builder().build().unwrap(), register).map(|_| ()).map_err(|error| error.to_string())
    };
    for (method, action) in [
        (Method::DELETE, "Delete"),
        (Method::PATCH, "Change"),
        (Method::POST, "Create"),
        (Method::PUT, "Replace"),
        (Method::CONNECT, "Change"),
        (Method::from_bytes(b"PURGE").unwrap(), "Change"),
    ] {
        let error = refused(method.clone()).unwrap_err();
        let place = "resources/mistakes.rs:";
        assert!(error.contains("`Access<Order>` of `") && error.contains(place), "{error}");
        assert!(error.contains(&format!("at `{method} /v1/orders/{{id}}` only checks")), "{error}");
        let advice = format!(
            "declare `struct {action}; impl Action<Order> for {action} {{ .. }}` and take `Access<Order, {action}>`"
        );
        assert!(error.contains(&advice), "{error}");
    }
    for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE] {
        assert_eq!(refused(method), Ok(()));
    }
    // The type of a parameter counts, and one resource with an action is enough.
    let register = |routes: &mut Routes<'_>| {
        routes.route("/orders/{id}", Method::DELETE, generic::<Read>);
    };
    assert!(Api::new(builder().build().unwrap(), register).is_err());
    let register = |routes: &mut Routes<'_>| {
        routes.route("/orders/{id}", Method::DELETE, generic::<Cancel>);
        routes.route("/orders/{id}/more", Method::DELETE, remove_from);
    };
    Api::new(builder().build().unwrap(), register).unwrap();
}

#[test]
fn a_resource_that_the_compiler_does_not_see_is_refused() {
    log::keep();
    let Shops { server, loads } = start();
    for what in ["bare", "tuple", "second", "public", "parameter"] {
        for id in [1, 2, 999] {
            let body = r#"{"item":"tea"}"#;
            let send = |who: &str| {
                server.send_json("PUT", &format!("/unseen/{what}/{id}"), &[who, "x-expect: 500"], body)
            };
            let status = if what == "second" && id != 1 { 404 } else { 500 };
            assert_eq!(send(&alice()).status(), status, "{what} {id}");
            assert_eq!(send("x-nobody: 1").status(), 401, "{what} {id}");
        }
    }
    // Only the `Access` that the compiler sees was loaded, once for each of three ids.
    assert_eq!(loads.take(), 3);
    assert!(log::lines().contains("an `Access` or a `Resources` stands inside another extractor"));
}

#[test]
fn a_path_with_other_parameters_is_an_error_that_says_so() {
    let authorizer = builder().build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).route("/orders", web::get().to(generic::<Read>));
    });
    assert_eq!(server.get("/orders", &[&alice(), "x-expect: 500"]).status(), 500);
    // A path with parameters of other names is an error as well.
    let authorizer = builder().build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).route("/{other}/{shelf}", web::get().to(shelf_of));
    });
    assert_eq!(server.get("/a/3", &[&alice(), "x-expect: 500"]).status(), 500);
}

#[require_auth]
async fn shelf_of(_shop: Access<Shop>) -> &'static str {
    "a shop"
}

#[test]
fn what_is_logged_stays_on_its_line() {
    let denial = Denial::from(io::Error::other("no\nINFO allowed"));
    assert_eq!(denial.to_string(), r"the decision failed: no\nINFO allowed");
}

#[test]
fn a_store_that_was_forgotten_is_500_and_says_so() {
    log::keep();
    let authorizer = builder().build().unwrap();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).service(show);
    });
    assert_eq!(server.get("/orders/1", &[&alice(), "x-expect: 500"]).status(), 500);
    let lines = log::lines();
    assert!(
        lines.contains(
            "no `web::Data<http::resources::Loads>` in the app; add it with `.app_data(web::Data::new(..))`"
        ),
        "{lines}"
    );
}
