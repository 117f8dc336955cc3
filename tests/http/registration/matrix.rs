//! The matrix of the access table: what it says about callers, and how it is written.

use actix_web::{HttpResponse, delete, get, http::Method, put, web};
use auth_runtime::{
    Access, Action, Api, Authorizer, Credential, Decision, Denial, Denied, Group, Hide, Lookup, Principal,
    Requirement, Resource, Routes, Scheme, endpoints::Verdict, public, require_auth, require_role,
    require_scope,
};
use auth_tests::{Issuer, Server, Token, matrix::cells, wire::bearer};
use serde_json::json;

/// A document. Everybody but the guest sees the first one, which is open to changes.
struct Document(u64);

impl Resource for Document {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok((*lookup.id() < 9).then(|| Self(*lookup.id())))
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        principal.subject() != Some("guest")
    }
}

enum Change {}

impl Action<Document> for Change {
    const REQUIREMENT: Requirement = Requirement::scope("write");

    fn authorize(_: &Principal, document: &Document) -> Decision {
        (document.0 == 1).into()
    }
}

fn is_first(id: &web::Path<u64>) -> bool {
    **id == 1
}

#[public("it says <hello> to \"everybody\"")]
#[get("/open")]
async fn open() -> &'static str {
    "open"
}

#[require_auth]
#[delete("/documents/{id}")]
async fn remove(_: Access<Document, Change>) -> &'static str {
    "removed"
}

/// Answers whoever may not change the document, too.
#[require_auth]
#[put("/documents/{id}")]
async fn attempt(document: Result<Access<Document, Change>, Denied>) -> String {
    format!("changed: {}", document.is_ok())
}

#[require_scope("read")]
#[get("/documents/{id}")]
async fn show(_: Access<Document>) -> &'static str {
    "document"
}

#[require_scope("read", hide, when = is_first(id))]
async fn first(id: web::Path<u64>) -> String {
    id.to_string()
}

#[require_role("admin", hide(anonymous))]
async fn secret() -> &'static str {
    "secret"
}

fn routes(routes: &mut Routes<'_>) {
    routes.public_service("/metrics", "scraped", web::resource("/metrics").to(HttpResponse::Ok));
    routes.service(open).service(remove).service(attempt).service(show);
    routes.route("/first/{id:1|2}", Method::GET, first).route("/secret", Method::GET, secret);
    let staff = routes.authorizer().require(Requirement::role("admin")).hide(Hide::Unauthorized);
    routes.group(Group::new("/staff").wrap(staff), |staff| {
        staff.service(open).route("/secret", Method::GET, secret);
    });
}

fn principal(scopes: &[&str], roles: &[&str]) -> Principal {
    Principal::builder().scopes(scopes.iter().copied()).roles(roles.iter().copied()).build()
}

const EXPECTED: &str = "\
METHOD  PATH             anonymous  reader   writer   admin    expired
PUT     /documents/{id}  401        depends  depends  depends  401
DELETE  /documents/{id}  401        denied   depends  denied   401
GET     /documents/{id}  401        depends  403      403      401
GET     /first/{id:1|2}  401        depends  404      404      401
*       /metrics         allowed    allowed  allowed  allowed  allowed
GET     /open            allowed    allowed  allowed  allowed  allowed
GET     /secret          404        404      404      allowed  404
GET     /staff/open      401        404      404      allowed  401
GET     /staff/secret    401        404      404      allowed  401
";

fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn the_matrix_says_what_each_caller_is_answered() {
    let api = Api::new(Issuer::default().authorizer(), routes).unwrap();
    let (reader, writer, admin) =
        (principal(&["read"], &[]), principal(&["write"], &[]), principal(&[], &["admin"]));
    let callers =
        [("reader", Some(&reader)), ("writer", Some(&writer)), ("admin", Some(&admin)), ("expired", None)];
    let matrix = api.endpoints().matrix(callers).to_string();
    assert_eq!(lines(&matrix), lines(EXPECTED), "\n{matrix}");

    let server = Server::of(api);
    let token = |caller: &str| match caller {
        "anonymous" => None,
        "reader" => Some(Token::of("reader").claim("scope", "read")),
        "writer" => Some(Token::of("writer").claim("scope", "write")),
        "admin" => Some(Token::of("admin").claim("roles", json!(["admin"]))),
        _ => Some(Token::expired()),
    };
    for cell in cells(&matrix) {
        let method = if cell.method == "*" { "GET" } else { &cell.method };
        for id in ["1", "2", "9"] {
            let path = cell.path.replace("{id}", id).replace("{id:1|2}", "1");
            let lines: Vec<_> = token(&cell.caller).iter().map(|token| bearer(token.signed())).collect();
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let status = server.send(method, &path, &lines).status();
            assert!(cell.admits(status), "{status} at {path}: {cell:?}");
        }
    }
    // The handler with a `Result` answers those whom the action denies, so they are not said to be denied.
    let guest = bearer(Token::of("guest").signed());
    assert_eq!(server.send("PUT", "/documents/1", &[&guest]).text(), "changed: false");
}

