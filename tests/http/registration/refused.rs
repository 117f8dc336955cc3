//! Registrations that are refused.

use actix_web::{Responder, get, guard, http::Method, web};
use auth_runtime::{Group, Routes, public, require_auth};

use super::{api, change, generic, list};

#[require_auth]
#[get("/items")]
async fn items() -> impl Responder {
    "items"
}

/// actix-web asks no other route for a path that begins with a scope's prefix.
#[test]
fn a_route_that_would_never_be_asked_is_refused() {
    let refused = |routes: fn(&mut Routes<'_>)| api(routes).map(|_| ()).unwrap_err().to_string();
    let twice = refused(|routes| {
        routes.scope("/v1", |v1| {
            v1.service(items);
        });
        routes.scope("/v1", |v1| {
            v1.service(list);
        });
    });
    assert!(
        twice.contains("the scope at `/v1` would never be asked, because the scope `/v1` before it"),
        "{twice}"
    );
    let behind = refused(|routes| {
        routes.scope("/{version}", |version| {
            version.service(items);
        });
        routes.route("/v1/items", Method::GET, generic::<u32>);
    });
    assert!(behind.contains("at `/v1/items` would never be asked"), "{behind}");
    let swallowed = refused(|routes| {
        routes.scope("", |all| {
            all.service(items);
        });
        routes.service(list);
    });
    assert!(
        swallowed.contains('(') && swallowed.contains("at `/orders` would never be asked"),
        "{swallowed}"
    );
    assert_every_route_is_asked();
}

/// Asserts that routes are registered if the scopes stand in the other order, beside each other or behind a guard.
fn assert_every_route_is_asked() {
    let asked = api(|routes: &mut Routes<'_>| {
        routes.group(Group::new("/v1").guard(guard::Host("a.example")), |v1| {
            v1.service(items);
        });
        routes.service(list).route("/v1/items", Method::GET, generic::<u32>);
        routes.scope("/v1", |v1| {
            v1.scope("/a", |a| {
                a.service(items);
            });
            v1.scope("/b", |b| {
                b.service(items);
            });
        });
        routes.scope("/v10", |v10| {
            v10.service(items);
        });
    });
    assert_eq!(asked.unwrap().endpoints().iter().count(), 6);
}

#[test]
fn a_wildcard_before_a_route_is_refused() {
    #[public("a wildcard")]
    #[get("/{anything}")]
    async fn wildcard() -> impl Responder {
        "anything"
    }
    let error = api(|routes: &mut Routes<'_>| {
        routes.service(wildcard).service(list);
    });
    let error = error.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("at `GET /orders` would never be asked, because"), "{error}");
    assert!(error.contains("; register it first"), "{error}");
    api(|routes: &mut Routes<'_>| {
        routes.service(list).service(wildcard).service(change);
    })
    .unwrap();
    let slash = api(|routes: &mut Routes<'_>| {
        routes.scope("/v1/", |_| {});
    });
    assert!(slash.map(|_| ()).unwrap_err().to_string().contains("ends in a slash"));
}

#[test]
fn an_open_service_needs_a_reason() {
    let silent = api(|routes: &mut Routes<'_>| {
        routes.public_service("/files", "  ", web::resource("/files"));
    });
    let error = silent.map(|_| ()).unwrap_err();
    assert_eq!(error.setting(), "routes");
    assert!(error.to_string().contains("is open without a reason; say why"));
}
