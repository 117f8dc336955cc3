//! CK: requests that pages of other sites send, with a session.

use auth_tests::wire::{Connection, request};

use super::{IDLE, Shop};

const METHODS: [&str; 8] = ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE"];

fn is_safe(method: &str) -> bool {
    METHODS[..4].contains(&method)
}

#[test]
fn ck_04_an_unsafe_method_by_cookie_has_to_come_from_this_site() {
    let shop = Shop::in_cookies();
    let alice = shop.log_in("alice");
    for method in METHODS {
        for (site, is_own) in
            [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false), ("", false)]
        {
            let site = format!("sec-fetch-site: {site}");
            let response = shop.server.send(method, "/me", &[&alice, &site]);
            let expected = if is_own || is_safe(method) { 200 } else { 403 };
            assert_eq!((response.status(), response.challenges().len()), (expected, 0), "{method} {site}");
        }
        let twice = ["sec-fetch-site: same-origin", "sec-fetch-site: same-origin", &alice];
        let expected = if is_safe(method) { 200 } else { 403 };
        assert_eq!(shop.status(method, "/me", &twice), expected, "{method}");
    }
}

#[test]
fn ck_05_without_fetch_metadata_the_origin_decides() {
    let shop = Shop::in_cookies();
    let alice = shop.log_in("alice");
    for method in METHODS {
        for (origin, is_own) in [
            ("https://orders.example", true),
            ("http://orders.example", true),
            ("https://app.example", true),
            ("http://app.example", false),
            ("https://app.example:8443", false),
            ("https://orders.example:8443", false),
            ("https://orders.example.evil.example", false),
            ("https://evil.example", false),
            ("orders.example", false),
            ("null", false),
            ("", false),
        ] {
            let line = format!("origin: {origin}");
            let expected = if is_own || is_safe(method) { 200 } else { 403 };
            assert_eq!(shop.status(method, "/me", &[&alice, &line]), expected, "{method} {line}");
        }
        assert_eq!(shop.status(method, "/me", &[&alice]), 200, "{method}: no browser");
        let twice = [&*alice, "origin: https://orders.example", "origin: https://orders.example"];
        let expected = if is_safe(method) { 200 } else { 403 };
        assert_eq!(shop.status(method, "/me", &twice), expected, "{method}");
    }
}

#[test]
fn ck_06_the_same_site_is_not_the_same_origin() {
    let shop = Shop::in_cookies();
    let alice = shop.log_in("alice");
    let sibling = |origin: &str| {
        let origin = format!("origin: {origin}");
        shop.status("POST", "/me", &[&alice, "sec-fetch-site: same-site", &origin])
    };
    assert_eq!(sibling("https://blog.example"), 403);
    assert_eq!(sibling("https://orders.example"), 403, "a browser would have said same-origin");
    assert_eq!(sibling("null"), 403);
    assert_eq!(sibling("https://app.example"), 200, "it is listed");
}

#[test]
fn ck_07_a_web_socket_by_cookie_has_to_come_from_this_site() {
    let shop = Shop::in_cookies();
    let alice = shop.log_in("alice");
    let upgrade = ["connection: upgrade", "upgrade: websocket", &*alice];
    for (line, status) in [
        ("sec-fetch-site: cross-site", 403),
        ("sec-fetch-site: same-site", 403),
        ("origin: https://evil.example", 403),
        ("sec-fetch-site: same-origin", 200),
        ("origin: https://app.example", 200),
        ("accept: */*", 200),
    ] {
        let lines = [&upgrade[..], &[line]].concat();
        let mut connection = Connection::open(&shop.server);
        connection.send(request("GET", "/me", &lines, "").as_bytes()).unwrap();
        assert_eq!(connection.receive(true).unwrap().status(), status, "{line}");
    }
}

#[test]
fn ck_09_who_comes_before_from_where() {
    let shop = Shop::in_cookies();
    let alice = shop.log_in("alice");
    let status = |path: &str| shop.status("POST", path, &[&alice, "sec-fetch-site: cross-site"]);
    assert_eq!(status("/me"), 403);
    shop.time.set(IDLE);
    assert_eq!(status("/me"), 401);
    assert_eq!(status("/secret"), 401);
}

#[test]
fn ck_11_the_refusal_is_hidden_where_the_handler_is() {
    let shop = Shop::in_cookies();
    let keeper = shop.log_in("keeper");
    assert_eq!(shop.status("POST", "/secret", &[&keeper, "sec-fetch-site: same-origin"]), 200);
    let post = |path: &str| shop.server.send("POST", path, &[&keeper, "sec-fetch-site: cross-site"]);
    let hidden = post("/secret");
    assert_eq!(hidden.status(), 404);
    assert_eq!(hidden.masked(), post("/nothing").masked());
}

#[test]
fn ck_04_a_public_handler_does_not_know_the_caller_whom_another_site_sends() {
    let shop = Shop::in_cookies();
    let alice = shop.log_in("alice");
    let cross = "sec-fetch-site: cross-site";
    let answer = |method: &str, path: &str, lines: &[&str]| {
        let response = shop.server.send(method, path, lines);
        assert_eq!(response.field("set-cookie"), None, "{method} {path}");
        (response.status(), response.text())
    };
    assert_eq!(answer("POST", "/pub", &[&alice, cross]), (200, "anonymous".to_owned()));
    assert_eq!(answer("GET", "/pub", &[&alice, cross]), (200, "alice".to_owned()));
    assert_eq!(answer("POST", "/pub", &[&alice]), (200, "alice".to_owned()));
    for lines in [&[&*alice, cross] as &[&str], &[cross]] {
        assert_eq!(answer("POST", "/basket", lines).0, 403, "a session is not changed from outside");
        assert_eq!(answer("POST", "/basket/empty", lines).0, 403);
        assert_eq!(answer("GET", "/basket", lines).0, 200);
    }
}

#[test]
fn se_07_answers_to_a_session_are_private_without_a_gate() {
    for shop in Shop::all("se07") {
        let alice = shop.log_in("alice");
        let stored = |path: &str, lines: &[&str]| {
            let response = shop.server.get(path, lines);
            (response.status(), response.field("cache-control").map(str::to_owned))
        };
        assert_eq!(stored("/me", &[&alice]), (200, Some("private".to_owned())));
        assert_eq!(stored("/pub", &[&alice]), (200, Some("private".to_owned())));
        assert_eq!(stored("/pub", &[]), (200, None));
        assert_eq!(stored("/health", &[&alice]), (200, None));
        assert_eq!(stored("/keepers", &[&alice]), (403, Some("no-store".to_owned())));
        assert_eq!(stored("/secret", &[&alice]), (404, Some("no-store".to_owned())));
    }
}
