//! I: OAuth 2.0 Token Introspection (RFC 7662).

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use auth_runtime::{Authorizer, Introspection, IntrospectionBuilder, Issuers};
use auth_tests::{
    Answer, Fake, Issuer, Response, Token,
    app::Orders,
    fake::Asked,
    issuer::{AUDIENCE, ISSUER, NOW, fixture},
    log,
    wire::bearer,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const PATH: &str = "/introspect";
const SECRET: &str = "s3cr:t/+%&=? ä";

/// A verifier without leeway that asks `endpoint`, on the issuer's clock.
fn asking(endpoint: impl Into<String>, issuer: &Issuer) -> IntrospectionBuilder {
    known(Introspection::builder(endpoint).issuer(ISSUER), issuer)
}

fn known(builder: IntrospectionBuilder, issuer: &Issuer) -> IntrospectionBuilder {
    let builder = builder.audience(AUDIENCE).leeway(Duration::ZERO).clock(issuer.clock());
    builder.client_secret_basic("orders", SECRET)
}

fn orders_of(build: impl FnOnce(&Issuer) -> IntrospectionBuilder) -> Orders {
    Orders::start_with(|issuer| {
        let tokens: Introspection = build(issuer).build().unwrap();
        Authorizer::builder().bearer(tokens).build().unwrap()
    })
}

fn orders_with(fake: &Fake, build: impl FnOnce(IntrospectionBuilder) -> IntrospectionBuilder) -> Orders {
    orders_of(|issuer| build(asking(fake.origin() + PATH, issuer)))
}

fn orders(fake: &Fake) -> Orders {
    orders_with(fake, |tokens| tokens)
}

/// The issuer is the fake itself, and its metadata lead to the endpoint.
fn discovering(fake: &Fake) -> Orders {
    orders_of(|issuer| known(Introspection::discover(fake.origin()), issuer))
}

/// What is said of Alice's good token.
fn alice() -> Value {
    json!({
        "active": true, "token_type": "Bearer", "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "client_id": "web",
        "scope": "orders:read orders:write", "iat": NOW - 10, "exp": NOW + 600,
    })
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut answer = alice();
    answer[name] = value.into();
    answer
}

fn without(name: &str) -> Value {
    let mut answer = alice();
    answer.as_object_mut().unwrap().remove(name).unwrap();
    answer
}

/// A provider that says this of every token.
fn saying(answer: &Value) -> Fake {
    let fake = Fake::start();
    fake.answer(PATH, Answer::json(answer));
    fake
}

fn form(asked: &Asked) -> Vec<(String, String)> {
    url::form_urlencoded::parse(asked.body.as_bytes()).into_owned().collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The user and the password of HTTP's Basic scheme, as they were sent.
fn basic(asked: &Asked) -> (String, String) {
    let field = asked.fields["authorization"].strip_prefix("Basic ").unwrap();
    let text = String::from_utf8(STANDARD.decode(field).unwrap()).unwrap();
    let (user, password) = text.split_once(':').unwrap();
    pair(user, password)
}

/// As a server decodes it (RFC 6749, appendix B).
fn form_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={text}").as_bytes()).next().unwrap().1.into_owned()
}

fn post(orders: &Orders, token: &str) -> Response {
    orders.send_json("POST", "/orders", &[&bearer(token)], r#"{"item":"tea"}"#)
}

fn assert_refused(response: &Response, what: &str) {
    assert_eq!(response.status(), 401, "{what}");
    assert!(response.challenge().contains("error=\"invalid_token\""), "{what}");
}

/// It is our trouble, and nothing is said against the token.
fn assert_unavailable(orders: &Orders, response: &Response, what: &str) {
    assert_eq!(response.status(), 503, "{what}");
    assert_eq!(response.challenges(), [""; 0], "{what}");
    let seconds: u64 = response.field("retry-after").expect(what).parse().expect(what);
    assert!((1..=60).contains(&seconds), "{what}: {seconds}");
    assert!(!response.text().contains("invalid_token"), "{what}");
    assert_eq!(orders.calls.take(), 0, "{what}");
}

fn parallel(count: usize, request: impl Fn(usize) + Sync) {
    let request = &request;
    thread::scope(|scope| {
        for number in 0..count {
            scope.spawn(move || request(number));
        }
    });
}

#[test]
fn i_01_the_token_is_posted_in_a_form() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    let tokens = ["2YotnFZFEjr1zCsicMWpAA", "a+b/c~d==", "-._~+/", "a"];
    for token in tokens {
        assert_eq!(orders.get_as("/me", token).status(), 200, "{token}");
    }
    let asked = fake.asked(PATH);
    assert_eq!(asked.len(), tokens.len());
    for (asked, token) in asked.iter().zip(tokens) {
        // The whole line, so nothing is added to the address.
        assert_eq!(asked.line, "POST /introspect HTTP/1.1");
        assert_eq!(asked.fields["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(asked.fields["accept"], "application/json");
        assert_eq!(form(asked)[0], pair("token", token));
        assert!(!asked.fields.contains_key("referer"));
    }
    assert!(asked[1].body.starts_with("token=a%2Bb%2Fc%7Ed%3D%3D&"), "{}", asked[1].body);
}

#[test]
fn i_01_the_query_of_the_endpoint_stays_as_it_is() {
    let fake = Fake::start();
    fake.answer("/introspect?tenant=7", Answer::json(&alice()));
    let orders = orders_of(|issuer| asking(fake.origin() + "/introspect?tenant=7", issuer));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    let asked = fake.asked("/introspect?tenant=7");
    assert_eq!(asked[0].line, "POST /introspect?tenant=7 HTTP/1.1");
}

#[test]
fn i_02_basic_credentials_are_form_encoded_first() {
    let fake = saying(&alice());
    let id = "orders & co: 100%";
    let orders = orders_with(&fake, |tokens| tokens.client_secret_basic(id, SECRET));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    let asked = fake.asked(PATH).remove(0);
    let (user, password) = basic(&asked);
    assert_eq!(user, "orders+%26+co%3A+100%25");
    assert_eq!(password, "s3cr%3At%2F%2B%25%26%3D%3F+%C3%A4");
    assert_eq!((form_decoded(&user), form_decoded(&password)), pair(id, SECRET));
    // RFC 6749 §2.3: one method of authentication for each request.
    assert_eq!(form(&asked), [pair("token", "opaque"), pair("token_type_hint", "access_token")]);
    // Nothing to encode.
    let orders = orders_with(&fake, |tokens| tokens.client_secret_basic("a-Z_0.9*", "x"));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    assert_eq!(basic(&fake.asked(PATH)[1]), pair("a-Z_0.9*", "x"));
}

#[test]
fn i_02_posted_credentials_stand_in_the_form_alone() {
    let fake = saying(&alice());
    let orders = orders_with(&fake, |tokens| tokens.client_secret_post("orders & co", SECRET));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    let asked = fake.asked(PATH).remove(0);
    let mut form = form(&asked);
    form.sort();
    assert_eq!(
        form,
        [
            pair("client_id", "orders & co"),
            pair("client_secret", SECRET),
            pair("token", "opaque"),
            pair("token_type_hint", "access_token"),
        ]
    );
    assert!(!asked.fields.contains_key("authorization"));
    assert_eq!(asked.line, "POST /introspect HTTP/1.1");
}

#[test]
fn i_02_the_certificate_of_the_server_is_checked() {
    let fake = Fake::start_with_tls();
    fake.answer(PATH, Answer::json(&alice()));
    let stranger = orders(&fake);
    assert_unavailable(&stranger, &stranger.get_as("/me", "opaque"), "an unknown authority");
    let authority = fixture("tls.authority.pem");
    let elsewhere = fake.origin().replace("localhost", "127.0.0.1") + PATH;
    let elsewhere = orders_of(|issuer| asking(elsewhere, issuer).root_certificate(&authority));
    assert_unavailable(&elsewhere, &elsewhere.get_as("/me", "opaque"), "another name");
    assert_eq!(fake.asked(PATH).len(), 0);
    let orders = orders_with(&fake, |tokens| tokens.root_certificate(&authority));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    assert_eq!(fake.asked(PATH).len(), 1);
}

#[test]
fn i_02_insecure_settings_are_refused_at_start_up() {
    let said = |builder: IntrospectionBuilder| builder.build().unwrap_err().to_string();
    let of = |endpoint: &str| asking(endpoint, &Issuer::default());
    let address = "is no https address without user, password and fragment; give one (plain http works on this \
                   machine alone)";
    for endpoint in [
        "http://login.example/introspect",
        "http://10.0.0.1/introspect",
        "http://localhost.login.example/introspect",
        "ftp://login.example/introspect",
        "https://orders:secret@login.example/introspect",
        "https://login.example/introspect#fragment",
        "login.example/introspect",
        "/introspect",
        "",
    ] {
        // A password is not shown.
        let shown = endpoint.trim_start_matches("https://orders:secret@");
        assert_eq!(said(of(endpoint)), format!("`endpoint`: `{shown}` {address}"));
    }
    for endpoint in ["https://login.example/introspect?a=b", "http://127.0.0.1:1/", "http://[::1]:1/"] {
        assert!(of(endpoint).build().is_ok(), "{endpoint}");
    }
    let discovered = |issuer: &str| known(Introspection::discover(issuer), &Issuer::default());
    assert_eq!(
        said(discovered("http://login.example")),
        format!("`issuer`: `http://login.example` {address}")
    );
    let query = "`issuer`: has a query; leave it out, as it is not in the tokens either";
    assert_eq!(said(discovered("https://login.example/?a=b")), query);
    let strange = || Introspection::builder("https://login.example/introspect");
    let credentials = "`client_secret`: is missing or has a line end in it, and nobody answers strangers; add it with \
                       `.client_secret_basic(..)` or `.client_secret_post(..)`";
    assert_eq!(said(strange().issuer(ISSUER).audience(AUDIENCE)), credentials);
    for (id, secret) in [("", "b"), ("a", ""), ("a", "b\n")] {
        let asks = strange().issuer(ISSUER).audience(AUDIENCE).client_secret_basic(id, secret);
        assert_eq!(said(asks), credentials);
    }
    let issuer = "`issuer`: is missing, so anybody's tokens would do; name the one that issues them";
    assert_eq!(said(strange().audience(AUDIENCE).client_secret_post("a", "b")), issuer);
    let audience =
        "`audience`: is missing, so tokens for other services would do; name this service as its tokens do";
    assert_eq!(said(strange().issuer(ISSUER).client_secret_post("a", "b")), audience);
    let remember = "`remember_for`: is more than 300 seconds or not whole seconds; a revoked token is accepted for so long";
    for duration in [Duration::from_secs(301), Duration::from_millis(1500)] {
        assert_eq!(said(of("https://login.example").remember_for(duration)), remember);
    }
    let timeout = "`timeout`: is zero or more than a minute; requests wait for it, so take a few seconds";
    for duration in [Duration::ZERO, Duration::from_secs(61)] {
        assert_eq!(said(of("https://login.example").timeout(duration)), timeout);
    }
    let certificate =
        "`root_certificate`: has no certificate; give the text of a PEM file with `BEGIN CERTIFICATE`";
    assert_eq!(said(of("https://login.example").root_certificate("no PEM")), certificate);
}

#[test]
fn i_03_only_a_boolean_true_counts() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    for active in [
        json!(false),
        json!("true"),
        json!("True"),
        json!(""),
        json!(1),
        json!(1.0),
        json!(0),
        json!(null),
        json!([true]),
        json!([]),
        json!({}),
        json!({ "active": true }),
    ] {
        fake.answer(PATH, Answer::json(&with("active", active.clone())));
        assert_refused(&orders.get_as("/me", "opaque"), &active.to_string());
    }
    for (what, answer) in [
        ("missing", without("active")),
        ("nothing", json!({})),
        ("another case", json!({ "Active": true, "token_type": "Bearer", "aud": AUDIENCE })),
    ] {
        fake.answer(PATH, Answer::json(&answer));
        assert_refused(&orders.get_as("/me", "opaque"), what);
    }
    assert_eq!(orders.calls.take(), 0);
    fake.answer(PATH, Answer::json(&alice()));
    assert_eq!(orders.get_as("/me", "opaque").json()["subject"], "alice");
}

#[test]
fn i_04_every_refusal_is_the_same_whatever_else_is_said() {
    let fake = saying(&json!({ "active": false }));
    let orders = orders(&fake);
    let plain = orders.get_as("/me", "opaque").masked();
    assert_refused(&plain, "plain");
    let mut answers = vec![
        with("active", false),
        json!({ "active": false, "error": "revoked", "error_description": "it was revoked by carol" }),
        json!({ "active": false, "scope": "admin", "username": "carol", "exp": "soon", "cnf": {} }),
        json!({ "active": false, "reason": "x".repeat(10_000) }),
    ];
    // Neither does it show for what reason an active one is refused.
    answers.extend([with("exp", NOW - 1), with("aud", "other"), with("iss", "https://other.example")]);
    for answer in answers {
        fake.answer(PATH, Answer::json(&answer));
        assert_eq!(orders.get_as("/me", "opaque").masked(), plain, "{answer:.100}");
        assert_eq!(orders.get_as("/me", "another-one").masked(), plain, "{answer:.100}");
    }
}

#[test]
fn i_04_what_is_not_active_is_asked_about_each_time() {
    let fake = saying(&json!({ "active": false, "exp": NOW + 600 }));
    let orders = orders(&fake);
    for count in 1..=3 {
        assert_refused(&orders.get_as("/me", "opaque"), "inactive");
        assert_eq!(fake.asked(PATH).len(), count);
    }
    // Refusals of what is active are not remembered either.
    fake.answer(PATH, Answer::json(&with("aud", "other")));
    for count in 4..=5 {
        assert_refused(&orders.get_as("/me", "opaque"), "another audience");
        assert_eq!(fake.asked(PATH).len(), count);
    }
    fake.answer(PATH, Answer::json(&alice()));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn i_05_another_status_than_200_says_nothing_of_the_token() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    for status in [201, 202, 203, 206, 300, 304, 400, 401, 403, 404, 405, 418, 429, 500, 502, 503] {
        // With a body that would let everybody in, and with one that would say that it is the caller's fault.
        for answer in [alice(), json!({ "active": false }), json!({ "error": "invalid_client" })] {
            fake.answer(PATH, Answer::json(&answer).with_status(status));
            assert_unavailable(&orders, &orders.get_as("/me", "opaque"), &format!("{status} {answer}"));
        }
    }
    for status in [204, 205, 404, 500] {
        fake.answer(PATH, Answer::status(status));
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), &status.to_string());
    }
    // It is our client that is refused, and the caller hears nothing of the challenge.
    fake.answer(PATH, Answer::status(401).field("www-authenticate", "Bearer error=\"invalid_token\""));
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "a challenge to us");
    // Nothing of that is remembered.
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
    // A loop ends soon: a question and three redirects, for each of the fifteen that lead back.
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
        // A busy machine may not even send the question in time, which is no test of what comes after it.
        while fake.asked(PATH).len() == before {
            assert_unavailable(&orders, &orders.get_as("/me", "opaque"), what);
            // Far less than the default, for each of them.
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
        // The object is complete, and the body is not.
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

/// The address of one that reads a question, sends these bytes and closes.
fn raw_provider(answer: String) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (mut question, mut bytes) = (Vec::new(), [0; 4096]);
            // The end of the form. What is left unread would reset the connection.
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
    let twice = |more: &str| good.replacen('{', &format!("{{{more},"), 1);
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
    // The control: one member more, and its media type is not what counts.
    fake.answer(PATH, Answer::text(twice(r#""x":[{"a":1},{"a":1}]"#)).field("content-type", "text/plain"));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn i_05_the_size_of_an_answer_is_limited() {
    let fake = Fake::start();
    // So long that it is not the time that ends it.
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
fn i_06_the_answer_is_checked_as_a_token_is() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    for (what, answer) in [
        ("exp in the past", with("exp", NOW - 1)),
        ("exp now", with("exp", NOW)),
        ("exp as text", with("exp", (NOW + 600).to_string())),
        ("exp null", with("exp", Value::Null)),
        ("exp negative", with("exp", -1)),
        ("exp beyond all time", with("exp", 1e300)),
        ("nbf in the future", with("nbf", NOW + 1)),
        ("nbf as text", with("nbf", "0")),
        ("another aud", with("aud", "https://other.example")),
        ("aud with a slash", with("aud", format!("{AUDIENCE}/"))),
        ("several other aud", with("aud", json!(["a", "b"]))),
        ("mixed aud", with("aud", json!([AUDIENCE, 1]))),
        ("no aud in the list", with("aud", json!([]))),
        ("aud null", with("aud", Value::Null)),
        ("no aud", without("aud")),
        ("another iss", with("iss", "https://other.example")),
        ("iss with a slash", with("iss", format!("{ISSUER}/"))),
        ("iss in another case", with("iss", ISSUER.to_uppercase())),
        ("iss null", with("iss", Value::Null)),
        ("iss in a list", with("iss", json!([ISSUER]))),
        ("bound to a key", with("cnf", json!({ "jkt": "x" }))),
        ("bound to a certificate", with("cnf", json!({ "x5t#S256": "x" }))),
        ("bound to nothing", with("cnf", Value::Null)),
        ("no token_type", without("token_type")),
        ("DPoP", with("token_type", "DPoP")),
        ("refresh token", with("token_type", "refresh_token")),
        ("access_token", with("token_type", "access_token")),
        ("MAC", with("token_type", "mac")),
        ("an empty token_type", with("token_type", "")),
        ("token_type null", with("token_type", Value::Null)),
        ("token_type in a list", with("token_type", json!(["Bearer"]))),
        ("typ of a refresh token", with("typ", "Refresh")),
        ("typ of an ID token", with("typ", "ID")),
        ("typ null", with("typ", Value::Null)),
        ("token_use of an ID token", with("token_use", "id")),
        ("token_use of a refresh token", with("token_use", "refresh_token")),
        ("ID token", with("at_hash", "x")),
        ("ID token of a code", with("c_hash", "x")),
        ("security event", with("events", json!({}))),
        ("sub as a number", with("sub", 7)),
    ] {
        fake.answer(PATH, Answer::json(&answer));
        let response = orders.get_as("/me", "opaque");
        assert_refused(&response, what);
        assert!(!response.text().contains("alice"), "{what}");
    }
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn i_06_what_an_answer_may_leave_out_or_spell_otherwise() {
    let fake = saying(&alice());
    let orders = orders_with(&fake, |tokens| tokens.remember_for(Duration::ZERO));
    for (what, answer) in [
        ("all", alice()),
        ("no iss", without("iss")),
        ("no exp", without("exp")),
        ("no sub", without("sub")),
        ("no client_id", without("client_id")),
        ("no iat", without("iat")),
        ("bearer", with("token_type", "bearer")),
        ("BEARER", with("token_type", "BEARER")),
        ("one aud of several", with("aud", json!(["a", AUDIENCE]))),
        ("exp in a second", with("exp", NOW + 1)),
        ("nbf now", with("nbf", NOW)),
        ("typ", with("typ", "Bearer")),
        ("token_use", with("token_use", "access")),
        ("an extension", with("https://a.example/x", json!({ "a": [1, null] }))),
    ] {
        fake.answer(PATH, Answer::json(&answer));
        let response = orders.get_as("/me", "opaque");
        assert_eq!(response.status(), 200, "{what}");
        // Ours, also where the answer does not say it.
        assert_eq!(response.json()["issuer"], ISSUER, "{what}");
    }
    assert_eq!(orders.calls.take(), 14);
}

#[test]
fn i_06_the_leeway_is_for_both_ends() {
    let fake = saying(&alice());
    let orders =
        orders_with(&fake, |tokens| tokens.leeway(Duration::from_secs(10)).remember_for(Duration::ZERO));
    for (answer, status) in [
        (with("exp", NOW - 9), 200),
        (with("exp", NOW - 10), 401),
        (with("nbf", NOW + 10), 200),
        (with("nbf", NOW + 11), 401),
    ] {
        fake.answer(PATH, Answer::json(&answer));
        assert_eq!(orders.get_as("/me", "opaque").status(), status, "{answer}");
    }
}

#[test]
fn i_06_the_scope_of_the_answer_is_what_counts() {
    let fake = saying(&alice());
    let orders = orders_with(&fake, |tokens| tokens.remember_for(Duration::ZERO));
    assert_eq!(post(&orders, "opaque").status(), 201);
    assert_eq!(orders.calls.take(), 1);
    for (what, answer) in [
        ("another scope", with("scope", "orders:read")),
        ("a longer one", with("scope", "orders:write:all")),
        ("another case", with("scope", "Orders:Write")),
        ("a tab", with("scope", "orders:read\torders:write")),
        ("none", with("scope", "")),
        ("not there", without("scope")),
        ("a list", with("scope", json!(["orders:write"]))),
        ("null", with("scope", Value::Null)),
        ("in another member", {
            let mut answer = without("scope");
            answer["scp"] = json!("orders:write");
            answer
        }),
    ] {
        fake.answer(PATH, Answer::json(&answer));
        assert_eq!(post(&orders, "opaque").status(), 403, "{what}");
        assert_eq!(orders.get_as("/me", "opaque").status(), 200, "{what}");
        assert_eq!(orders.calls.take(), 1, "{what}");
    }
}

#[test]
fn i_06_scopes_and_roles_come_from_the_configured_members() {
    let mut answer = with("scp", json!(["orders:write"]));
    answer["realm_access"] = json!({ "roles": ["admin"] });
    let fake = saying(&answer);
    let configured = orders_with(&fake, |tokens| tokens.scopes_from("scp").roles_from("/realm_access/roles"));
    let me = configured.get_as("/me", "opaque").json();
    assert_eq!((&me["scopes"], &me["roles"]), (&json!(["orders:write"]), &json!(["admin"])));
    let me = orders(&fake).get_as("/me", "opaque").json();
    assert_eq!((&me["scopes"], &me["roles"]), (&json!(["orders:read", "orders:write"]), &json!([])));
}

#[test]
fn i_07_an_answer_is_forgotten_at_exp() {
    let fake = saying(&with("exp", NOW + 10));
    let orders = orders(&fake);
    let status = || (orders.get_as("/me", "opaque").status(), fake.asked(PATH).len());
    assert_eq!(status(), (200, 1));
    assert_eq!(status(), (200, 1));
    orders.issuer.pass(9);
    assert_eq!(status(), (200, 1));
    orders.issuer.pass(1);
    assert_eq!(status(), (401, 2));
    // It was extended.
    fake.answer(PATH, Answer::json(&with("exp", NOW + 15)));
    assert_eq!(status(), (200, 3));
    orders.issuer.pass(4);
    assert_eq!(status(), (200, 3));
    orders.issuer.pass(1);
    assert_eq!(status(), (401, 4));
}

#[test]
fn i_07_an_answer_is_remembered_for_thirty_seconds_at_most() {
    for answer in [alice(), without("exp")] {
        let fake = saying(&answer);
        let orders = orders(&fake);
        let status = || (orders.get_as("/me", "opaque").status(), fake.asked(PATH).len());
        assert_eq!(status(), (200, 1));
        orders.issuer.pass(29);
        assert_eq!(status(), (200, 1));
        // It is revoked, and that shows when it is asked about again.
        fake.answer(PATH, Answer::json(&json!({ "active": false })));
        assert_eq!(status(), (200, 1));
        orders.issuer.pass(1);
        assert_eq!(status(), (401, 2));
    }
}

#[test]
fn i_07_use_does_not_prolong_what_is_remembered() {
    let fake = saying(&without("exp"));
    let orders = orders(&fake);
    for second in 0..65 {
        assert_eq!(orders.get_as("/me", "opaque").status(), 200);
        assert_eq!(fake.asked(PATH).len(), 1 + second / 30, "{second}");
        orders.issuer.pass(1);
    }
}

#[test]
fn i_07_how_long_an_answer_is_remembered_is_a_setting() {
    let fake = saying(&without("exp"));
    let orders = orders_with(&fake, |tokens| tokens.remember_for(Duration::from_secs(5)));
    let asked = |orders: &Orders| {
        assert_eq!(orders.get_as("/me", "opaque").status(), 200);
        fake.asked(PATH).len()
    };
    assert_eq!((asked(&orders), asked(&orders)), (1, 1));
    orders.issuer.pass(4);
    assert_eq!(asked(&orders), 1);
    orders.issuer.pass(1);
    assert_eq!((asked(&orders), asked(&orders)), (2, 2));
    let each_time = orders_with(&fake, |tokens| tokens.remember_for(Duration::ZERO));
    assert_eq!((asked(&each_time), asked(&each_time), asked(&each_time)), (3, 4, 5));
    let uncached = Orders::start_with(|issuer| {
        let tokens = asking(fake.origin() + PATH, issuer).build().unwrap();
        Authorizer::builder().bearer(tokens).without_token_cache().build().unwrap()
    });
    assert_eq!((asked(&uncached), asked(&uncached), asked(&uncached)), (6, 7, 8));
}

#[test]
fn i_07_what_is_remembered_needs_no_issuer() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    fake.set_down(true);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    assert_eq!(orders.calls.take(), 2);
    // And no longer than that.
    orders.issuer.pass(30);
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "the issuer is away");
    fake.set_down(false);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn i_08_tokens_do_not_answer_for_each_other() {
    let (begin, end) = ("b".repeat(64), "e".repeat(64));
    let groups = [
        vec![format!("{begin}1"), format!("{begin}2"), begin.clone(), format!("{begin}12")],
        vec![format!("1{end}"), format!("2{end}"), end.clone(), end[..32].to_owned(), end[..33].to_owned()],
        vec![format!("{begin}1{end}"), format!("{begin}2{end}"), format!("{begin}{end}")],
        vec![format!("A{end}"), format!("a{end}")],
        vec!["abc".to_owned(), "abc=".to_owned(), "abc==".to_owned(), "ab".to_owned()],
    ];
    for tokens in groups {
        let fake = Fake::start();
        let orders = orders(&fake);
        let named = |number: usize| format!("owner-{number}");
        for (number, token) in tokens.iter().enumerate() {
            fake.answer(PATH, Answer::json(&with("sub", named(number))));
            assert_eq!(orders.get_as("/me", token).json()["subject"], named(number), "{token}");
        }
        let asked: Vec<_> = fake.asked(PATH).iter().map(|asked| asked.form()["token"].clone()).collect();
        assert_eq!(asked, tokens);
        // All of them are remembered, each for itself.
        fake.answer(PATH, Answer::json(&json!({ "active": false })));
        for (number, token) in tokens.iter().enumerate() {
            assert_eq!(orders.get_as("/me", token).json()["subject"], named(number), "{token}");
        }
        assert_eq!(fake.asked(PATH).len(), tokens.len());
        assert_refused(&orders.get_as("/me", format!("x{}", tokens[0])), "an unknown one");
    }
}

#[test]
fn i_09_nothing_of_an_answer_comes_out_or_is_logged() {
    log::keep();
    let secret = "the-client-secret-that-is-in-no-log";
    let token = "the-opaque-token-that-is-in-no-log";
    let private = ["carol-the-user", "carol@private.example", "carol-the-subject", "carol-says-the-issuer"];
    let marked = |name: &str, value: Value| {
        let mut answer = with(name, value);
        answer["username"] = json!(private[0]);
        answer["email"] = json!(private[1]);
        answer["sub"] = json!(private[2]);
        answer["error_description"] = json!(private[3]);
        answer
    };
    let html = format!("<p>{} {token} {secret}", private.join(" "));
    let fake = Fake::start();
    let orders_by = |basic: bool, timeout: Duration| {
        Orders::start_with(|issuer| {
            let tokens = asking(fake.origin() + PATH, issuer).timeout(timeout).remember_for(Duration::ZERO);
            let tokens = if basic {
                tokens.client_secret_basic("orders", secret)
            } else {
                tokens.client_secret_post("orders", secret)
            };
            Authorizer::builder().bearer(tokens.build().unwrap()).challenge_scopes().build().unwrap()
        })
    };
    let answers = [
        (401, Answer::json(&marked("active", json!(false)))),
        (401, Answer::json(&marked("aud", json!("other")))),
        (401, Answer::json(&marked("exp", json!(NOW)))),
        (401, Answer::json(&marked("token_type", json!(private[0])))),
        (403, Answer::json(&marked("scope", json!("orders:read")))),
        (503, Answer::json(&marked("active", json!(true))).with_status(500)),
        (503, Answer::json(&marked("active", json!(true))).with_status(401)),
        (503, Answer::text(html.clone())),
        (
            503,
            Answer::status(302).field("location", &format!("https://carol-says-the-issuer.example/{token}")),
        ),
    ];
    for basic in [true, false] {
        let orders = orders_by(basic, Duration::from_secs(5));
        for (status, answer) in &answers {
            fake.answer(PATH, answer.clone());
            let response = post(&orders, token);
            assert_eq!(response.status(), *status, "{answer:?}");
            let text = format!("{:?} {}", response.fields, response.text());
            for private in private.iter().chain([&secret, &token]) {
                assert!(!text.contains(private), "{private} in {text}");
            }
        }
        fake.set_down(true);
        assert_eq!(post(&orders, token).status(), 503);
        fake.set_down(false);
        fake.answer(PATH, Answer::text(html.clone()).late(Duration::from_mins(1)));
        assert_eq!(post(&orders_by(basic, Duration::from_millis(200)), token).status(), 503);
    }
    let encoded = STANDARD.encode(format!("orders:{secret}"));
    // Of all crates, the one that speaks HTTP too.
    let lines = log::lines();
    for expected in
        ["its issuer says that it is not active", "cannot be asked about a token: it answered 500"]
    {
        assert!(lines.contains(expected), "the log is not kept");
    }
    for private in private.iter().copied().chain([secret, token, &*encoded]) {
        let line = lines.lines().find(|line| line.contains(private));
        assert_eq!(line, None, "{private} in the log");
    }
}

#[test]
fn i_09_a_secret_is_not_shown_for_debugging() {
    for basic in [true, false] {
        let builder = asking("https://login.example/introspect", &Issuer::default());
        let builder = if basic {
            builder.client_secret_basic("orders", "a-secret-that-is-not-shown")
        } else {
            builder.client_secret_post("orders", "a-secret-that-is-not-shown")
        };
        assert!(!format!("{builder:?}").contains("a-secret"), "{builder:?}");
        let tokens = builder.build().unwrap();
        assert!(!format!("{tokens:?}").contains("a-secret"), "{tokens:?}");
        let authorizer = Authorizer::builder().bearer(tokens).build().unwrap();
        assert!(!format!("{authorizer:?}").contains("a-secret"), "{authorizer:?}");
    }
}

#[test]
fn i_10_the_kind_of_token_is_hinted_at() {
    // The fake looks at no hint, as a server may (RFC 7662 §2.1).
    let fake = saying(&alice());
    let orders = orders(&fake);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    let hints = fake.asked(PATH).iter().flat_map(form).filter(|(name, _)| name == "token_type_hint").count();
    assert_eq!(hints, 1);
    assert_eq!(fake.asked(PATH)[0].form()["token_type_hint"], "access_token");
    // A hint proves nothing: what the server says is what it is.
    fake.answer(PATH, Answer::json(&with("token_type", "refresh_token")));
    assert_refused(&orders.get_as("/me", "refresh"), "a refresh token");
}

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// A provider with metadata, which says this of every token.
fn publishing(answer: &Value) -> Fake {
    let fake = saying(answer);
    fake.publish(&[]);
    fake
}

#[test]
fn discovery_finds_the_endpoint_once() {
    let fake = publishing(&without("iss"));
    let orders = discovering(&fake);
    assert_eq!(fake.asked(OPENID).len(), 0, "it waits for the first token");
    // All of them are the first.
    parallel(20, |number| {
        let me = orders.get_as("/me", format!("opaque-{number}"));
        assert_eq!((me.status(), &me.json()["issuer"]), (200, &json!(fake.origin())));
    });
    orders.issuer.pass(300);
    assert_eq!(orders.get_as("/me", "opaque-0").status(), 200);
    assert_eq!((fake.asked(OPENID).len(), fake.asked(OAUTH).len(), fake.asked(PATH).len()), (1, 0, 21));
    assert_eq!(fake.asked(OPENID)[0].line, format!("GET {OPENID} HTTP/1.1"));
    // The secret is for the endpoint.
    assert!(!fake.asked(OPENID)[0].fields.contains_key("authorization"));
    assert_eq!(form_decoded(&basic(&fake.asked(PATH)[0]).1), SECRET);
    // An answer that names an issuer has to name the one that was configured.
    fake.answer(PATH, Answer::json(&alice()));
    assert_refused(&orders.get_as("/me", "of-another-issuer"), "another issuer");
    assert_eq!(fake.asked("/jwks").len(), 0);
}

#[test]
fn discovery_reads_the_metadata_of_rfc_8414_too() {
    let fake = saying(&without("iss"));
    let issuer = fake.origin() + "/realms/shop";
    let metadata = json!({ "issuer": issuer, "introspection_endpoint": fake.origin() + PATH });
    fake.answer(&format!("{OAUTH}/realms/shop"), Answer::json(&metadata));
    let orders = orders_of(|clock| known(Introspection::discover(&issuer), clock));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    assert_eq!(fake.asked(&format!("/realms/shop{OPENID}")).len(), 1);
    assert_eq!(fake.asked(&format!("{OAUTH}/realms/shop")).len(), 1);
}

#[test]
fn discovery_of_something_else_is_unavailable_and_recovers() {
    let (fake, other) = (publishing(&without("iss")), saying(&without("iss")));
    let orders = discovering(&fake);
    let (issuer, endpoint) = (fake.origin(), fake.origin() + PATH);
    let metadata = |issuer: Value, endpoint: Value| {
        Answer::json(&json!({ "issuer": issuer, "introspection_endpoint": endpoint }))
    };
    for (what, answer) in [
        ("another issuer", metadata(json!("https://other.example"), json!(endpoint))),
        ("a slash more", metadata(json!(format!("{issuer}/")), json!(endpoint))),
        ("another case", metadata(json!(issuer.to_uppercase()), json!(endpoint))),
        ("a list of issuers", metadata(json!([issuer]), json!(endpoint))),
        ("no issuer", Answer::json(&json!({ "introspection_endpoint": endpoint }))),
        ("no endpoint", Answer::json(&json!({ "issuer": issuer }))),
        ("endpoint null", metadata(json!(issuer), Value::Null)),
        ("endpoint in a list", metadata(json!(issuer), json!([endpoint]))),
        ("a path", metadata(json!(issuer), json!(PATH))),
        ("plain http elsewhere", metadata(json!(issuer), json!("http://login.example/introspect"))),
        ("a file", metadata(json!(issuer), json!("file:///etc/passwd"))),
        ("HTML", Answer::text("<p>Hello")),
        ("empty", Answer::text("")),
        ("away", Answer::status(500)),
        ("led elsewhere", Answer::status(302).field("location", &(other.origin() + OPENID))),
    ] {
        fake.answer(OPENID, answer);
        // It is looked up each second.
        orders.issuer.pass(1);
        let before = fake.asked(OPENID).len();
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), what);
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), what);
        assert_eq!(fake.asked(OPENID).len(), before + 1, "{what}");
    }
    orders.issuer.pass(1);
    fake.set_down(true);
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "down");
    fake.set_down(false);
    assert_eq!((fake.asked(PATH).len(), other.asked(OPENID).len()), (0, 0));
    fake.publish(&[]);
    orders.issuer.pass(1);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn an_endpoint_that_moves_is_found_again() {
    let fake = publishing(&without("iss"));
    let orders = orders_of(|issuer| {
        known(Introspection::discover(fake.origin()), issuer)
            .remember_for(Duration::ZERO)
            .timeout(Duration::from_millis(300))
    });
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    // What one token is answered says nothing of the endpoint.
    for status in [400, 401, 429, 500] {
        fake.answer(PATH, Answer::status(status));
        assert_eq!(orders.get_as("/me", "opaque").status(), 503, "a status");
    }
    assert_eq!(fake.asked(OPENID).len(), 1);
    let mut number = 0;
    let late = Duration::from_millis(900);
    for old in [Answer::status(404), Answer::text("<p>Hello"), Answer::json(&without("iss")).late(late)] {
        let (before, after) = (format!("/place/{number}"), format!("/place/{}", number + 1));
        number += 1;
        let naming = |place: &str| {
            Answer::json(&json!({ "issuer": fake.origin(), "introspection_endpoint": fake.origin() + place }))
        };
        // It is known where it was, then it is elsewhere.
        fake.answer(&before, Answer::json(&without("iss")));
        fake.answer(OPENID, naming(&before));
        orders.issuer.pass(10);
        crate::eventually("the endpoint is known", || {
            fake.answer(PATH, Answer::status(404));
            orders.issuer.pass(10);
            orders.get_as("/me", "opaque").status() == 200
        });
        fake.answer(&after, Answer::json(&without("iss")));
        fake.answer(OPENID, naming(&after));
        fake.answer(&before, old);
        orders.issuer.pass(10);
        assert_eq!(orders.get_as("/me", "opaque").status(), 503, "the old endpoint");
        crate::eventually("the endpoint is found again", || orders.get_as("/me", "opaque").status() == 200);
    }
    // Metadata that are down do not take the endpoint along.
    fake.answer(OPENID, Answer::status(500));
    fake.answer(&format!("/place/{number}"), Answer::status(404));
    orders.issuer.pass(10);
    assert_eq!(orders.get_as("/me", "opaque").status(), 503, "the endpoint is away");
    fake.answer(&format!("/place/{number}"), Answer::json(&without("iss")));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn discovery_does_not_lead_from_https_to_plain_http() {
    let (fake, plain) = (Fake::start_with_tls(), saying(&without("iss")));
    let naming = |origin: String| {
        Answer::json(&json!({ "issuer": fake.origin(), "introspection_endpoint": origin + PATH }))
    };
    let orders = orders_of(|issuer| {
        known(Introspection::discover(fake.origin()), issuer).root_certificate(fixture("tls.authority.pem"))
    });
    fake.answer(OPENID, naming(plain.origin()));
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "plain http");
    assert_eq!((fake.asked(OPENID).len(), plain.asked(PATH).len()), (1, 0));
    fake.answer(OPENID, naming(fake.origin()));
    fake.answer(PATH, Answer::json(&without("iss")));
    orders.issuer.pass(1);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn a_flood_does_not_reach_the_issuer_at_once() {
    let fake = Fake::start();
    fake.answer(PATH, Answer::json(&alice()).late(Duration::from_millis(400)));
    let orders = orders_with(&fake, |tokens| tokens.timeout(Duration::from_secs(20)));
    parallel(200, |number| assert_eq!(orders.get_as("/me", format!("opaque-{number}")).status(), 200));
    assert_eq!(fake.asked(PATH).len(), 200);
    let most = fake.most_waiting();
    // Fewer than half of them would mean that they did not come together, and that nothing was tested.
    assert!((32..=64).contains(&most), "{most}");
}

#[test]
fn a_flood_is_over_when_the_issuer_is_back() {
    let fake = Fake::start();
    fake.answer(PATH, Answer::json(&alice()).late(Duration::from_mins(1)));
    let orders = orders_with(&fake, |tokens| tokens.timeout(Duration::from_secs(3)));
    let began = Instant::now();
    // More than may be under way: the others wait for their turn in vain, and no longer than these.
    parallel(150, |number| {
        assert_eq!(orders.get_as("/me", format!("opaque-{number}")).status(), 503);
    });
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(orders.calls.take(), 0);
    // Every turn was given back.
    fake.answer(PATH, Answer::json(&alice()));
    parallel(70, |number| assert_eq!(orders.get_as("/me", format!("opaque-{number}")).status(), 200));
}

#[test]
fn long_tokens_are_refused_unasked() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    let limit = 16 * 1024;
    assert_eq!(orders.get_as("/me", "a".repeat(limit)).status(), 200);
    assert_eq!(fake.asked(PATH).len(), 1);
    for length in [limit + 1, 64 * 1024] {
        assert_refused(&orders.get_as("/me", "a".repeat(length)), "too long");
    }
    assert_eq!(fake.asked(PATH).len(), 1);
}

