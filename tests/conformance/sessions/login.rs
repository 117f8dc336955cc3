//! CK: logging in and out.

use actix_web::{App, cookie::Key};
use auth_runtime::{
    Api, Authorizer,
    session::{MemoryStore, Sessions},
};
use auth_tests::{Response, Server, wire::request};

use super::{IDLE, Shop, cookie, principal, routes};

#[test]
fn ck_10_logging_in_renews_the_id() {
    for shop in Shop::all("ck10") {
        let planted = cookie(&shop.server.send("POST", "/basket", &[]));
        assert_eq!(shop.status("GET", "/me", &[&planted]), 401, "nobody logged in");
        let fresh = shop.log_in_with("alice", &[&planted]);
        assert_ne!(fresh, planted);
        assert_eq!(shop.server.get("/me", &[&fresh]).text(), "alice");
        assert_eq!(shop.status("GET", "/me", &[&planted]), 401);
        assert_eq!(shop.server.get("/basket", &[&fresh]).text(), "1", "the basket comes along");
        if shop.redis.is_some() {
            assert_eq!(shop.server.get("/basket", &[&planted]).text(), "0", "the store has forgotten it");
        }
    }
}

#[test]
fn ck_10_a_login_over_another_one_drops_its_data() {
    for shop in Shop::all("ck10") {
        let alice = shop.log_in("alice");
        let alice = cookie(&shop.server.send("POST", "/basket", &[&alice]));
        assert_eq!(shop.server.get("/basket", &[&alice]).text(), "1");
        let bob = shop.log_in_with("bob", &[&alice]);
        assert_eq!(shop.server.get("/basket", &[&bob]).text(), "0");
        assert_eq!(shop.server.get("/me", &[&bob]).text(), "bob");
        if shop.redis.is_some() {
            assert_eq!(shop.status("GET", "/me", &[&alice]), 401);
        }
    }
}

#[test]
fn ck_10_a_page_of_another_site_logs_nobody_in() {
    let shop = Shop::in_cookies();
    for (lines, status) in [
        (&["sec-fetch-site: cross-site"] as &[&str], 403),
        (&["sec-fetch-site: same-site"], 403),
        (&["origin: https://evil.example"], 403),
        (&["origin: null"], 403),
        (&["sec-fetch-site: same-site", "origin: https://app.example"], 303),
        (&["sec-fetch-site: same-origin"], 303),
        (&["origin: https://orders.example"], 303),
        (&[], 303),
    ] {
        let response = shop.submit_login("mallory", lines);
        assert_eq!((response.status(), response.challenges().len()), (status, 0), "{lines:?}");
        assert_eq!(response.field("set-cookie").is_some(), status == 303, "{lines:?}");
    }
}

#[test]
fn a_login_leads_back_to_this_service_alone() {
    let shop = Shop::in_cookies();
    let lines = ["content-type: application/x-www-form-urlencoded"];
    for (wanted, location) in [
        ("%2Fme%3Fa%3D1", "/me?a=1"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"),
        ("%2F%09%2Fevil.example", "/"),
        ("%2F%0D%0Ax%3A+y", "/"),
    ] {
        let body = format!("name=alice&return_to={wanted}");
        let response = shop.server.raw(request("POST", "/login", &lines, &body));
        assert_eq!((response.status(), response.field("location")), (303, Some(location)));
    }
}

#[test]
fn logging_out_removes_the_cookie_and_forgets_the_session() {
    for shop in Shop::all("logout") {
        let alice = shop.log_in("alice");
        let response = shop.server.send("POST", "/logout", &[&alice]);
        let removal = response.field("set-cookie").unwrap();
        assert!(removal.starts_with("__Host-session=; "), "{removal}");
        for attribute in ["Max-Age=0", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(removal.split("; ").any(|part| part == attribute), "{removal}");
        }
        if let Some(redis) = &shop.redis {
            assert_eq!(shop.status("GET", "/me", &[&alice]), 401);
            assert_eq!(redis.command("DBSIZE"), ":0");
        }
    }
}

#[test]
fn a_user_whom_the_service_refuses_has_no_session() {
    for shop in Shop::all("refused") {
        let suspended = shop.log_in("suspended");
        assert_eq!(shop.status("GET", "/me", &[&suspended]), 401);
        assert_eq!(shop.server.get("/pub", &[&suspended]).text(), "anonymous");
    }
}

#[test]
fn a_browser_without_data_has_no_session() {
    for shop in Shop::all("data") {
        assert_eq!(shop.server.get("/basket", &[]).field("set-cookie"), None);
        let basket = cookie(&shop.server.send("POST", "/basket", &[]));
        let basket = cookie(&shop.server.send("POST", "/basket", &[&basket]));
        let response = shop.server.get("/basket", &[&basket]);
        assert_eq!((response.text(), response.field("set-cookie")), ("2".to_owned(), None));
        assert_eq!(response.field("cache-control"), Some("private"));
        let response = shop.server.get("/greeting", &[&basket]);
        assert_eq!(
            (response.text(), response.field("cache-control")),
            ("2 things".to_owned(), Some("private"))
        );
        shop.time.set(IDLE / 2);
        let later = cookie(&shop.server.get("/basket", &[&basket]));
        let emptied = cookie(&shop.server.send("POST", "/basket/empty", &[&later]));
        assert_eq!(emptied, "cookie: __Host-session=", "nothing is left to keep");
        assert_eq!(shop.server.get("/basket", &[&emptied]).text(), "0");
    }
}

#[test]
fn the_cookie_says_nothing_and_no_script_reads_it() {
    for shop in Shop::all("cookie") {
        let response = shop.submit_login("alice", &[]);
        let set = response.field("set-cookie").unwrap();
        assert!(set.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{set}");
        assert!(set.starts_with("__Host-session="), "{set}");
        assert!(!set.contains("alice"), "{set}");
        assert_eq!(response.field("cache-control"), Some("private"));
    }
}

#[test]
fn two_of_the_same_middleware_are_one() {
    let sessions = Sessions::new(MemoryStore::new(), Key::from(&[7; 64]));
    let authorizer = Authorizer::builder().scheme(sessions.scheme(principal)).build().unwrap();
    let gate = authorizer.gate();
    let api = Api::new(authorizer, routes).unwrap();
    let server = Server::run(move || {
        App::new()
            .configure(api.routes())
            .wrap(sessions.middleware())
            .wrap(gate.clone())
            .wrap(sessions.middleware())
    });
    let form = "content-type: application/x-www-form-urlencoded";
    let login = |lines: &[&str]| {
        let lines = [&[form], lines].concat();
        server.raw(request("POST", "/login", &lines, "name=alice"))
    };
    let cookies = |response: &Response| response.all("set-cookie").len();
    let alice = cookie(&login(&[]));
    let again = login(&[&alice]);
    assert_eq!(cookies(&again), 1);
    assert_eq!(server.get("/me", &[&alice]).status(), 401, "a login ends the session before");
    let again = cookie(&again);
    let response = server.send("POST", "/logout", &[&again]);
    assert_eq!((response.status(), cookies(&response)), (200, 1));
    assert_eq!(server.get("/me", &[&again]).status(), 401);
}
