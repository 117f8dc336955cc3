//! Resources whose ids stand in a body.

use actix_web::{App, Error, HttpResponse, get, http::Method, post, test::TestRequest, web};
use auth_runtime::{
    Access, Action, Api, Decision, Denial, Lookup, Principal, Requirement, Resource, Resources, Routes,
    TestIssuer, TestServer, require_auth, require_scope, testing::assert_hidden,
};
use auth_tests::{Issuer, Response, Server, Token, app::Calls, wire::bearer};

struct Task {
    id: u64,
    owner: &'static str,
}

impl Resource for Task {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        lookup.data::<Calls>()?.count();
        match *lookup.id() {
            id @ 1..=5 => Ok(Some(Self { id, owner: "alice" })),
            id @ 6..=9 => Ok(Some(Self { id, owner: "bob" })),
            66 => Err(std::io::Error::other("the store is on fire"))?,
            _ => Ok(None),
        }
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        principal.subject() == Some(self.owner)
    }
}

enum Edit {}

impl Action<Task> for Edit {
    const REQUIREMENT: Requirement = Requirement::scope("tasks:write");

    fn authorize(_: &Principal, task: &Task) -> Decision {
        Decision::from(task.id != 5)
    }
}

#[require_scope("orders:read")]
#[post("/one")]
async fn one(tasks: Resources<Task, Edit>, id: web::Json<u64>) -> Result<String, Error> {
    let task: Access<Task, Edit> = tasks.access(*id).await?;
    Ok(task.id.to_string())
}

/// The body is taken first, which a `Resources` allows.
#[require_auth]
#[post("/all")]
async fn all(ids: web::Json<Vec<u64>>, tasks: Resources<Task, Edit>) -> Result<String, Error> {
    let tasks = tasks.all(ids.into_inner()).await?;
    Ok(format!("{:?}", tasks.iter().map(|task| task.id).collect::<Vec<_>>()))
}

#[require_auth]
#[post("/tasks/{id}")]
async fn by_path(task: Access<Task, Edit>) -> String {
    task.id.to_string()
}

/// A `Resources` for reading, beside one that edits.
#[require_auth]
async fn copy(
    tasks: Resources<Task>,
    edited: Resources<Task, Edit>,
    ids: web::Json<[u64; 2]>,
) -> Result<String, Error> {
    let [from, to] = *ids;
    let (from, to) = (tasks.access(from).await?, edited.access(to).await?);
    Ok(format!("{} to {}", from.id, to.id))
}

/// The compiler does not see the `Resources` inside the tuple.
#[require_auth]
#[get("/unseen")]
async fn unseen(tasks: (Resources<Task, Edit>,)) -> Result<String, Error> {
    tasks.0.access(1).await.map(|task| task.id.to_string()).map_err(Error::from)
}

/// A function without an attribute.
async fn unstated(tasks: Resources<Task, Edit>) -> Result<String, Error> {
    tasks.access(1).await.map(|task| task.id.to_string()).map_err(Error::from)
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(one).service(all).service(by_path).service(unseen);
    routes.route("/copy", Method::POST, copy);
}

struct Board {
    server: Server,
    loads: Calls,
}

impl Board {
    fn start() -> Self {
        let authorizer = Issuer::default()
            .authorizer_builder()
            .challenge_scopes()
            .not_found(|_| HttpResponse::NotFound().body("nothing is here"))
            .build()
            .unwrap();
        let (api, loads) = (Api::new(authorizer, routes).unwrap(), Calls::default());
        let data = web::Data::new(loads.clone());
        let server = Server::start(move |config| {
            config.app_data(data.clone()).route("/unstated", web::get().to(unstated));
            api.routes()(config);
        });
        Self { server, loads }
    }

    fn post(&self, path: &str, token: &Token, body: &str) -> Response {
        let lines = [bearer(token.signed()), "content-type: application/json".to_owned()];
        let expect = if body.contains("66") { &["x-expect: 500"][..] } else { &[] };
        let lines: Vec<_> = lines.iter().map(String::as_str).chain(expect.iter().copied()).collect();
        self.server.send_json("POST", path, &lines, body)
    }
}

fn writer(subject: &str) -> Token {
    Token::of(subject).claim("scope", "orders:read tasks:write")
}