#[test]
fn requests_without_a_bearer_token_ask_nobody() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    assert_eq!(orders.get("/me", &[]).status(), 401);
    assert_eq!(orders.get("/me", &["authorization: Basic b3BhcXVlOm9wYXF1ZQ=="]).status(), 401);
    assert_eq!(orders.get("/me", &["authorization: Bearer opaque opaque"]).status(), 400);
    assert_eq!(orders.get("/me", &["authorization: Bearer a", "authorization: Bearer b"]).status(), 400);
    assert_eq!(orders.get("/me?access_token=opaque", &[]).status(), 401);
    assert_eq!(fake.asked(PATH).len(), 0);
}

#[test]
fn json_web_tokens_are_not_asked_about() {
    let fake = saying(&with("sub", "bob"));
    let orders = Orders::start_with(|issuer| {
        let tokens = asking(fake.origin() + PATH, issuer).build().unwrap();
        let issuers = Issuers::new([issuer.jwt()]).unwrap().opaque(tokens);
        Authorizer::builder().bearer(issuers).build().unwrap()
    });
    let good = Token::alice().signed();
    assert_eq!(orders.get_as("/me", &good).json()["subject"], "alice");
    for (what, token) in [
        ("expired", Token::expired().signed()),
        ("another issuer", Token::alice().claim("iss", "https://other.example").signed()),
        ("no issuer", Token::alice().without("iss").signed()),
        ("another audience", Token::alice().claim("aud", "other").signed()),
        ("another kind", Token::alice().header("typ", "logout+jwt").signed()),
        ("a duplicate", auth_tests::issuer::signed(r#"{"alg":"HS256","alg":"HS256"}"#, "{}")),
        ("no claims", auth_tests::issuer::signed(r#"{"alg":"HS256"}"#, "no JSON")),
        ("unsigned", good[..=good.rfind('.').unwrap()].to_owned()),
        ("forged", good.clone() + "AAAA"),
        ("padded", good.clone() + "="),
        ("too long", Token::alice().claim("x", "x".repeat(16_000)).signed()),
    ] {
        assert_refused(&orders.get_as("/me", token), what);
    }
    assert_eq!(fake.asked(PATH).len(), 0);
    for token in ["opaque", "2YotnFZFEjr1zCsicMWpAA", "a.b", "a.b.c", "..x"] {
        assert_eq!(orders.get_as("/me", token).json()["subject"], "bob", "{token}");
    }
    assert_eq!(fake.asked(PATH).len(), 5);
    // Both are remembered.
    fake.set_down(true);
    assert_eq!(orders.get_as("/me", "opaque").json()["subject"], "bob");
    assert_eq!(orders.get_as("/me", good).json()["subject"], "alice");
}

#[test]
fn i_07_leeway_does_not_lengthen_what_is_remembered() {
    let fake = saying(&with("exp", NOW + 5));
    // The default leeway of 30 seconds, which the other tests switch off.
    let orders = orders_with(&fake, |tokens| tokens.leeway(Duration::from_secs(30)));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    orders.issuer.pass(5);
    // The leeway may accept it at `exp` and later, and the issuer has to be asked (RFC 7662 §4).
    fake.answer(PATH, Answer::json(&json!({ "active": false })));
    let status = orders.get_as("/me", "opaque").status();
    assert_eq!((status, fake.asked(PATH).len()), (401, 2));
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

#[test]
fn i_02_what_stays_on_this_machine_goes_through_no_proxy() {
    let proxy = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "introspection::i_01_the_query_of_the_endpoint_stays_as_it_is"])
        .env("HTTP_PROXY", &address)
        .env("http_proxy", &address)
        .output()
        .unwrap();
    assert!(proxy.accept().is_err(), "the proxy was asked");
    assert!(child.status.success());
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_what_is_remembered() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    orders.issuer.pass(7200);
    let token = "opaque";
    fake.answer(PATH, Answer::json(&with("exp", NOW + 100_000)));
    assert_eq!(orders.get_as("/me", token).status(), 200);
    fake.answer(PATH, Answer::json(&json!({ "active": false })));
    orders.issuer.pass(0_u64.wrapping_sub(3600));
    assert_eq!(orders.get_as("/me", token).status(), 401);
}
