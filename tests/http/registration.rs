//! Registration, which takes only handlers that state their authorization, and its access table.

mod matrix;
mod reached;
mod refused;
mod services;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{
    HttpResponse, Responder, get, guard, http::Method, middleware::DefaultHeaders, post, route, routes,
    scope, web,
};
use auth_runtime::{
    Api, ConfigError, Group, Roles, Routes, Scopes, public, require, require_auth, require_role,
    require_scope,
};
use auth_tests::{Issuer, Server, Token, wire::bearer};
use serde_json::json;

#[derive(Scopes)]
enum Orders {
    #[wire("orders", implies = [Write])]
    All,
    #[wire("orders:write", implies = [Read])]
    Write,
    #[wire("orders:read")]
    Read,
}

#[derive(Roles)]
enum Groups {
    #[wire("admin", implies = [Auditor])]
    Admin,
    #[wire("auditor")]
    Auditor,
}

#[public("the load balancer polls it")]
#[get("/health")]
async fn health() -> impl Responder {
    "ok"
}

#[require_scope(Orders::Read)]
#[get("/orders")]
async fn list() -> impl Responder {
    "orders"
}

#[require_scope(Orders::Write, hide)]
#[route("/orders/{id}", method = "PUT", method = "DELETE")]
async fn change(id: web::Path<u64>) -> impl Responder {
    format!("changed {id}")
}

#[require_role(Groups::Auditor, hide(anonymous))]
#[routes]
#[get("/audit")]
#[get("/audit/{year}")]
async fn audit() -> impl Responder {
    "nothing to complain about"
}

#[require(any(role(Groups::Admin), scope("reports:read")))]
async fn report(name: web::Data<String>) -> impl Responder {
    format!("of {}", name.as_str())
}

#[require_auth]
async fn generic<T: 'static + Default + ToString>() -> impl Responder {
    T::default().to_string()
}

#[scope("/inner")]
mod inner {
    use actix_web::{Responder, get};
    use auth_runtime::require_auth;

    #[require_auth]
    #[get("/me")]
    pub(super) async fn me() -> impl Responder {
        "you"
    }
}

fn all(routes: &mut Routes<'_>) {
    routes.service(health).app_data(web::Data::new("everything".to_owned()));
    routes.public_service(
        "/metrics",
        "scraped inside the cluster",
        web::resource("/metrics").to(HttpResponse::Ok),
    );
    routes.scope("/v1", |v1| {
        v1.service(list).service(inner::me);
        v1.scope("/deep", |deep| {
            deep.service(change).service(audit).route("count", Method::GET, generic::<u32>);
        });
    });
    let admin = Group::new("/admin")
        .app_data(web::Data::new("the admins".to_owned()))
        .guard(guard::Header("x-site", "admin"))
        .wrap(DefaultHeaders::new().add(("x-wrapped", "yes")));
    routes.group(admin, |admin| {
        admin.route("/report", Method::GET, report);
    });
    routes.route("/report", Method::GET, report);
}

fn api<F: Fn(&mut Routes<'_>)>(routes: F) -> Result<Api<F>, ConfigError> {
    Api::new(Issuer::default().authorizer(), routes)
}

