//! Logging in and out, and what the browser shows when a session is over.

use serde_json::json;

use crate::{
    browser::{Tab, View},
    shop::{Elsewhere, IDLE, ISSUER, PASSWORD, Settings, Shop},
};

const HOST: &str = "127.0.0.1";
const ALICE: [(&str, &str); 2] = [("name", "alice"), ("password", PASSWORD)];

#[test]
fn ck_01_no_session_is_the_login_page_and_no_dialog() {
    let Some(tab) = Tab::new("the login page") else { return };
    let shop = Shop::start(HOST, Settings::default());
    let (status, url, text) = tab.open(&shop.url("/me")).page();
    assert_eq!((status, url), (401, shop.url("/me")));
    assert!(text.starts_with("please log in"), "{text}");
    assert_eq!(shop.seen("GET /me").len(), 1);
}

#[test]
fn ck_01_a_session_that_ended_is_the_login_page_and_no_dialog() {
    let Some(tab) = Tab::new("a session that ended") else { return };
    let shop = Shop::start(HOST, Settings::default());
    shop.log_in(&tab, "alice");
    assert_eq!(shop.caller(&tab).as_deref(), Some("alice"));
    shop.pass(IDLE);
    assert_login_page_everywhere(&shop, &tab);

    let (status, url, _) = tab.submit("/login", &ALICE).page();
    assert_eq!((status, url), (200, shop.url("/me?a=1")));
    // A login in the second of the revocation is revoked too.
    shop.pass(1);
    shop.revoked.revoke_subject(ISSUER, "alice", shop.now()).unwrap();
    assert_login_page_everywhere(&shop, &tab);
    assert_eq!(shop.orders(), 0);
}

/// Looks at the answers to a script, to a form and to a person, from a page that was opened while the session lived.
fn assert_login_page_everywhere(shop: &Shop, tab: &Tab) {
    let script = "fetch('/me', { signal: AbortSignal.timeout(9000) }).then((answer) => answer.status)";
    assert_eq!(tab.run(script), 401);
    let answered = shop.seen("GET /me");
    assert!(answered.last().unwrap().has_credential, "the browser still has the cookie: {answered:?}");
    for (path, view) in [("/orders", tab.submit("/orders", &[])), ("/me?a=1", tab.open(&shop.url("/me?a=1")))]
    {
        let (status, url, text) = view.page();
        assert_eq!((status, url), (401, shop.url(path)));
        assert!(text.starts_with("please log in"), "{path}: {text}");
    }
}

#[test]
fn ck_01_basic_beside_sessions_opens_no_dialog_unless_it_is_advertised() {
    let Some(tab) = Tab::new("Basic") else { return };
    let shop = Shop::start(HOST, Settings::default());
    assert_eq!(tab.open(&shop.url("/me")).status(), 401);
    let status = |password: &str| {
        let fields = format!("{{ authorization: 'Basic ' + btoa('alice:{password}') }}");
        tab.run(&format!(
            "fetch('/me', {{ headers: {fields}, signal: AbortSignal.timeout(9000) }}).then((answer) => answer.status)"
        ))
    };
    assert_eq!(status(PASSWORD), 200, "it is accepted");
    assert_eq!(status("looking-glass"), 401);

    // So a dialog looks where nobody can answer it.
    let shop = Shop::start(HOST, Settings { is_basic_advertised: true, ..Settings::default() });
    match tab.open(&shop.url("/me")) {
        View::Failed { failed } => assert!(failed.contains("ERR_INVALID_AUTH_CREDENTIALS"), "{failed}"),
        page @ View::Page { .. } => panic!("no dialog: {page:?}"),
    }
}

#[test]
fn a_person_logs_in_and_out_and_no_script_reads_the_cookie() {
    let Some(tab) = Tab::new("a login") else { return };
    let shop = Shop::start(HOST, Settings::default());
    assert_eq!(tab.open(&shop.url("/me")).status(), 401);
    let (status, _, text) = tab.submit("/login", &[("name", "alice"), ("password", "looking-glass")]).page();
    assert!(status == 200 && text.starts_with("please log in"), "{status} {text}");
    assert_eq!(tab.cookies(), [json!(null); 0]);

    let (status, url, text) = tab.submit("/login", &ALICE).page();
    assert_eq!((status, url), (200, shop.url("/me")));
    assert!(text.starts_with("hello, alice"), "{text}");
    let [cookie] = &tab.cookies()[..] else { panic!("{:?}", tab.cookies()) };
    for (attribute, value) in [
        ("name", json!("__Host-session")),
        ("domain", json!(HOST)),
        ("path", json!("/")),
        ("httpOnly", json!(true)),
        ("secure", json!(true)),
        ("sameSite", json!("Lax")),
        ("expires", json!(-1)),
    ] {
        assert_eq!(cookie[attribute], value, "{attribute}");
    }
    assert_eq!(tab.run("document.cookie"), "");
    let (status, _, text) = tab.submit("/orders", &[]).page();
    assert_eq!((status, &*text, shop.orders()), (200, "order 1", 1));

    assert_eq!(shop.caller(&tab).as_deref(), Some("alice"));
    let (status, _, text) = tab.submit("/logout", &[]).page();
    assert_eq!((status, &*text), (200, "goodbye"));
    assert_eq!(tab.cookies(), [json!(null); 0]);
    assert_eq!(shop.caller(&tab), None);
}

#[test]
fn a_login_leads_back_to_the_page_that_was_asked_for() {
    let Some(tab) = Tab::new("the way back") else { return };
    let shop = Shop::start(HOST, Settings::default());
    for path in [
        "/",
        "/me",
        "/orders/7?page=2&sort=a%20b#end",
        r#"/me?a='1'&b="2"&c=<3>`"#,
        "/?to=https://evil.example",
    ] {
        tab.forget();
        let asked = tab.open(&shop.url(path)).page();
        let (status, url, _) = tab.submit("/login", &ALICE).page();
        // A fragment stays in the browser, and the login page does not know it.
        let expected = asked.1.split('#').next().unwrap();
        let unescaped = |url: &str| url.replace("%27", "'").replace("%60", "`");
        assert_eq!((status, unescaped(&url)), (200, unescaped(expected)), "{path}");
    }
}

#[test]
fn a_login_leads_to_no_other_site() {
    let Some(tab) = Tab::new("the way to another site") else { return };
    let (shop, evil) = (Shop::start(HOST, Settings::default()), Elsewhere::start("localhost"));
    let authority = evil.origin()["http://".len()..].to_owned();
    let log_in = |path: &str, fields: &[(&str, &str)]| {
        tab.forget();
        assert_eq!(tab.open(&shop.url(path)).status(), 401, "{path}");
        let (status, url, _) = tab.submit("/login", &[&ALICE, fields].concat()).page();
        assert!(status == 200 && url.starts_with(&shop.url("/")), "{path} {fields:?}: {status} {url}");
    };
    for path in ["//", "/\\", "/%5C", "///", "/.//", "/a/..//", "/%09/", "/%2F"] {
        log_in(&format!("{path}{authority}/"), &[]);
    }
    for begin in ["http://", "//", "/\\", "\\\\", "/\t/", "\t//", "/.//", "http:", " //"] {
        log_in("/me", &[("return_to", &format!("{begin}{authority}/"))]);
    }
    assert_eq!(evil.calls(), 0);
}
