//! Credentials that are broken, huge, repeated or no text: each has its answer, and none is in the log.

use super::{Desk, FORM, NAMES, basic, key};

/// Stands in what must not be logged.
const MARK: &str = "hostile-0123456789";

/// Returns the bytes of a GET request with one more line in its head, which may be no text.
fn get(path: &str, line: &[u8]) -> Vec<u8> {
    let head = format!("GET {path} HTTP/1.1\r\nhost: desk.example\r\n");
    [head.as_bytes(), line, b"\r\n\r\n"].concat()
}

/// Asserts that the example still serves, and that no request left anything in the log or made it panic.
fn assert_calm(desk: Desk, secrets: &[String]) {
    assert_eq!(desk.get("/login", &[]).status(), 200);
    let log = desk.log();
    assert!(log.contains("status=401") && log.contains("status=200"), "{log}");
    assert!(!log.contains("panicked") && !log.contains(MARK), "{log}");
    for secret in secrets {
        for start in (0..secret.len().saturating_sub(16)).step_by(4) {
            let piece = secret.get(start..start + 16).unwrap();
            assert!(!log.contains(piece), "{piece}: {log}");
        }
    }
}

/// Returns a text with every so many letters another one.
fn tampered(text: &str, from: usize) -> Vec<String> {
    let letter = |old: char| if old == 'A' { 'B' } else { 'A' };
    let changed = |at: usize| {
        text.char_indices().map(|(here, old)| if here == at { letter(old) } else { old }).collect()
    };
    (from..text.len()).step_by(3).map(changed).collect()
}

#[test]
fn ck_13_broken_cookies_are_no_sessions() {
    let desk = Desk::start();
    let cookie = desk.cookie("alice");
    let good = format!("cookie: {cookie}");
    assert_eq!(desk.raw(&get("/me", good.as_bytes())).status(), 200);
    for cookie in tampered(&cookie, "session=".len()) {
        let answer = desk.raw(&get("/me", format!("cookie: {cookie}").as_bytes()));
        assert_eq!(answer.status(), 401, "{cookie}");
    }
    for length in ("session=".len()..cookie.len() - 2).step_by(5) {
        let short = format!("cookie: {}", cookie.get(..length).unwrap());
        assert_eq!(desk.raw(&get("/me", short.as_bytes())).status(), 401, "{short}");
    }
    let huge = format!("cookie: session={}", MARK.repeat(3_000));
    let lines: [(&[u8], u16); 7] = [
        (huge.as_bytes(), 401),
        (b"cookie: session=hostile-0123456789; session=hostile-0123456789", 400),
        (b"cookie: session=hostile-0123456789\r\ncookie: session=hostile-0123456789", 400),
        (b"cookie: session=hostile-0123456789\xff\xfe", 400),
        ("cookie: session=hostile-0123456789é".as_bytes(), 400),
        (b"cookie: session=%00hostile-0123456789%0d%0a", 401),
        (b"cookie: session=", 401),
    ];
    for (line, status) in lines {
        let answer = desk.raw(&get("/me", line));
        assert_eq!(answer.status(), status, "{}", line.escape_ascii());
        assert_eq!(answer.field("set-cookie"), None);
        // A broken cookie stands in nobody's way to the login page.
        assert_eq!(desk.raw(&get("/login", line)).status(), 200, "{}", line.escape_ascii());
    }
    let (_, secret) = cookie.split_once('=').unwrap();
    assert_calm(desk, &[secret.to_owned()]);
}

#[test]
fn ak_09_broken_keys_are_refused() {
    let desk = Desk::start();
    let good = key("alice");
    for key in tampered(&good, 0) {
        assert_eq!(desk.get("/me", &[&format!("x-api-key: {key}")]).status(), 401, "{key}");
    }
    for length in 1..good.len() {
        let short = format!("x-api-key: {}", good.get(..length).unwrap());
        assert_eq!(desk.get("/me", &[&short]).status(), 401, "{short}");
    }
    let huge = format!("x-api-key: desk_{}", MARK.repeat(3_000));
    let twice = format!("x-api-key: {good}\r\nx-api-key: {good}");
    let lines: [(&[u8], u16); 6] = [
        (huge.as_bytes(), 401),
        (twice.as_bytes(), 400),
        (b"x-api-key: desk_hostile-0123456789\xff", 400),
        ("x-api-key: desk_hostile-0123456789é".as_bytes(), 400),
        (b"x-api-key: desk_hostile-0123456789 ' OR 1=1 --", 401),
        (b"x-api-key:", 401),
    ];
    for (line, status) in lines {
        let answer = desk.raw(&get("/me", line));
        assert_eq!(answer.status(), status, "{}", line.escape_ascii());
    }
    // A key in the query is no key.
    assert_eq!(desk.get(&format!("/me?x-api-key={good}&api_key={good}"), &[]).status(), 401);
    assert_calm(desk, &NAMES.map(key));
}

#[test]
fn ba_04_broken_passwords_are_refused() {
    let desk = Desk::start();
    let long = MARK.repeat((1 << 20) / MARK.len());
    for text in [
        "alice:hostile-0123456789\0",
        "alice\0:hostile-0123456789",
        "alice:alice opens the door:hostile-0123456789",
        ":::hostile-0123456789:::",
        "hostile-0123456789",
        "hostile-0123456789é:é",
        long.get(..90_000).unwrap(),
    ] {
        let answer = desk.get("/me", &[&basic(text)]);
        assert_eq!(answer.status(), 401, "{text:.40}");
    }
    for (form, status) in [
        ("name=alice&password=hostile-0123456789%00", 401),
        ("name=alice%00&password=hostile-0123456789", 401),
        ("name=alice&password=alice+opens+the+door:hostile-0123456789", 401),
        ("name=alice:&password=hostile-0123456789", 401),
        ("name=alice&password=hostile-0123456789%ff%fe", 401),
        ("name=alice&password=hostile-0123456789%", 401),
        (&*format!("name=alice&password={}", long.get(..10_000).unwrap()), 401),
        (&*format!("name=alice&password={long}"), 413),
    ] {
        let answer = desk.log_in(form);
        assert_eq!((answer.status(), answer.field("set-cookie")), (status, None), "{form:.60}");
    }
    // A form of another type is no form.
    let answer =
        desk.send("POST", "/login", &[&FORM.replace("form-", "")], "name=alice&password=hostile-0123456789");
    assert!([400, 415].contains(&answer.status()), "{answer:?}");
    assert_calm(desk, &["alice opens the door".to_owned()]);
}

#[test]
fn credentials_of_a_megabyte_are_refused() {
    let desk = Desk::start();
    let long = MARK.repeat((1 << 20) / MARK.len());
    for line in [
        format!("cookie: session={long}"),
        format!("x-api-key: desk_{long}"),
        format!("authorization: Basic {long}"),
        format!("authorization: Bearer {long}"),
    ] {
        // The server reads no head of this size (RFC 6585 §5).
        assert_eq!(desk.get("/me", &[&line]).status(), 431, "{line:.30}");
    }
    assert_eq!(desk.get("/me", &[]).status(), 401);
    assert_calm(desk, &[]);
}
