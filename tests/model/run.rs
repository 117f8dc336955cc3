//! Sends the requests of a case to its application, and compares what is answered with what the oracle says.

use std::sync::atomic::Ordering;

use auth_tests::wire::{self, Connection, Response};

use crate::{
    answer::Answer,
    application::Running,
    catalogue::handlers,
    credentials::text_of,
    description::{Application, Body, Case, Field, Handler, Place, Request, Text},
    desk::is_possible,
    oracle,
};

/// What says what has to be answered.
pub(crate) type Oracle = fn(&Application, &[Handler], &Request) -> Answer;

/// The oracle.
pub(crate) const ORACLE: Oracle = oracle::answer;

/// A request that was answered otherwise than the oracle says.
pub(crate) struct Difference {
    /// The position of the request in its case.
    pub(crate) at: usize,
    pub(crate) text: String,
}

/// Sends all requests of a case. `count` is told the stage and the status of each answer.
///
/// # Errors
/// The text says why the application cannot be built.
pub(crate) fn run(
    case: &Case,
    oracle: Oracle,
    count: &mut dyn FnMut(&'static str, u16),
) -> Result<Option<Difference>, String> {
    if case.requests.iter().any(|request| request.method.is_empty() || !request.path.starts_with('/')) {
        return Err("a request asks for nothing".to_owned());
    }
    if case.requests.iter().any(|request| request.upgrade && request.body != Body::None) {
        return Err("what follows an upgrade is no body".to_owned());
    }
    let mut texts = case.requests.iter().flat_map(|request| &request.elsewhere).map(|(_, text)| text);
    if texts.any(|text| matches!(text, Text::Session(made) if !is_possible(made))) {
        return Err("a session was used before it began, or too late".to_owned());
    }
    let running = Running::start(&case.application)?;
    let handlers = handlers();
    let mut connection = None;
    for (at, request) in case.requests.iter().enumerate() {
        let expected = oracle(&case.application, &handlers, request);
        running.clock.set(request.at);
        running.sessions.is_away.store(request.away, Ordering::SeqCst);
        running.trace.take();
        let response = exchange(&running, &mut connection, request);
        count(expected.stage, expected.status);
        let differences = differences(&expected, &response, &running.trace.take(), request);
        if !differences.is_empty() {
            let text = format!(
                "{:#?}\n\nis answered at the stage `{}` otherwise than expected:\n{}\n\n{response:?}",
                request,
                expected.stage,
                differences.join("\n")
            );
            return Ok(Some(Difference { at, text }));
        }
    }
    Ok(None)
}

fn exchange(running: &Running, connection: &mut Option<Connection>, request: &Request) -> Response {
    let text = text(request);
    // A connection that was kept may be closed by now.
    for _ in 0..2 {
        let kept = connection.take().filter(|_| !request.upgrade);
        let mut open = kept.unwrap_or_else(|| Connection::to(running.server.address()));
        if open.send(text.as_bytes()).is_ok()
            && let Some(response) = open.receive(has_no_body(request))
        {
            // Nobody knows where an answer to an upgrade ends.
            if !request.upgrade && response.field("connection") != Some("close") {
                *connection = Some(open);
            }
            return response;
        }
        running.trace.take();
    }
    panic!("no answer to {request:?}");
}

/// Returns whether the body of the answer is not read.
fn has_no_body(request: &Request) -> bool {
    request.method == "HEAD" || request.upgrade
}

fn differences(expected: &Answer, response: &Response, events: &[String], request: &Request) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, expected: String, answered: String| {
        if expected != answered {
            found.push(format!(
                "- {what}: expected {expected}\n  {:>width$}answered {answered}",
                "",
                width = what.len()
            ));
        }
    };
    compare("status", expected.status.to_string(), response.status().to_string());
    compare("challenges", format!("{:?}", expected.challenges), format!("{:?}", response.challenges()));
    compare(
        "cache-control",
        format!("{:?}", expected.cache),
        format!("{:?}", response.field("cache-control")),
    );
    let is_kept = response.field("set-cookie").is_some_and(|field| !field.starts_with("session=;"));
    compare("whether the session is kept alive", expected.keeps_session.to_string(), is_kept.to_string());
    let events_of = |verb: &str| events.iter().filter(|event| event.starts_with(verb)).collect::<Vec<_>>();
    let ran = expected.ran.map(|name| format!("ran {name}"));
    compare(
        "the handler that ran",
        format!("{:?}", Vec::from_iter(&ran)),
        format!("{:?}", events_of("ran ")),
    );
    if ["gate", "group", "handler", "nobody", "unmapped"].contains(&expected.stage) {
        compare("what was loaded for nobody", "[]".to_owned(), format!("{:?}", events_of("loaded ")));
    }
    if let Some((kind, body)) = &expected.body {
        let sent = if has_no_body(request) { "" } else { body };
        compare("body", sent.to_owned(), String::from_utf8_lossy(&response.body).into_owned());
        let kind = Some(*kind).filter(|kind| !kind.is_empty());
        compare("content-type", format!("{kind:?}"), format!("{:?}", response.field("content-type")));
        let length = body.len().to_string();
        compare(
            "content-length",
            format!("{:?}", Some(&*length)),
            format!("{:?}", response.field("content-length")),
        );
    }
    // Whether something has read the body must not show.
    if expected.status == 404 && expected.stage != "nobody" && !request.upgrade {
        let (has_body, closed) = (request.body != Body::None, response.field("connection") == Some("close"));
        compare("whether the connection is closed", has_body.to_string(), closed.to_string());
    }
    let retry = response.field("retry-after").map(|seconds| {
        // A rule and a store name their own time, and nobody says that of the others.
        if ["resource", "rule"].contains(&expected.stage) { seconds } else { "soon" }
    });
    let soon = if ["resource", "rule"].contains(&expected.stage) { "9" } else { "soon" };
    compare("retry-after", format!("{:?}", (expected.status == 503).then_some(soon)), format!("{retry:?}"));
    let usual = [
        "www-authenticate",
        "cache-control",
        "content-type",
        "content-length",
        "connection",
        "retry-after",
        "set-cookie",
        "date",
    ];
    let others: Vec<_> = response.fields.iter().filter(|(name, _)| !usual.contains(&name.as_str())).collect();
    let field = expected.field.map(|(name, value)| (name.to_owned(), value.to_owned()));
    compare("other fields", format!("{:?}", Vec::from_iter(&field)), format!("{others:?}"));
    found
}