#[test]
fn a_verdict_says_what_it_depends_on() {
    let api = Api::new(Issuer::default().authorizer(), routes).unwrap();
    let (reader, writer) = (principal(&["read"], &[]), principal(&["write"], &[]));
    let verdict = |method: &str, path: &str, caller| {
        let is_it = |endpoint: &&_| {
            let endpoint: &auth_runtime::endpoints::Endpoint = endpoint;
            endpoint.path == path && endpoint.methods == [method]
        };
        api.endpoints().iter().find(is_it).unwrap().verdict(Some(caller))
    };
    let list = |text: &str| vec![text.to_owned()];
    for (method, path, caller, expected) in [
        ("DELETE", "/documents/{id}", &writer, Verdict::Depends(list("Change(Document)"))),
        (
            "DELETE",
            "/documents/{id}",
            &reader,
            Verdict::Denied(list(r#"Change(Document) with scope("write")"#)),
        ),
        ("PUT", "/documents/{id}", &reader, Verdict::Depends(list("Change(Document)"))),
        ("GET", "/documents/{id}", &reader, Verdict::Depends(list("Read(Document)"))),
        ("GET", "/first/{id:1|2}", &reader, Verdict::Depends(list("when is_first(id)"))),
        ("GET", "/first/{id:1|2}", &writer, Verdict::NotFound),
        ("GET", "/documents/{id}", &writer, Verdict::Forbidden),
    ] {
        assert_eq!(verdict(method, path, caller), expected, "{method} {path}");
    }
}

#[test]
fn every_form_holds_any_text() {
    fn few(routes: &mut Routes<'_>) {
        routes.public_service("/metrics", "scraped", web::resource("/metrics").to(HttpResponse::Ok));
        routes.service(remove).route("/first/{id:1|2}", Method::GET, first);
    }
    let api = Api::new(Issuer::default().authorizer(), few).unwrap();
    let (reader, odd) = (principal(&["read"], &[]), "<b> \"a\" & 'b'|\n`c`");
    let matrix = api.endpoints().matrix([(odd, &reader), ("", &reader)]);
    assert_eq!(matrix.callers(), ["anonymous", odd, ""]);
    assert_eq!(
        matrix.to_string(),
        "\
METHOD  PATH             anonymous  <b>_\"a\"_&_'b'|_`c`  -
DELETE  /documents/{id}  401        denied              denied
GET     /first/{id:1|2}  401        depends             depends
*       /metrics         allowed    allowed             allowed
"
    );
    let markdown = matrix.to_markdown();
    let expected = r#"
| METHOD | PATH | `anonymous` | `<b> "a" & 'b'\| 'c'` |  |
|---|---|---|---|---|
| `DELETE` | `/documents/{id}` | 401 | denied by `Change(Document) with scope("write")` | denied by `Change(Document) with scope("write")` |
| `GET` | `/first/{id:1\|2}` | 401 | depends on `when is_first(id)` | depends on `when is_first(id)` |
| `*` | `/metrics` | allowed | allowed | allowed |
"#;
    assert_eq!(markdown, expected.trim_start());
    let html = api.endpoints().matrix([(odd, &reader)]).to_html();
    for part in [
        "<table class=\"access-matrix\">\n<tr><th scope=\"col\">METHOD</th>",
        "<th scope=\"col\">&lt;b&gt; &quot;a&quot; &amp; &#39;b&#39;| `c`</th></tr>\n",
        "<tr><td><code>DELETE</code></td><td><code>/documents/{id}</code></td><td class=\"unauthorized\" style=\"",
        ">denied by <code>Change(Document) with scope(&quot;write&quot;)</code></td></tr>\n",
        "class=\"depends\" style=\"background: #bbdefb; color: #000\">depends on <code>when is_first(id)</code></td>",
        "</table>\n",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert!(!html.contains("<b>") && html.matches("<td").count() == 3 * 4, "{html}");
}

#[test]
fn the_matrix_serializes_as_rows() {
    let api = Api::new(Issuer::default().authorizer(), routes).unwrap();
    let reader = principal(&["read"], &[]);
    let rows = serde_json::to_value(api.endpoints().matrix([("reader", &reader)])).unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), api.endpoints().iter().len());
    for row in [
        json!({ "path": "/open", "methods": ["GET"], "verdicts": { "anonymous": "allowed", "reader": "allowed" } }),
        json!({ "path": "/secret", "methods": ["GET"], "verdicts": { "anonymous": 404, "reader": 404 } }),
        json!({ "path": "/metrics", "methods": [], "verdicts": { "anonymous": "allowed", "reader": "allowed" } }),
        json!({ "path": "/documents/{id}", "methods": ["GET"],
            "verdicts": { "anonymous": 401, "reader": { "depends": ["Read(Document)"] } } }),
        json!({ "path": "/documents/{id}", "methods": ["DELETE"],
            "verdicts": { "anonymous": 401, "reader": { "denied": [r#"Change(Document) with scope("write")"#] } } }),
    ] {
        assert!(rows.contains(&row), "{row}\n{rows:#?}");
    }
}

/// Where the connection is the only way in, a 401 would ask for what nobody can send.
#[test]
fn a_caller_who_cannot_send_a_credential_is_forbidden() {
    let holder = |name: &Credential<'_>| Ok(Principal::builder().subject(name.value()).role("admin").build());
    let certificates = Scheme::new("Certificate", holder).connection(|head| {
        let name = head.headers().get("x-certificate")?;
        Some(name.to_str().ok()?.to_owned())
    });
    let connected = Authorizer::builder().scheme(certificates).build().unwrap();
    let api = {
        let connected = connected.clone();
        move |routes: &mut Routes<'_>| {
            routes.route("/secret", Method::GET, secret);
            routes.group(Group::new("/machines").authorizer(&connected), |machines| {
                machines.service(show);
                let staff = machines.authorizer().require(Requirement::role("admin"));
                machines.group(Group::new("/staff").wrap(staff), |staff| {
                    staff.service(open);
                });
            });
            routes.service(show);
        }
    };
    let api = Api::new(Issuer::default().authorizer(), api).unwrap();
    let matrix = api.endpoints().matrix([("refused", None::<&Principal>)]).to_string();
    let expected = "\
METHOD  PATH                      anonymous  refused
GET     /documents/{id}           401        401
GET     /machines/documents/{id}  403        403
GET     /machines/staff/open      403        403
GET     /secret                   404        404
";
    assert_eq!(matrix, expected);
    let denied = |path: &str| api.endpoints().iter().find(|row| row.path == path).unwrap().denied();
    assert_eq!(denied("/documents/{id}").unauthorized, ["anonymous"]);
    let denied = denied("/machines/documents/{id}");
    assert_eq!((denied.unauthorized, denied.forbidden[0].as_str()), (vec![], "anonymous"));
    let server = Server::of(api);
    for cell in cells(&matrix).into_iter().filter(|cell| cell.caller == "anonymous") {
        let status = server.get(&cell.path.replace("{id}", "1"), &[]).status();
        assert!(cell.admits(status), "{status}: {cell:?}");
    }
}