#[test]
fn an_id_in_the_body_has_the_answers_of_an_id_in_the_path() {
    let board = Board::start();
    let reader = Token::of("alice").claim("scope", "orders:read");
    for token in [writer("alice"), writer("bob"), reader] {
        for id in [1, 4, 5, 6, 7, 66] {
            let (inside, argument) = (
                board.post("/one", &token, &id.to_string()),
                board.post(&format!("/tasks/{id}"), &token, "66"),
            );
            assert_eq!((inside.status(), inside.text()), (argument.status(), argument.text()), "{id}");
        }
    }
    assert_eq!(board.post("/one", &writer("alice"), "1").text(), "1");
    assert_eq!(board.post("/one", &writer("bob"), "1").status(), 404);
}

#[test]
fn a_challenge_names_the_scopes_of_route_and_action() {
    let board = Board::start();
    let response = board.post("/one", &Token::of("alice").claim("scope", "orders:read"), "1");
    assert_eq!(response.status(), 403);
    assert!(response.challenge().contains(r#"scope="orders:read tasks:write""#), "{response:?}");
}

#[test]
fn a_hidden_resource_has_the_bytes_of_an_absent_one_and_of_an_unmapped_path() {
    let board = Board::start();
    let alice = writer("alice");
    let hidden = board.post("/one", &alice, "7");
    assert_eq!((hidden.status(), hidden.text()), (404, "nothing is here".to_owned()));
    assert_eq!(hidden.masked(), board.post("/one", &alice, "700").masked());
    assert_eq!(hidden.masked(), board.post("/no-such-path", &alice, "7").masked());
}

#[test]
fn nothing_is_loaded_before_the_handler_is_allowed() {
    let board = Board::start();
    assert_eq!(board.post("/one", &Token::of("alice").claim("scope", ""), "1").status(), 403);
    assert_eq!(board.server.send_json("POST", "/one", &[], "1").status(), 401);
    assert_eq!(board.loads.take(), 0);
}

#[test]
fn all_are_loaded_or_none_and_the_first_refusal_is_the_last_question() {
    let board = Board::start();
    let alice = writer("alice");
    for (ids, status, text, loads) in [
        ("[3, 1, 2]", 200, Some("[3, 1, 2]"), 3),
        ("[]", 200, Some("[]"), 0),
        ("[1, 7, 2]", 404, Some("nothing is here"), 2),
        ("[1, 5, 7]", 403, None, 2),
        ("[7, 5]", 404, Some("nothing is here"), 1),
        ("[1, 66]", 500, None, 2),
    ] {
        board.loads.take();
        let response = board.post("/all", &alice, ids);
        assert_eq!((response.status(), board.loads.take()), (status, loads), "{ids}");
        assert!(text.is_none_or(|text| response.text() == text), "{ids}");
    }
}

#[test]
fn several_resources_are_several_arguments() {
    let board = Board::start();
    assert_eq!(board.post("/copy", &writer("alice"), "[5, 1]").text(), "5 to 1");
    assert_eq!(board.post("/copy", &writer("alice"), "[1, 5]").status(), 403);
    assert_eq!(board.post("/copy", &writer("alice"), "[7, 1]").status(), 404);
}

#[test]
fn one_that_nobody_stated_is_a_mistake_of_the_service() {
    let board = Board::start();
    let alice = bearer(writer("alice").signed());
    for path in ["/unseen", "/unstated"] {
        assert_eq!(board.server.send("GET", path, &[&alice, "x-expect: 500"]).status(), 500, "{path}");
    }
    assert_eq!(board.loads.take(), 0);
}

#[test]
fn the_table_lists_what_the_types_say() {
    let table = Api::new(Issuer::default().authorizer(), routes).unwrap().endpoints().to_string();
    let access = |path: &str| {
        let row = table.lines().find(|line| line.split("  ").any(|cell| cell == path)).unwrap();
        row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).nth(2).unwrap().to_owned()
    };
    assert_eq!(access("/one"), r#"scope("orders:read"); Edit(Task) with scope("tasks:write")"#);
    assert_eq!(access("/copy"), r#"Read(Task); Edit(Task) with scope("tasks:write")"#);
}

#[test]
fn an_id_in_a_body_is_hidden_by_the_test_of_applications() {
    let issuer = TestIssuer::new();
    let api = Api::new(issuer.authorizer().unwrap(), routes).unwrap();
    let data = web::Data::new(Calls::default());
    let app = TestServer::start(move || App::new().app_data(data.clone()).configure(api.routes()));
    let ask = |subject: &str, id: u64| {
        let token = issuer.token(subject).scope("orders:read tasks:write");
        TestRequest::post().uri("/one").insert_header(token.authorization()).set_json(id)
    };
    assert_hidden(&app, ask("alice", 7), [ask("alice", 700), ask("alice", 701)], ask("bob", 7));
}
