//! Paths that are spelled otherwise: whatever leads to a handler leads past what protects it.

use actix_web::{
    App, HttpResponse, get,
    middleware::{Condition, NormalizePath, TrailingSlash},
};
use auth_runtime::{Api, Group, Hide, Requirement, Routes, public, require_role};
use auth_tests::{Issuer, Response, Server, Token, wire::bearer};

const ADMIN: Requirement = Requirement::role("admin");

/// How a client may write `/admin/report`, and in which applications this leads to the handler.
const SPELLINGS: [(&str, Leads); 34] = [
    ("/admin/report", Leads::Always),
    ("/admin/report?", Leads::Always),
    ("/admin/report?x=/../open", Leads::Always),
    ("http://orders.example/admin/report", Leads::Always),
    ("http://other.example/admin/report", Leads::Always),
    ("/%61dmin/report", Leads::Always),
    ("/%61%64%6D%69%6e/report", Leads::Always),
    ("/admin/%72eport", Leads::Always),
    ("/admin/repor%74", Leads::Always),
    ("//admin/report", Leads::Normalized),
    ("///admin/report", Leads::Normalized),
    ("//%61dmin//report", Leads::Normalized),
    ("/admin//report", Leads::Normalized),
    ("/admin/report/", Leads::Trimmed),
    ("/admin/report//", Leads::Trimmed),
    ("/admin/./report", Leads::Never),
    ("/./admin/report", Leads::Never),
    ("/x/../admin/report", Leads::Never),
    ("/admin/%2e/report", Leads::Never),
    ("/x/%2e%2e/admin/report", Leads::Never),
    ("/admin/report/.", Leads::Never),
    ("/ADMIN", Leads::Never),
    ("/ADMIN/REPORT", Leads::Never),
    ("/Admin/report", Leads::Never),
    ("/admin%2Freport", Leads::Never),
    ("/admin%2freport", Leads::Never),
    ("/%2Fadmin/report", Leads::Never),
    ("/admin/report%2F", Leads::Never),
    ("/%2561dmin/report", Leads::Never),
    ("/admin%5Creport", Leads::Never),
    ("/admin\\report", Leads::Never),
    ("/admin;x=1/report", Leads::Never),
    ("/admin/report%00", Leads::Never),
    ("/admin/report%20", Leads::Never),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Leads {
    Always,
    /// Where slashes are merged.
    Normalized,
    /// Where slashes at the end are left out, too.
    Trimmed,
    Never,
}

/// The applications: what normalizes the path, and up to which spelling it leads to the handler.
const NORMALIZING: [(Option<TrailingSlash>, Leads); 3] = [
    (None, Leads::Always),
    (Some(TrailingSlash::MergeOnly), Leads::Normalized),
    (Some(TrailingSlash::Trim), Leads::Trimmed),
];

/// Protected by a group alone.
#[public("the group protects it")]
#[get("/report")]
async fn report() -> &'static str {
    "report"
}

#[require_role("admin")]
#[get("/admin/report")]
async fn annotated() -> &'static str {
    "report"
}

#[require_role("admin", hide(anonymous))]
#[get("/admin/report")]
async fn secret() -> &'static str {
    "report"
}

#[public("it is the same for everybody")]
#[get("/open")]
async fn open() -> &'static str {
    "open"
}

fn in_group(routes: &mut Routes<'_>, hide: Hide) {
    let group = Group::new("/admin").wrap(routes.authorizer().require(ADMIN).hide(hide));
    routes.group(group, |admin| {
        admin.service(report);
    });
    routes.service(open);
}