/// Returns the text of a request.
fn text(request: &Request) -> String {
    let mut lines: Vec<_> =
        request.authorization.iter().map(|field| format!("authorization: {}", field_text(field))).collect();
    let (mut cookies, mut query) = (vec!["theme=dark".to_owned()], Vec::new());
    for (place, value) in &request.elsewhere {
        let value = text_of(value);
        match place {
            Place::Authorization => {}
            Place::Header(name) | Place::Presented(name) | Place::Connection(name) => {
                lines.push(format!("{name}: {value}"));
            }
            Place::Cookie(name) => cookies.push(format!("{name}={value}")),
            Place::Query(name) => query.push(format!("{name}={}", encoded(&value))),
        }
    }
    lines.push(format!("cookie: {}", cookies.join("; ")));
    lines.extend(request.site.iter().map(|site| format!("sec-fetch-site: {site}")));
    lines.extend(request.origin.iter().map(|origin| format!("origin: {origin}")));
    if request.upgrade {
        lines.extend(["connection: upgrade".to_owned(), "upgrade: websocket".to_owned()]);
    }
    let body = match request.body {
        Body::None => String::new(),
        Body::Item(price) => format!(r#"{{"price":{price}}}"#),
        Body::Malformed => r#"{"price":"#.to_owned(),
    };
    if request.body != Body::None {
        lines.push("content-type: application/json".to_owned());
    }
    let mut path = request.path.clone();
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    wire::request(&request.method, &path, &lines, &body)
}

fn field_text(field: &Field) -> String {
    match field {
        Field::Credential { scheme, spaces, text } => {
            format!("{scheme}{:spaces$}{}", "", text_of(text), spaces = (*spaces).max(1))
                .trim_end()
                .to_owned()
        }
        Field::Glued { scheme, glue } => format!("{scheme}{glue}abc"),
        Field::Empty => String::new(),
    }
}

/// Encodes a value as forms do, every third letter although it need not be.
fn encoded(value: &str) -> String {
    let bytes = value.bytes().enumerate();
    bytes
        .map(|(at, byte)| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'-' | b'_' if at % 3 != 1 => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