fn serve(routes: impl Fn(&mut Routes<'_>) + Clone + Send + 'static) -> Server {
    Server::of(api(routes).unwrap())
}

#[test]
fn the_table_has_every_route_and_nothing_else() {
    let api = api(all).unwrap();
    let shown: Vec<_> = api
        .endpoints()
        .iter()
        .map(|endpoint| format!("{} {}", endpoint.methods.join(","), endpoint.path))
        .collect();
    assert_eq!(
        shown,
        [
            "GET /admin/report",
            "GET /health",
            " /metrics",
            "GET /report",
            "GET /v1/deep/audit",
            "GET /v1/deep/audit/{year}",
            "GET /v1/deep/count",
            "DELETE,PUT /v1/deep/orders/{id}",
            "GET /v1/inner/me",
            "GET /v1/orders",
        ]
    );
    let text = api.endpoints().to_string();
    let lines: Vec<_> = text.lines().collect();
    let columns: Vec<_> = lines[0].split("  ").map(str::trim).filter(|column| !column.is_empty()).collect();
    assert_eq!(columns, ["METHOD", "PATH", "ACCESS", "401", "403", "404", "AUTHORIZER", "HANDLER"]);
    let cells: Vec<_> = lines[8].split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let handler = "http::registration::change";
    assert_eq!(
        cells,
        [
            "DELETE PUT",
            "/v1/deep/orders/{id}",
            "scope(any(\"orders:write\", \"orders\"))",
            "anonymous",
            "others",
            "orders",
            handler
        ]
    );
    let begin = lines[0].find("HANDLER");
    assert!(
        lines.iter().skip(1).all(|line| line.find("http::").or(line.find("actix_web::")) == begin),
        "{text}"
    );
    assert!(lines.iter().all(|line| line.trim_end() == *line));
    let markdown = api.endpoints().to_markdown();
    assert_eq!(markdown.lines().count(), shown.len() + 2);
    assert!(markdown.contains(
        "| `GET` | `/health` | `public: the load balancer polls it` |  |  |  | `orders` | `http::registration::health` |"
    ));
}

#[test]
fn the_table_is_data() {
    let api = api(all).unwrap();
    let rows: serde_json::Value = serde_json::from_str(&api.endpoints().to_json()).unwrap();
    assert_eq!(rows, serde_json::to_value(api.endpoints()).unwrap());
    let row = |path: &str| {
        let mut row = rows.as_array().unwrap().iter().find(|row| row["path"] == path).unwrap().clone();
        let place = (row["file"].take(), row["line"].take());
        (row, place)
    };
    let (yearly, (file, line)) = row("/v1/deep/audit/{year}");
    assert_eq!(
        yearly,
        json!({
            "path": "/v1/deep/audit/{year}", "methods": ["GET"], "requirement": "role(any(\"auditor\", \"admin\"))", "authorizer": "orders",
            "denied": { "401": [], "403": [], "404": ["anonymous", "role(any(\"auditor\", \"admin\"))"] },
            "public": null, "access": [], "when": null, "handler": "http::registration::audit", "file": null, "line": null,
        })
    );
    assert!(file.as_str().unwrap().ends_with("http/registration.rs"));
    let expected = include_str!("registration.rs")
        .lines()
        .position(|line| line.contains("Groups::Auditor, hide"))
        .unwrap();
    assert_eq!(line, expected + 1);
    let (metrics, place) = row("/metrics");
    assert_eq!(
        (metrics["public"].as_str(), place),
        (Some("scraped inside the cluster"), (json!(null), json!(null)))
    );
    let (generic, _) = row("/v1/deep/count");
    assert_eq!(generic["handler"], "http::registration::generic<u32>");
}

#[test]
fn what_is_registered_is_what_answers() {
    let registrations = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&registrations);
    let server = serve(move |routes: &mut Routes<'_>| {
        counted.fetch_add(1, Ordering::SeqCst);
        all(routes);
    });
    let alice = bearer(Token::of("alice").claim("scope", "orders").claim("roles", json!(["admin"])).signed());
    let bob = bearer(Token::of("bob").claim("scope", "orders:read").signed());
    for (method, path, lines, anonymous, as_bob, as_alice) in [
        ("GET", "/health", "", 200, 200, 200),
        ("GET", "/metrics", "", 200, 200, 200),
        ("GET", "/v1/orders", "", 401, 200, 200),
        ("PUT", "/v1/deep/orders/7", "", 401, 404, 200),
        ("DELETE", "/v1/deep/orders/7", "", 401, 404, 200),
        ("GET", "/v1/deep/audit", "", 404, 404, 200),
        ("GET", "/v1/deep/audit/2026", "", 404, 404, 200),
        ("GET", "/v1/deep/count", "", 401, 200, 200),
        ("GET", "/v1/inner/me", "", 401, 200, 200),
        ("GET", "/report", "", 401, 403, 200),
        ("GET", "/admin/report", "x-site: admin", 401, 403, 200),
        ("GET", "/admin/report", "x-site: other", 404, 404, 404),
    ] {
        for (credential, status) in [("x-none: 1", anonymous), (&bob, as_bob), (&alice, as_alice)] {
            let line = if lines.is_empty() { "x-none: 1" } else { lines };
            let response = server.send(method, path, &[line, credential]);
            assert_eq!(response.status(), status, "{method} {path} {line}");
            let wrapped = path.starts_with("/admin") && line == "x-site: admin";
            assert_eq!(response.field("x-wrapped").is_some(), wrapped, "{method} {path}");
        }
    }
    assert_eq!(server.get("/report", &[&alice]).text(), "of everything");
    assert_eq!(server.get("/admin/report", &[&alice, "x-site: admin"]).text(), "of the admins");
    // The routes are registered once for the table and once for the only worker.
    assert_eq!(registrations.load(Ordering::SeqCst), 2);
}

