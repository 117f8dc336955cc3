//! CK: from where requests come, with credentials of other kinds.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{App, HttpResponse, get, post};
use auth_runtime::{
    Api, Authorizer, Credential, Denial, Group, Hide, Principal, Refusal, Requirement, Routes, Scheme,
    require_auth, settings::AuthorizerBuilder,
};
use auth_tests::{Issuer, Response, Server, Token, wire::bearer};
use http_cache_semantics::CachePolicy;

fn people(credential: &Credential<'_>) -> Result<Principal, Refusal> {
    match credential.value() {
        name @ ("alice" | "bob") => Ok(Principal::builder().subject(name).build()),
        _ => Err(Refusal::invalid("nobody of that name")),
    }
}

#[require_auth]
#[post("/change")]
async fn change(principal: Principal) -> String {
    principal.scheme().unwrap().to_owned()
}

#[require_auth]
#[get("/socket")]
async fn socket() -> HttpResponse {
    // A cache may keep an answer with an age on its own account (RFC 9111 §4.2.2).
    HttpResponse::Ok().insert_header(("last-modified", "Thu, 01 Jan 2015 00:00:00 GMT")).finish()
}

#[require_auth]
#[get("/said")]
async fn said() -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", "no-cache, private")).finish()
}

fn routes(routes: &mut Routes<'_>) {
    let inside = routes.authorizer().require(Requirement::authenticated());
    let hidden = routes.authorizer().require(Requirement::authenticated()).hide(Hide::Unauthorized);
    routes.service(change).service(socket).service(said);
    routes.group(Group::new("/inside").wrap(inside), |inside| {
        inside.service(change);
    });
    routes.group(Group::new("/hidden").wrap(hidden), |hidden| {
        hidden.service(change);
    });
}

fn service(schemes: impl IntoIterator<Item = Scheme>) -> Server {
    let builder = schemes.into_iter().fold(Authorizer::builder(), AuthorizerBuilder::scheme);
    let api = Api::new(builder.build().unwrap(), routes).unwrap();
    Server::run(move || App::new().configure(api.routes()))
}

fn certificates() -> Scheme {
    Scheme::new("Certificate", people)
        .connection(|head| Some(head.headers().get("x-certificate")?.to_str().ok()?.to_owned()))
}

const FOREIGN: [&str; 4] = [
    "sec-fetch-site: cross-site",
    "sec-fetch-site: same-site",
    "origin: https://evil.example",
    "origin: null",
];

#[test]
fn ck_08_what_was_presented_on_purpose_is_not_asked_where_it_comes_from() {
    let server = service([
        Scheme::new("Bearer", people),
        Scheme::new("ApiKey", people).header("x-api-key"),
        Scheme::new("Ticket", people).dangerous_query("ticket"),
        Scheme::new("Hawk", people),
        Scheme::new("Badge", people)
            .presented_by(|head| Some(head.headers().get("x-badge")?.to_str().ok()?.to_owned())),
        Scheme::new("Session", people).cookie("session"),
    ]);
    for (path, line, scheme) in [
        ("/change", &*bearer("alice"), "Bearer"),
        ("/change", "x-api-key: alice", "ApiKey"),
        ("/change?ticket=alice", "accept: */*", "Ticket"),
        ("/change", "authorization: Hawk alice", "Hawk"),
        ("/change", "x-badge: alice", "Badge"),
    ] {
        for foreign in FOREIGN {
            let response = server.send("POST", path, &[line, foreign, "cookie: session=bob"]);
            assert_eq!((response.status(), response.text()), (200, scheme.to_owned()), "{foreign}");
        }
    }
}

#[test]
fn ck_08_what_browsers_send_by_themselves_is_asked_where_it_comes_from() {
    let cases = [
        (Scheme::new("Session", people).cookie("session"), "cookie: session=alice"),
        (Scheme::new("Basic", people), "authorization: Basic alice"),
        (Scheme::new("Negotiate", people), "authorization: negotiate alice"),
        (Scheme::new("Proxied", people).header("x-user").ambient(), "x-user: alice"),
        (certificates(), "x-certificate: alice"),
    ];
    for (scheme, line) in cases {
        let server = service([scheme]);
        for foreign in FOREIGN {
            let response = server.send("POST", "/change", &[line, foreign]);
            assert_eq!((response.status(), response.challenges().len()), (403, 0), "{line} {foreign}");
            assert_eq!(response.json()["detail"], "the caller may not do this");
            assert_eq!(server.send("POST", "/inside/change", &[line, foreign]).status(), 403, "{foreign}");
            let hidden = server.send("POST", "/hidden/change", &[line, foreign]);
            assert_eq!(hidden.masked(), server.send("POST", "/nothing", &[line, foreign]).masked());
            assert_eq!(server.get("/socket", &[line, foreign]).status(), 200);
            let upgrade = [line, foreign, "connection: upgrade", "upgrade: websocket"];
            assert_eq!(server.get("/socket", &upgrade).status(), 403, "{line} {foreign}");
        }
        for own in ["sec-fetch-site: same-origin", "sec-fetch-site: none", "origin: https://orders.example"] {
            assert_eq!(server.send("POST", "/change", &[line, own]).status(), 200, "{line} {own}");
        }
        assert_eq!(server.send("POST", "/change", &[line]).status(), 200, "{line}: no browser");
    }
}

