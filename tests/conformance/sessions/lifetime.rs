//! CK: how long a session lives, and what ends it.

use actix_web::test::TestRequest;
use auth_runtime::testing::{assert_hidden, without_owner};

use super::{ABSOLUTE, IDLE, Shop, cookie};

#[test]
fn ck_01_no_session_is_401_with_a_page_and_a_challenge_that_opens_no_dialog() {
    let shop = Shop::in_cookies();
    let response = shop.server.get("/me?a='1'", &["accept: text/html"]);
    assert_eq!((response.status(), response.challenge()), (401, r#"Session realm="shop""#));
    assert_eq!(response.field("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(response.text(), r#"<input name="return_to" value="/me?a=%271%27">"#);
}

#[test]
fn ck_02_a_session_ends_when_nobody_uses_it() {
    for shop in Shop::all("ck02") {
        let cookie = shop.log_in("alice");
        for (at, status) in [(0, 200), (IDLE - 1, 200), (IDLE, 401), (10 * ABSOLUTE, 401)] {
            shop.time.set(at);
            assert_eq!(shop.status("GET", "/me", &[&cookie]), status, "after {at} s");
        }
    }
}

#[test]
fn ck_02_a_session_ends_however_much_it_is_used() {
    for shop in Shop::all("ck02") {
        let mut line = shop.log_in("alice");
        for at in (0..ABSOLUTE).step_by(20 * 60).skip(1).chain([ABSOLUTE - 1]) {
            shop.time.set(at);
            let response = shop.server.get("/me", &[&line]);
            assert_eq!(response.status(), 200, "after {at} s");
            line = cookie(&response);
        }
        shop.time.set(ABSOLUTE);
        assert_eq!(shop.status("GET", "/me", &[&line]), 401);
    }
}

#[test]
fn ck_02_a_use_is_noted_once_in_a_sixtieth_of_the_idle_time() {
    for shop in Shop::all("ck02") {
        let first = shop.log_in("alice");
        shop.time.set(IDLE / 60 - 1);
        assert_eq!(shop.server.get("/me", &[&first]).field("set-cookie"), None);
        shop.time.set(IDLE / 60);
        let second = cookie(&shop.server.get("/me", &[&first]));
        shop.time.set(IDLE / 60 + IDLE - 1);
        assert_eq!(shop.status("GET", "/me", &[&first]), 401);
        assert_eq!(shop.status("GET", "/me", &[&second]), 200);
    }
}

#[test]
fn ck_03_a_dead_cookie_blocks_no_public_route() {
    for shop in Shop::all("ck03") {
        let expired = shop.log_in("alice");
        shop.time.set(IDLE);
        let name = expired.split('=').next().unwrap();
        let garbage = [format!("{name}=x"), format!("{name}=x; {}", &expired["cookie: ".len()..])];
        for dead in [&expired, &garbage[0], &garbage[1]] {
            assert_eq!(shop.server.get("/pub", &[dead]).text(), "anonymous", "{dead}");
            assert_eq!(shop.status("GET", "/basket", &[dead]), 200, "{dead}");
            let fresh = shop.log_in_with("bob", &[dead]);
            assert_eq!(shop.server.get("/me", &[&fresh]).text(), "bob");
        }
    }
}

#[test]
fn ck_13_a_cookie_that_was_tampered_with_is_no_session() {
    for shop in Shop::all("ck13") {
        let line = shop.log_in("alice");
        let begin = line.find('=').unwrap() + 1;
        for position in begin..line.len() {
            let mut bytes = line.clone().into_bytes();
            bytes[position] ^= 1;
            let tampered = String::from_utf8(bytes).unwrap();
            assert_eq!(shop.status("GET", "/me", &[&tampered]), 401, "{position}");
        }
        for end in begin..line.len() {
            let status = shop.status("GET", "/me", &[&line[..end]]);
            assert_eq!(status, 401, "{end}");
        }
        assert_eq!(shop.status("GET", "/me", &[&line]), 200);
    }
}

#[test]
fn ck_14_logging_a_subject_out_ends_sessions_that_began_before() {
    for shop in Shop::all("ck14") {
        let (alice, bob) = (shop.log_in("alice"), shop.log_in("bob"));
        shop.time.set(60);
        shop.revoked.revoke_subject("https://shop.example", "alice", shop.time.now()).unwrap();
        assert_eq!(shop.status("GET", "/me", &[&alice]), 401);
        assert_eq!(shop.status("GET", "/me", &[&bob]), 200);
        shop.time.set(61);
        let later = shop.log_in_with("alice", &[&alice]);
        assert_eq!(shop.status("GET", "/me", &[&later]), 200);
        assert!(shop.revoked.revoke_subject("https://other.example", "alice", shop.time.now()).is_err());
    }
}

#[test]
fn se_08_a_denied_request_keeps_no_session_alive() {
    for shop in Shop::all("se08") {
        let alice = shop.log_in("alice");
        shop.time.set(IDLE / 2);
        let set = |path: &str| {
            let response = shop.server.get(path, &[&alice]);
            (response.status(), response.field("set-cookie").is_some())
        };
        assert_eq!(set("/keepers"), (403, false));
        assert_eq!(set("/secret"), (404, false));
        assert_eq!(set("/nothing"), (404, false));
        assert_eq!(set("/health"), (200, false), "nobody needs the session");
        assert_eq!(set("/me"), (200, true));
        shop.time.set(IDLE);
        assert_eq!(shop.status("GET", "/me", &[&alice]), 401);
    }
}

#[test]
fn se_08_hidden_equals_absent_with_a_session() {
    for shop in Shop::all("se08") {
        let alice = shop.log_in("alice");
        shop.time.set(IDLE / 2);
        let value = &alice["cookie: ".len()..];
        let to = |path: &str| TestRequest::with_uri(path).insert_header(("cookie", value));
        let owner = without_owner("a session of its own would have to be kept alive");
        assert_hidden(shop.server.test_server(), to("/secret"), to("/nothing"), owner);
    }
}
