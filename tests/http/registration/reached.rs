//! Routes with wildcards before them: refused if nothing is left over for them, and marked otherwise.

use actix_web::{Responder, get, guard, http::Method, route};
use auth_runtime::{Group, Routes, public, require_role};
use auth_tests::Token;
use serde_json::json;

use super::{api, generic, serve};

#[public("a page for everything else")]
#[get("/{path:.*}")]
async fn page() -> impl Responder {
    "page"
}

#[require_role("admin")]
#[route("/admin", method = "GET", method = "DELETE")]
async fn admin() -> impl Responder {
    "admin"
}

fn refused(routes: impl Fn(&mut Routes<'_>)) -> String {
    api(routes).map(|_| ()).unwrap_err().to_string()
}

fn add(routes: &mut Routes<'_>, paths: &[&str]) {
    for path in paths {
        routes.route(path, Method::GET, generic::<u32>);
    }
}

#[test]
fn a_tail_before_a_route_is_refused() {
    let error = refused(|routes| {
        routes.service(page).service(admin);
    });
    for part in [
        "::admin` (",
        "at `GET /admin` would never be asked, because",
        "::page` (",
        "at `/{path:.*}` before it",
    ] {
        assert!(error.contains(part), "{error}");
    }
    // actix-web would have answered an anonymous caller.
    let server = auth_tests::Server::start(|config| {
        config.service(page).service(admin);
    });
    assert_eq!(server.get("/admin", &[]).text(), "page");
}

#[test]
fn what_takes_everything_is_refused_in_whatever_way_it_is_written() {
    for paths in [
        &["/{all}*", "/a"] as &[&str],
        &["/{all:.*}", "/{id}"],
        &["/a/{all}*", "/a/b/{id}"],
        &["/{id:[^/]*}", "/{id}"],
        &["/{id:[0-9]+}", "/{id:\\d{4}}"],
        &["/{id:[a-z]+}", "/{x:a|b}"],
        &["/a", "/b", "/{x:a|b}"],
        &["/{all:.*}.json", "/{name}.json"],
        &["/a/{id:\\d+}", "/a/7"],
    ] {
        let error = refused(|routes| add(routes, paths));
        let last = paths.last().unwrap();
        assert!(error.contains(&format!("at `GET {last}` would never be asked, because")), "{error}");
    }
    for (paths, partly) in [
        (&["/{id:[0-9]+}", "/{id}"] as &[&str], true),
        (&["/a", "/{x:a|b|c}"], true),
        (&["/a/{all:.+}", "/a/"], false),
        (&["/{id}", "/"], false),
        (&["/{id:\\d+}", "/a"], false),
        (&["/a/{all}*", "/{all}*"], true),
        (&["/{a}/b", "/a/{b}"], true),
    ] {
        let api = api(|routes: &mut Routes<'_>| add(routes, paths)).unwrap();
        let last = api.endpoints().iter().find(|row| row.path == *paths.last().unwrap()).unwrap();
        assert_eq!(!last.partly_answered_by.is_empty(), partly, "{paths:?}");
    }
}

#[test]
fn a_route_inside_a_scope_is_compared_with_those_around_it() {
    let outside = refused(|routes| {
        add(routes, &["/v1/{all}*"]);
        routes.scope("/v1", |v1| add(v1, &["/a"]));
    });
    assert!(outside.contains("at `GET /v1/a` would never be asked"), "{outside}");
    let scope = refused(|routes| {
        routes.scope("/{tenant:[a-z]+}", |tenant| add(tenant, &["/a"]));
        add(routes, &["/shop/b"]);
    });
    assert!(scope.contains("because the scope `/{tenant:[a-z]+}` before it takes its prefix"), "{scope}");
    // A guard around both changes nothing between them.
    let guarded = refused(|routes| {
        routes.group(Group::new("").guard(guard::Host("a.example")), |group| add(group, &["/{all}*", "/a"]));
    });
    assert!(guarded.contains("at `GET /a` would never be asked"), "{guarded}");
}

#[test]
fn a_route_that_no_path_leads_to_is_refused() {
    let nowhere = refused(|routes| add(routes, &[""]));
    assert!(nowhere.contains("because no path leads to it; correct its path"), "{nowhere}");
    // The prefix takes the whole path.
    let greedy = refused(|routes| {
        routes.scope("/{all:.*}", |all| add(all, &["/a"]));
    });
    assert!(greedy.contains("because no path leads to it"), "{greedy}");
    // What two prefixes leave over is not decided, so the route is accepted: `/x/7b/a1/a` reaches it.
    let two = api(|routes: &mut Routes<'_>| {
        routes.scope("/{first:[^7]*}", |first| {
            first.scope("/{second:.*b}", |second| add(second, &["/a{p}/{q:a|b}"]));
        });
    });
    assert!(two.is_ok());
    for path in ["/a*", "/{id", "/{id:(}", "/{}", "/{id:a}*"] {
        let unreadable = refused(|routes| add(routes, &[path]));
        assert!(
            unreadable.contains(&format!("the path `{path}` is one that actix-web cannot read")),
            "{unreadable}"
        );
    }
}

#[test]
fn the_table_marks_what_is_answered_in_part() {
    let all = |routes: &mut Routes<'_>| {
        routes.service(admin);
        routes.scope("/v1", |v1| add(v1, &["/a"]));
        routes.group(Group::new("/v2").guard(guard::Host("a.example")), |v2| add(v2, &["/a"]));
        routes.service(page);
    };
    let api = api(all).unwrap();
    let marked: Vec<_> = api.endpoints().iter().filter(|row| !row.partly_answered_by.is_empty()).collect();
    assert_eq!(marked.len(), 1);
    let names = ["http::registration::reached::admin", "scope /v1", "scope /v2"];
    assert_eq!(marked[0].partly_answered_by, names);
    let row = serde_json::to_value(marked[0]).unwrap();
    assert_eq!((&row["path"], &row["partly_answered_by"]), (&json!("/{path:.*}"), &json!(names)));
    let text = api.endpoints().to_string();
    assert!(text.contains("GET         /{path:.*} (partly)  public"), "{text}");
    let note = "partly: `GET /{path:.*}` of `http::registration::reached::page`: some paths are answered first by \
                `http::registration::reached::admin`, `scope /v1`, `scope /v2`";
    assert_eq!(text.lines().last(), Some(note));
    assert!(api.endpoints().to_markdown().ends_with(&format!("\n\n{note}\n")));
    let server = serve(all);
    assert_eq!(
        (server.get("/admin", &[]).status(), server.get("/else/where", &[]).text()),
        (401, "page".to_owned())
    );
    assert_eq!(
        server.get_as("/admin", Token::of("root").claim("roles", ["admin"].as_slice()).signed()).text(),
        "admin"
    );
}
