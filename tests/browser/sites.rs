//! Requests that pages of other sites send, as a browser sends them.

use actix_session::storage::CookieSessionStore;
use actix_web::cookie::{Key, SameSite};
use auth_runtime::{Scheme, session::Sessions};

use crate::{
    browser::{Tab, View},
    shop::{Elsewhere, PASSWORD, Seen, Settings, Shop},
};

/// Hosts of the shop and of a page elsewhere, which is always another origin, and what the browser says of the two.
const OTHERS: [(&str, &str, &str); 3] = [
    ("127.0.0.1", "localhost", "cross-site"),
    // Another port.
    ("127.0.0.1", "127.0.0.1", "same-site"),
    ("shop.market.localhost", "blog.market.localhost", "same-site"),
];
const MALLORY: [(&str, &str); 2] = [("name", "mallory"), ("password", PASSWORD)];

fn with_cookie(same_site: SameSite) -> Settings {
    let sessions = Sessions::new(CookieSessionStore::default(), Key::from(&[7; 64])).same_site(same_site);
    Settings { sessions, ..Settings::default() }
}

#[test]
fn ck_04_a_form_of_another_site_changes_nothing_although_the_cookie_comes_along() {
    let Some(tab) = Tab::new("a form of another site") else { return };
    let (shop, evil) = (Shop::start("127.0.0.1", with_cookie(SameSite::None)), Elsewhere::start("localhost"));
    shop.log_in(&tab, "alice");
    assert_eq!(evil.send_form(&tab, &shop.url("/orders"), &[]).status(), 403);
    assert_eq!(shop.seen("POST /orders"), [Seen::new("cross-site", true, 403)]);
    assert_eq!(shop.orders(), 0);
    assert_eq!(shop.caller(&tab).as_deref(), Some("alice"), "she is still logged in");
    assert_eq!(tab.submit("/orders", &[]).status(), 200);
    assert_eq!(shop.seen("POST /orders"), [Seen::new("same-origin", true, 200)]);
}

#[test]
fn ck_04_without_the_check_the_form_of_another_site_would_order() {
    let Some(tab) = Tab::new("a form of another site, unchecked") else { return };
    let settings = Settings { scheme: Scheme::dangerous_any_origin, ..with_cookie(SameSite::None) };
    let (shop, evil) = (Shop::start("127.0.0.1", settings), Elsewhere::start("localhost"));
    shop.log_in(&tab, "alice");
    assert_eq!(evil.send_form(&tab, &shop.url("/orders"), &[]).status(), 200);
    assert_eq!(shop.seen("POST /orders"), [Seen::new("cross-site", true, 200)]);
    assert_eq!(shop.orders(), 1);
}

#[test]
fn ck_04_the_usual_cookie_stays_away_from_the_form_of_another_site() {
    let Some(tab) = Tab::new("a form of another site, with the usual cookie") else { return };
    for same_site in [SameSite::Lax, SameSite::Strict] {
        tab.forget();
        let (shop, evil) = (Shop::start("127.0.0.1", with_cookie(same_site)), Elsewhere::start("localhost"));
        shop.log_in(&tab, "alice");
        assert_eq!(evil.send_form(&tab, &shop.url("/orders"), &[]).status(), 401, "{same_site}");
        assert_eq!(shop.seen("POST /orders"), [Seen::new("cross-site", false, 401)], "{same_site}");
        assert_eq!(shop.orders(), 0);
    }
}

#[test]
fn ck_05_where_the_browser_does_not_tell_the_site_the_origin_decides() {
    let Some(tab) = Tab::new("a site without TLS") else { return };
    // Browsers send no `Sec-Fetch-Site` there.
    let sessions = Sessions::new(CookieSessionStore::default(), Key::from(&[7; 64])).dangerous_without_tls();
    let shop = Shop::start("shop.market.test", Settings { sessions, ..Settings::default() });
    let blog = Elsewhere::start("blog.market.test");
    shop.log_in(&tab, "alice");
    assert_eq!(blog.send_form(&tab, &shop.url("/orders"), &[]).status(), 403);
    assert_eq!(shop.seen("POST /orders"), [Seen::new("", true, 403)]);
    assert_eq!(shop.caller(&tab).as_deref(), Some("alice"));
    assert_eq!(tab.submit("/orders", &[]).status(), 200);
    assert_eq!(shop.seen("POST /orders"), [Seen::new("", true, 200)]);
}

#[test]
fn ck_06_a_page_of_the_same_site_changes_nothing_although_the_cookie_comes_along() {
    let Some(tab) = Tab::new("a page of the same site") else { return };
    for (own, other, site) in &OTHERS[1..] {
        for same_site in [SameSite::Lax, SameSite::Strict] {
            tab.forget();
            let (shop, blog) = (Shop::start(own, with_cookie(same_site)), Elsewhere::start(other));
            shop.log_in(&tab, "alice");
            assert_eq!(blog.send_form(&tab, &shop.url("/orders"), &[]).status(), 403, "{other}");
            assert_eq!(shop.seen("POST /orders"), [Seen::new(site, true, 403)], "{other}, a form");
            assert_eq!(tab.open(&blog.origin()).status(), 200);
            fetch(&tab, &shop.url("/orders"));
            assert_eq!(shop.seen("POST /orders"), [Seen::new(site, true, 403)], "{other}, a script");
            assert_eq!(shop.orders(), 0);
            assert_eq!(shop.caller(&tab).as_deref(), Some("alice"), "she is still logged in");
        }
    }
}

