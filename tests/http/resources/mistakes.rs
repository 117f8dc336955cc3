//! Mistakes of an application's author that show at run time.

use std::io;

use actix_web::web;
use auth_runtime::{Access, Denial, Read, require_auth};
use auth_tests::{Server, log};

use super::{Shop, Shops, alice, builder, generic, show, start};

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
    assert!(log::lines().contains("an `Access` stands inside another extractor"));
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