#[test]
fn a_scheme_may_list_origins_or_take_every_one() {
    let listed = || Scheme::new("Session", people).cookie("session").origin("https://app.example");
    let line = "cookie: session=alice";
    let server = service([listed()]);
    let from = |server: &Server, origin: &str| {
        let origin = format!("origin: {origin}");
        server.send("POST", "/change", &[line, "sec-fetch-site: cross-site", &origin]).status()
    };
    assert_eq!(from(&server, "https://app.example"), 200);
    assert_eq!(from(&server, "https://evil.example"), 403);
    let open = service([listed().dangerous_any_origin()]);
    assert_eq!(from(&open, "https://evil.example"), 200);
}

#[test]
fn se_07_answers_to_keys_and_cookies_are_private_without_a_gate() {
    let server = service([
        Scheme::new("Bearer", people),
        Scheme::new("ApiKey", people).header("x-api-key"),
        Scheme::new("Session", people).cookie("session"),
        Scheme::new("Token", Issuer::default().jwt()).header("x-token"),
        certificates(),
    ]);
    let token = format!("x-token: {}", Token::alice().signed());
    for (line, expected) in [
        ("x-api-key: alice", Some("private")),
        ("cookie: session=alice", Some("private")),
        ("x-certificate: alice", Some("private")),
        (&token, Some("private")),
        (&*bearer("alice"), None),
    ] {
        // The second answer is to a token that is remembered.
        for _ in 0..2 {
            let response = server.get("/socket", &[line]);
            assert_eq!((response.status(), response.field("cache-control")), (200, expected), "{line}");
            assert!(!is_stored(line, &response), "a shared cache stores what was answered to `{line}`");
        }
    }
}

/// Returns whether a shared cache, as eager as RFC 9111 allows, stores the answer to a request with this line.
fn is_stored(line: &str, response: &Response) -> bool {
    let (name, value) = line.split_once(": ").unwrap();
    let request = http::Request::get("http://orders.example/socket").header(name, value).body(()).unwrap();
    let answer = http::Response::builder().status(response.status());
    let answer = response.fields.iter().fold(answer, |answer, (name, value)| answer.header(name, value));
    CachePolicy::new(&request, &answer.body(()).unwrap()).is_storable()
}

#[test]
fn se_07_a_handler_may_say_more() {
    let server = service([Scheme::new("ApiKey", people).header("x-api-key")]);
    let response = server.get("/said", &["x-api-key: alice"]);
    assert_eq!(response.field("cache-control"), Some("no-cache, private"));
}

#[test]
fn an_origin_that_is_none_is_refused_at_the_start() {
    let refused = |scheme: Scheme| Authorizer::builder().scheme(scheme).build().unwrap_err().to_string();
    let session = |origin: &str| Scheme::new("Session", people).cookie("session").origin(origin);
    for origin in ["null", "*", "app.example", "https://app.example/", "https://App.example", ""] {
        let error = refused(session(origin));
        assert!(error.contains(&format!("the origin `{origin}` of `Session` is none")), "{error}");
    }
    let error = refused(Scheme::new("Bearer", people).origin("https://app.example"));
    assert!(error.contains("leave `.origin(\"https://app.example\")` out"), "{error}");
}

#[test]
fn ck_04_the_application_is_not_asked_about_whom_another_site_sends() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let authorizer = Authorizer::builder()
        .scheme(Scheme::new("Session", people).cookie("session"))
        .enrich(move |principal: Principal| {
            count.fetch_add(1, Ordering::Relaxed);
            // Not even that it fails is seen.
            if principal.subject().is_some() { Err(Denial::from(std::fmt::Error)) } else { Ok(principal) }
        })
        .build()
        .unwrap();
    let api = Api::new(authorizer.clone(), routes).unwrap();
    let alone = Server::run({
        let api = api.clone();
        move || App::new().configure(api.routes())
    });
    let gated = Server::run(move || App::new().wrap(authorizer.gate()).configure(api.routes()));
    for server in [alone, gated] {
        for line in FOREIGN {
            let response = server.send("POST", "/change", &["cookie: session=alice", line]);
            assert_eq!(response.status(), 403, "{line}");
            let dead = server.send("POST", "/change", &["cookie: session=nobody", line]);
            assert_eq!(dead.status(), 401, "{line}");
        }
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}
