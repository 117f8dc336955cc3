//! What a stranger, a reader and an owner get, over a real socket.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use actix_web::{http::Method, test::TestRequest};
use auth_runtime::{
    TestIssuer, TestServer, TestToken,
    testing::{assert_checked_in, assert_hidden},
};

use auth_tests::{
    Response, matrix as printed,
    wire::{Connection, bearer, request},
};

use super::*;

struct Service {
    issuer: TestIssuer,
    server: TestServer,
}

impl Service {
    /// Starts the service with its real settings; only the issuer of its tokens is replaced.
    fn start() -> Self {
        let issuer = TestIssuer::new().issuer(issuer::ISSUER);
        let server = serve_with(with_settings(issuer.authorizer_builder().unwrap()).unwrap());
        Self { issuer, server }
    }

    fn send(&self, method: &str, path: &str, token: &TestToken) -> Response {
        let lines = [&*bearer(token.to_string().trim()), "content-type: application/json"];
        let request = request(method, path, &lines, r#"{"title":"notes"}"#);
        Connection::to(self.server.address()).exchange(request.as_bytes())
    }

    fn writer(&self, subject: &str) -> TestToken {
        self.issuer.token(subject).scope(WRITE.name())
    }

    /// Asserts that Ben cannot tell the one from the other, and that the owner gets what is hidden.
    fn assert_hidden(&self, method: &Method, hidden: &str, absent: &str, owner: &TestToken) {
        let ben = self.writer("ben");
        let request = |path: &str| {
            let request = TestRequest::with_uri(path).method(method.clone());
            request.insert_header(ben.authorization()).set_json(json!({ "title": "notes" }))
        };
        let owner = TestRequest::with_uri(hidden).insert_header(owner.authorization());
        assert_hidden(&self.server, request(hidden), request(absent), owner);
    }
}

fn serve_with(authorizer: Authorizer) -> TestServer {
    let api = Api::new(authorizer.clone(), routes).unwrap();
    let store = web::Data::new(store().unwrap());
    TestServer::start(move || {
        App::new().app_data(store.clone()).wrap(authorizer.gate()).configure(api.routes())
    })
}

#[test]
fn a_stranger_finds_nothing() {
    let service = Service::start();
    // One document is another tenant's, and the other is another member's own.
    for (hidden, owner) in [("/documents/3", "cleo"), ("/documents/2", "ada")] {
        for absent in ["/documents/9", "/nothing/99"] {
            service.assert_hidden(&Method::PUT, hidden, absent, &service.writer(owner));
        }
    }
    let operator = service.issuer.token("op").role("operator").scope(READ.name());
    for absent in ["/tenants/nowhere/documents", "/nothing"] {
        let hidden = "/tenants/initech/documents";
        service.assert_hidden(&Method::POST, hidden, absent, &service.writer("cleo"));
        service.assert_hidden(&Method::GET, "/operator/tenants", absent, &operator);
    }
}

#[test]
fn who_sees_a_document_gets_an_honest_answer() {
    let service = Service::start();
    let (ada, ben) = (service.writer("ada"), service.writer("ben"));
    let reading = service.issuer.token("ada").scope(READ.name());
    for path in ["/documents/1", "/documents/2"] {
        assert_eq!(service.send("GET", path, &reading).status(), 200, "{path}");
        let refused = service.send("PUT", path, &reading);
        assert_eq!((refused.status(), refused.json()["error"].as_str()), (403, Some("insufficient_scope")));
        assert!(refused.challenge().contains(r#"scope="documents:write""#), "{refused:?}");
    }
    assert_eq!(service.send("GET", "/documents/1", &ben).status(), 200);
    let refused = service.send("DELETE", "/documents/1", &ben);
    assert_eq!((refused.status(), refused.challenges().len()), (403, 0));
    for method in ["PUT", "DELETE"] {
        assert_eq!(service.send(method, "/documents/1", &ada).status(), 204);
    }
    assert_eq!(service.send("GET", "/documents/1", &ada).status(), 404);
}

#[test]
fn n_14_what_is_hidden_is_in_no_list_and_no_count() {
    let service = Service::start();
    let listed =
        |subject: &str| service.send("GET", "/tenants/acme/documents", &service.writer(subject)).json();
    assert_eq!(listed("ada"), json!({ "tenant": "Acme", "documents": [[1, "plans"], [2, "diary"]] }));
    assert_eq!(listed("ben"), json!({ "tenant": "Acme", "documents": [[1, "plans"]] }));
    let operator = service.issuer.token("op").role("operator").scope(READ.name());
    assert_eq!(
        service.send("GET", "/operator/tenants", &operator).json(),
        json!([["acme", 2], ["initech", 1]])
    );
}

#[test]
fn n_15_a_new_document_is_never_in_the_way_of_a_hidden_one() {
    let service = Service::start();
    let made = || service.send("POST", "/tenants/acme/documents", &service.writer("ben"));
    // `diary` and `secrets` exist, and ben cannot see either.
    let (first, second) = (made(), made());
    assert_eq!((first.status(), second.status()), (201, 201));
    let [first, second] = [first, second].map(|made| made.json()["id"].as_i64().unwrap());
    assert!(first > 1000 && second > 1000 && first.abs_diff(second) > 1000, "{first} {second}");
}

#[test]
fn the_matrix_says_what_every_identity_is_answered() {
    let server = serve_with(authorizer().unwrap());
    let mut cells = printed::cells(&matrix().unwrap().to_string());
    assert_eq!(cells.len(), 6 * 7);
    cells.sort_by_key(|cell| cell.method == "DELETE");
    let mut depending = Vec::new();
    for cell in cells {
        // The first document is shared, the second is ada's own, and the last one does not exist.
        for id in ["1", "2", "9"] {
            let path = cell.path.replace("{id}", id).replace("{tenant}", "acme");
            let mut lines = vec!["content-type: application/json".to_owned()];
            if cell.caller != "anonymous" {
                lines.push(bearer(token(&cell.caller).unwrap()));
            }
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let request = request(&cell.method, &path, &lines, r#"{"title":"notes"}"#);
            let status = Connection::to(server.address()).exchange(request.as_bytes()).status();
            assert!(cell.admits(status), "{status} at {path}: {cell:?}");
            if ["denied", "depends"].contains(&cell.verdict.as_str()) {
                depending.push((cell.verdict.clone(), status));
            }
        }
    }
    for (verdict, status) in
        [("denied", 403), ("denied", 404), ("depends", 200), ("depends", 403), ("depends", 404)]
    {
        assert!(depending.contains(&(verdict.to_owned(), status)), "{verdict} {status}");
    }
}

/// A change of who may reach what becomes visible in review.
#[test]
fn the_access_table_and_its_matrix_are_those_that_are_checked_in() {
    let api = Api::new(authorizer().unwrap(), routes).unwrap();
    assert_checked_in("tests/tenants-endpoints.txt", api.endpoints());
    assert_checked_in("tests/tenants-matrix.txt", matrix().unwrap());
}
