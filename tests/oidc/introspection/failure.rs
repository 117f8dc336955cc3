//! I: failures between the service and the issuer.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use auth_runtime::introspection::IntrospectionBuilder;
use auth_tests::{Answer, Fake, issuer::with_members};
use serde_json::json;

use super::{PATH, alice, asking, assert_unavailable, orders, orders_of, orders_with, saying, with};

#[test]
fn i_05_another_status_than_200_says_nothing_of_the_token() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    for status in [201, 202, 203, 206, 300, 304, 400, 401, 403, 404, 405, 418, 429, 500, 502, 503] {
        // The bodies would let everybody in, or blame the caller, if they counted.
        for answer in [alice(), json!({ "active": false }), json!({ "error": "invalid_client" })] {
            fake.answer(PATH, Answer::json(&answer).with_status(status));
            assert_unavailable(&orders, &orders.get_as("/me", "opaque"), &format!("{status} {answer}"));
        }
    }
    for status in [204, 205, 404, 500] {
        fake.answer(PATH, Answer::status(status));
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), &status.to_string());
    }
    // The provider refuses the service's own credentials, and the caller hears nothing of the challenge.
    fake.answer(PATH, Answer::status(401).field("www-authenticate", "Bearer error=\"invalid_token\""));
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "a challenge to us");
    // The failures are not remembered.
    fake.answer(PATH, Answer::json(&alice()));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn i_05_nobody_else_is_asked() {
    let (fake, other) = (Fake::start(), saying(&alice()));
    let orders = orders(&fake);
    for status in [301, 302, 303, 307, 308] {
        for target in [other.origin() + PATH, fake.origin() + PATH, PATH.to_owned(), String::new()] {
            fake.answer(PATH, Answer::status(status).field("location", &target));
            assert_unavailable(&orders, &orders.get_as("/me", "opaque"), &format!("{status} {target}"));
        }
    }
    assert_eq!(other.asked(PATH).len(), 0);
    // A loop ends soon. Each of the fifteen redirects that lead back causes four requests at most.
    assert!(fake.asked(PATH).len() <= 5 + 15 * 4, "{}", fake.asked(PATH).len());
}

#[test]
fn i_05_no_answer_in_time_is_unavailable() {
    const LONG: Duration = Duration::from_mins(1);

    // The kernel accepts the connection, and nobody speaks TLS on it.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let silent = format!("https://localhost:{}/introspect", silent.local_addr().unwrap().port());
    let fake = Fake::start();
    let began = Instant::now();
    let impatient = |tokens: IntrospectionBuilder| tokens.timeout(Duration::from_millis(200));
    let connecting = orders_of(|issuer| impatient(asking(silent, issuer)));
    assert_unavailable(&connecting, &connecting.get_as("/me", "opaque"), "connecting");
    let orders = orders_with(&fake, impatient);
    for (what, answer) in [
        ("head", Answer::json(&alice()).late(LONG)),
        ("body", Answer::json(&alice()).late_body(LONG)),
        ("status", Answer::status(401).late(LONG)),
    ] {
        fake.answer(PATH, answer);
        let before = fake.asked(PATH).len();
        // A busy machine may not even send the question in time, so the test repeats the request until one arrives.
        while fake.asked(PATH).len() == before {
            assert_unavailable(&orders, &orders.get_as("/me", "opaque"), what);
            // The requests take far less than they would with the default timeout.
            assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        }
    }
}

#[test]
fn i_05_a_connection_that_breaks_is_unavailable() {
    let fake = saying(&alice());
    let fresh = orders(&fake);
    fake.set_down(true);
    assert_unavailable(&fresh, &fresh.get_as("/me", "opaque"), "closed unanswered");
    fake.set_down(false);
    assert_eq!(fresh.get_as("/me", "opaque").status(), 200);
    let nobody = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let nobody = orders_of(|issuer| asking(format!("http://{nobody}/introspect"), issuer));
    assert_unavailable(&nobody, &nobody.get_as("/me", "opaque"), "nobody listens");
    let answer = alice().to_string();
    let length = answer.len();
    for (what, text) in [
        // The JSON object is complete and the body is not.
        ("cut", format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}", length + 1)),
        (
            "cut chunks",
            format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{answer}\r\n"),
        ),
        ("cut head", "HTTP/1.1 200 OK\r\ncontent-le".to_owned()),
        ("no HTTP", "SSH-2.0-OpenSSH_9.9\r\n".to_owned()),
        ("no head", answer),
    ] {
        let orders = orders_of(|issuer| asking(raw_provider(text), issuer));
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), what);
    }
    let good = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{}", alice());
    assert_eq!(orders_of(|issuer| asking(raw_provider(good), issuer)).get_as("/me", "opaque").status(), 200);
}