#[test]
fn x_08_a_broader_scope_covers_the_narrower() {
    let server = serve(all);
    let status = |path: &str, scope: &str, role: &str| {
        server
            .get_as(path, Token::of("a").claim("scope", scope).claim("roles", json!([role])).signed())
            .status()
    };
    for (scope, answer) in
        [("orders", 200), ("orders:write", 200), ("orders:read", 200), ("order", 403), ("orders:", 403)]
    {
        assert_eq!(status("/v1/orders", scope, ""), answer, "{scope}");
    }
    assert_eq!(status("/v1/deep/audit", "", "admin"), 200);
    assert_eq!(status("/v1/deep/audit", "", "auditor"), 200);
    assert_eq!(status("/v1/deep/audit", "admin", ""), 404);
    assert_eq!(Orders::All.as_scope().name(), Orders::All.name());
    assert_eq!(Groups::ALL.len(), 2);
}

/// Handlers whose methods and paths are alike.
mod same_path {
    use super::{Responder, get, guard, post, public, require_auth, route};

    #[public("first")]
    #[get("/orders/{id}")]
    pub(super) async fn first() -> impl Responder {
        "first"
    }

    #[require_auth]
    #[route("/{order}", method = "GET", method = "HEAD")]
    pub(super) async fn second() -> impl Responder {
        "second"
    }

    #[require_auth]
    #[get("/orders/{id:\\d+}")]
    pub(super) async fn numbers() -> impl Responder {
        "numbers"
    }

    #[require_auth]
    #[post("/orders/{id}")]
    pub(super) async fn other() -> impl Responder {
        "other"
    }

    #[require_auth]
    #[get("/orders/{id}", guard = "never")]
    pub(super) async fn guarded() -> impl Responder {
        "guarded"
    }

    fn never(_: &guard::GuardContext<'_>) -> bool {
        false
    }
}

/// A second registration of the same method and path would never answer.
#[test]
fn a_method_and_path_are_registered_once() {
    use self::same_path::{first, guarded, numbers, other, second};

    let twice = api(|routes: &mut Routes<'_>| {
        routes.service(first).scope("/orders", |orders| {
            orders.service(second);
        });
    });
    let error = twice.map(|_| ()).unwrap_err().to_string();
    for part in [
        "`routes`: `GET /orders/{id}` is registered twice, by `",
        "::first` (",
        "::second` (",
        "registration.rs:",
        "; leave one out",
    ] {
        assert!(error.contains(part), "{error}");
    }
    api(|routes: &mut Routes<'_>| {
        routes.group(Group::new("").guard(guard::Host("a.example")), |group| {
            group.service(first);
        });
        routes.service(guarded).service(numbers).service(first).service(other);
    })
    .unwrap();
}