#[test]
fn ck_06_a_page_of_the_same_site_that_is_listed_may_order() {
    let Some(tab) = Tab::new("a page that is listed") else { return };
    for (own, other, site) in &OTHERS[1..] {
        tab.forget();
        let blog = Elsewhere::start(other);
        let shop = Shop::start(own, Settings { listed: Some(blog.origin()), ..Settings::default() });
        shop.log_in(&tab, "alice");
        assert_eq!(blog.send_form(&tab, &shop.url("/orders"), &[]).status(), 200, "{other}");
        assert_eq!(shop.seen("POST /orders"), [Seen::new(site, true, 200)], "{other}");
        assert_eq!(shop.orders(), 1);
    }
}

#[test]
fn ck_07_a_page_of_the_same_site_opens_no_web_socket() {
    let Some(tab) = Tab::new("a WebSocket") else { return };
    for (own, other, _) in &OTHERS[1..] {
        tab.forget();
        let (shop, blog) = (Shop::start(own, Settings::default()), Elsewhere::start(other));
        shop.log_in(&tab, "alice");
        let socket = format!(
            "new Promise((done) => {{ new WebSocket('{}').onclose = () => done('closed') }})",
            shop.url("/live").replace("http", "ws")
        );
        assert_eq!(tab.run(&socket), "closed");
        // Browsers send no `Sec-Fetch-Site` with it, so the origin decides.
        assert_eq!(shop.seen("GET /live"), [Seen::new("", true, 200)], "its own page");
        assert_eq!(tab.open(&blog.origin()).status(), 200);
        assert_eq!(tab.run(&socket), "closed");
        assert_eq!(shop.seen("GET /live"), [Seen::new("", true, 403)], "{other}");
    }
}

#[test]
fn ck_08_a_password_that_the_browser_remembers_helps_no_other_site() {
    let Some(tab) = Tab::new("a remembered password") else { return };
    for (own, other, site) in OTHERS {
        tab.forget();
        let shop = Shop::start(own, Settings { is_basic_advertised: true, ..Settings::default() });
        let evil = Elsewhere::start(other);
        // This answers the dialog.
        let with_password = shop.url("/me").replace("http://", &format!("http://alice:{PASSWORD}@"));
        assert_eq!(tab.open(&with_password).status(), 200);
        assert_eq!(shop.caller(&tab).as_deref(), Some("alice"), "the browser remembers the password");
        let _ = shop.seen("");
        assert_eq!(evil.send_form(&tab, &shop.url("/orders"), &[]).status(), 403, "{other}");
        assert_eq!(shop.seen("POST /orders"), [Seen::new(site, true, 403)], "{other}");
        assert_eq!(shop.orders(), 0);
    }
}

#[test]
fn ck_10_no_form_of_another_site_logs_the_browser_in() {
    let Some(tab) = Tab::new("a login of another site") else { return };
    for (own, other, site) in OTHERS {
        tab.forget();
        let (shop, evil) = (Shop::start(own, Settings::default()), Elsewhere::start(other));
        let send = || {
            assert_eq!(evil.send_form(&tab, &shop.url("/login"), &MALLORY).status(), 403, "{other}");
            shop.seen("POST /login")
        };
        assert_eq!(send(), [Seen::new(site, false, 403)], "{other}");
        assert!(tab.cookies().is_empty(), "{other}");
        assert_eq!(shop.caller(&tab), None, "{other}");

        shop.log_in(&tab, "alice");
        assert_eq!(send(), [Seen::new(site, site == "same-site", 403)], "{other}");
        assert_eq!(shop.caller(&tab).as_deref(), Some("alice"), "{other}: nobody else is logged in");
    }
}

#[test]
fn ck_10_without_the_check_the_form_of_another_site_would_log_the_browser_in() {
    let Some(tab) = Tab::new("a login of another site, unchecked") else { return };
    let settings = Settings { scheme: Scheme::dangerous_any_origin, ..Settings::default() };
    let (shop, evil) = (Shop::start("127.0.0.1", settings), Elsewhere::start("localhost"));
    let View::Page { .. } = evil.send_form(&tab, &shop.url("/login"), &MALLORY) else { panic!("no page") };
    assert_eq!(shop.caller(&tab).as_deref(), Some("mallory"));
}

/// Lets a script of the page send a request with cookies. The script may not read the answer.
fn fetch(tab: &Tab, url: &str) {
    let options =
        "{ method: 'POST', mode: 'no-cors', credentials: 'include', signal: AbortSignal.timeout(9000) }";
    assert_eq!(tab.run(&format!("fetch('{url}', {options}).then((answer) => answer.type)")), "opaque");
}