/// Starts a provider that reads a question, sends these bytes and closes, and returns its endpoint.
fn raw_provider(answer: String) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (mut question, mut bytes) = (Vec::new(), [0; 4096]);
            // The question is read to its end, because unread bytes would reset the connection.
            while !question.ends_with(b"access_token") {
                let Ok(length @ 1..) = stream.read(&mut bytes) else { break };
                question.extend_from_slice(&bytes[..length]);
            }
            stream.write_all(answer.as_bytes()).ok();
        }
    });
    format!("http://{address}/introspect")
}

#[test]
fn i_05_what_is_not_one_json_object_is_unavailable() {
    let fake = Fake::start();
    let orders = orders(&fake);
    let good = alice().to_string();
    let twice = |more: &str| with_members(&good, more);
    let deep = twice(&format!(r#""x":{}{}"#, "[".repeat(5_000), "]".repeat(5_000)));
    for (what, body) in [
        ("empty", String::new()),
        ("space", " \r\n".to_owned()),
        ("HTML", "<!doctype html><title>Log in</title>".to_owned()),
        ("text", "active".to_owned()),
        ("form", "active=true&token_type=Bearer".to_owned()),
        ("array", format!("[{good}]")),
        ("array of nothing", "[]".to_owned()),
        ("null", "null".to_owned()),
        ("true", "true".to_owned()),
        ("string", json!(good).to_string()),
        ("two objects", good.clone() + &good),
        ("trailing text", good.clone() + "x"),
        ("byte order mark", format!("\u{feff}{good}")),
        ("cut", good[..good.len() - 1].to_owned()),
        ("single quotes", good.replace('"', "'")),
        ("a comma more", good.replace('}', ",}")),
        ("active twice", twice(r#""active":false"#)),
        ("active twice, escaped", twice(r#""\u0061ctive":false"#)),
        ("the same twice", twice(r#""active":true"#)),
        ("scope twice", twice(r#""scope":"admin""#)),
        ("exp twice", twice(r#""exp":9999999999"#)),
        ("nested twice", twice(r#""x":[{"a":1,"a":1}]"#)),
        ("deep", deep),
    ] {
        fake.answer(PATH, Answer::text(body).field("content-type", "application/json"));
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), what);
    }
    let invalid = [good.as_bytes(), b"\xff"].concat();
    fake.answer(PATH, Answer::text(invalid));
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "no UTF-8");
    // A good answer with one more member is accepted, whatever its media type is.
    fake.answer(PATH, Answer::text(twice(r#""x":[{"a":1},{"a":1}]"#)).field("content-type", "text/plain"));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn i_05_the_size_of_an_answer_is_limited() {
    let fake = Fake::start();
    // The timeout is so long that only the size can end the answers.
    let orders = orders_with(&fake, |tokens| tokens.timeout(Duration::from_mins(1)));
    let began = Instant::now();
    let of = |length: usize| {
        let text = with("x", "").to_string();
        text.replace("\"x\":\"\"", &format!("\"x\":\"{}\"", "x".repeat(length - text.len())))
    };
    assert_eq!(of(1000).len(), 1000);
    let limit = 256 * 1024;
    fake.answer(PATH, Answer::text(of(limit)));
    assert_eq!(orders.get_as("/me", "all-of-it").status(), 200);
    orders.calls.take();
    fake.answer(PATH, Answer::text(of(limit + 1)));
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "a byte more");
    fake.answer(PATH, Answer::text(of(16 * 1024 * 1024)));
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "16 MiB");
    for endless in [" ".repeat(1000), alice().to_string(), "{".to_owned()] {
        fake.answer(PATH, Answer::text(endless).endless());
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "endless");
    }
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}

#[test]
fn i_05_a_redirect_of_the_question_is_not_followed() {
    let fake = Fake::start();
    let orders = orders(&fake);
    fake.answer("/elsewhere", Answer::json(&alice()));
    for status in [301, 302, 303] {
        fake.answer(PATH, Answer::status(status).field("location", "/elsewhere"));
        let response = orders.get_as("/me", format!("opaque-{status}"));
        let asked = fake.asked("/elsewhere").pop().map(|asked| (asked.line, asked.body));
        assert_eq!((response.status(), asked), (503, None), "{status}");
    }
}