/// Starts an application with the gate or without it.
fn start(
    routes: impl Fn(&mut Routes<'_>) + Clone + Send + 'static,
    slashes: Option<TrailingSlash>,
    gated: bool,
) -> Server {
    let authorizer = Issuer::default()
        .authorizer_builder()
        .not_found(|_| HttpResponse::NotFound().body("nothing here"))
        .build()
        .unwrap();
    let (api, gate) = (Api::new(authorizer.clone(), routes).unwrap(), authorizer.gate());
    Server::run(move || {
        let normalize = NormalizePath::new(slashes.unwrap_or(TrailingSlash::MergeOnly));
        App::new()
            .wrap(Condition::new(gated, gate.clone()))
            .wrap(Condition::new(slashes.is_some(), normalize))
            .configure(api.routes())
    })
}

fn root() -> String {
    bearer(Token::of("root").claim("roles", ["admin"].as_slice()).signed())
}

/// Calls `look` for every spelling: with the spelling, whether it leads to the handler, and the answers to a caller
/// without a credential, to one without the role, and to one with a refused credential.
fn each_spelling(
    routes: impl Fn(&mut Routes<'_>) + Clone + Send + 'static,
    gated: bool,
    look: impl Fn(&Server, &str, bool, [Response; 3]),
) {
    let callers =
        ["x-none: 1".to_owned(), bearer(Token::alice().signed()), bearer(Token::expired().signed())];
    for (slashes, up_to) in NORMALIZING {
        let server = start(routes.clone(), slashes, gated);
        for (spelling, leads) in SPELLINGS {
            let answer = server.get(spelling, &[&root()]);
            let is_found = answer.status() == 200;
            assert_eq!(is_found, leads <= up_to, "{spelling} {slashes:?}: {answer:?}");
            let answers = callers.each_ref().map(|caller| server.get(spelling, &[caller]));
            for answer in &answers {
                assert!((400..500).contains(&answer.status()), "{spelling} {slashes:?}: {answer:?}");
            }
            look(&server, spelling, is_found, answers);
        }
    }
}

/// Asserts that whoever lacks the role is denied under every spelling that leads to the handler.
fn assert_denied(_: &Server, spelling: &str, is_found: bool, answers: [Response; 3]) {
    if is_found {
        assert_eq!(answers.map(|answer| answer.status()), [401, 403, 401], "{spelling}");
    }
}

/// Asserts that these callers see what they see where nothing is.
fn assert_absent(server: &Server, spelling: &str, answer: &Response, lines: &[&str]) {
    let unmapped = server.get("/nothing", lines);
    assert_eq!(unmapped.text(), "nothing here");
    assert_eq!(answer.masked(), unmapped.masked(), "{spelling}");
}

#[test]
fn no_spelling_leads_into_a_group_unasked() {
    each_spelling(|routes: &mut Routes<'_>| in_group(routes, Hide::Never), false, assert_denied);
}

#[test]
fn no_spelling_leads_to_an_annotated_handler_unasked() {
    let routes = |routes: &mut Routes<'_>| {
        routes.service(annotated).service(open);
    };
    each_spelling(routes, false, assert_denied);
}

#[test]
fn no_spelling_leads_past_the_gate() {
    let refused_everywhere = |server: &Server, spelling: &str, is_found: bool, answers: [Response; 3]| {
        let [.., refused] = &answers;
        let expired = bearer(Token::expired().signed());
        assert_eq!(refused.masked(), server.get("/open", &[&expired]).masked(), "{spelling}");
        assert_denied(server, spelling, is_found, answers);
    };
    let routes = |routes: &mut Routes<'_>| {
        routes.service(annotated).service(open);
    };
    each_spelling(routes, true, refused_everywhere);
    each_spelling(|routes: &mut Routes<'_>| in_group(routes, Hide::Never), true, refused_everywhere);
}

#[test]
fn a_hidden_group_is_not_there_under_any_spelling() {
    for gated in [false, true] {
        let hidden = |routes: &mut Routes<'_>| in_group(routes, Hide::Unauthorized);
        each_spelling(hidden, gated, |server, spelling, _, [_, unauthorized, _]| {
            let alice = bearer(Token::alice().signed());
            assert_absent(server, spelling, &unauthorized, &[&alice]);
        });
        let absent = |routes: &mut Routes<'_>| in_group(routes, Hide::Anonymous);
        each_spelling(absent, gated, |server, spelling, _, [anonymous, unauthorized, _]| {
            assert_absent(server, spelling, &anonymous, &[]);
            assert_absent(server, spelling, &unauthorized, &[&bearer(Token::alice().signed())]);
        });
    }
}

#[test]
fn a_hidden_handler_is_not_there_under_any_spelling() {
    let routes = |routes: &mut Routes<'_>| {
        routes.service(secret).service(open);
    };
    each_spelling(routes, false, |server, spelling, _, [anonymous, unauthorized, refused]| {
        assert_absent(server, spelling, &anonymous, &[]);
        assert_absent(server, spelling, &unauthorized, &[&bearer(Token::alice().signed())]);
        assert_absent(server, spelling, &refused, &[&bearer(Token::expired().signed())]);
    });
}
