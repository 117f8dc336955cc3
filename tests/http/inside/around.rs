//! Errors of the application around denials, and errors that are no denials.

use std::{collections::HashMap, fmt, pin::Pin};

use actix_web::{
    Error, FromRequest, HttpRequest, HttpResponse, ResponseError,
    body::BodyStream,
    dev::{Payload, ServiceRequest},
    error::InternalError,
    get,
    http::{StatusCode, header::HeaderName},
    middleware::{Next, from_fn},
    post, web,
};
use auth_runtime::{
    Api, Claims, Denial, Denied, Lookup, NotFound, Principal, Resource, Resources, Routes, public,
    require_auth, require_scope,
};
use auth_tests::{Issuer, Response, Server, Token, log, wire::bearer};

#[derive(Debug)]
struct AppError(Denied);
impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("app")
    }
}
impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }
    fn error_response(&self) -> HttpResponse {
        let mut response = self.0.error_response();
        response.headers_mut().insert(HeaderName::from_static("x-app"), "1".parse().unwrap());
        response
    }
}
impl<E: Into<Denied>> From<E> for AppError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

fn get(server: &Server, path: &str, lines: &[&str]) -> Response {
    let alice = bearer(Token::alice().signed());
    let lines: Vec<_> = [alice.as_str()].iter().chain(lines).copied().collect();
    server.send("GET", path, &lines)
}

#[require_auth]
#[get("/number")]
async fn number(query: web::Query<HashMap<String, u64>>) -> String {
    query.len().to_string()
}

#[test]
fn an_error_handler_of_an_extractor_keeps_its_answer() {
    let api = Api::new(Issuer::default().authorizer_builder().build().unwrap(), |routes: &mut Routes<'_>| {
        routes.service(number);
    })
    .unwrap();
    let server = Server::start(move |config| {
        config.app_data(web::QueryConfig::default().error_handler(|error, _| {
            InternalError::from_response(error, HttpResponse::UnprocessableEntity().body("bad query")).into()
        }));
        api.routes()(config);
    });
    let answer = get(&server, "/number?x=abc", &[]);
    assert_eq!((answer.status(), answer.text()), (422, "bad query".to_owned()));
}

struct Task;
impl Resource for Task {
    type Id = u64;
    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        Ok((*lookup.id() == 1).then_some(Self))
    }
    fn is_visible_to(&self, _: &Principal) -> bool {
        false
    }
}

#[require_auth]
#[get("/task/{id}")]
async fn task(tasks: Resources<Task>, id: web::Path<u64>) -> Result<String, AppError> {
    if *id > 10 {
        return Err(NotFound.into());
    }
    tasks.access(*id).await?;
    Ok("seen".to_owned())
}

#[public("no one is told")]
#[get("/tuple")]
async fn tuple(tasks: Option<(Resources<Task>,)>) -> String {
    tasks.is_some().to_string()
}

#[require_scope("nobody", hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

fn board() -> Server {
    let authorizer = Issuer::default()
        .authorizer_builder()
        .not_found(|_| HttpResponse::NotFound().body("nothing is here"))
        .build()
        .unwrap();
    let api = Api::new(authorizer, |routes: &mut Routes<'_>| {
        routes.service(task).service(tuple).service(hidden);
    })
    .unwrap();
    Server::start(move |config| {
        let denying = from_fn(|request: ServiceRequest, next: Next<_>| async move {
            match request.path() {
                "/denying/anonymous" => Err(Error::from(Denial::Anonymous)),
                "/denying/absent" => Err(Error::from(NotFound)),
                _ => next.call(request).await,
            }
        });
        config.service(web::scope("/denying").wrap(denying).default_service(web::to(async || "in")));
        api.routes()(config);
    })
}

#[test]
fn absent_by_the_handler_is_hidden_by_a_resources_also_with_a_field_of_the_application() {
    let server = board();
    let (absent, invisible) = (get(&server, "/task/11", &[]), get(&server, "/task/1", &[]));
    assert_eq!(absent.masked(), invisible.masked());
    assert_eq!((absent.field("x-app"), absent.text()), (Some("1"), "nothing is here".to_owned()));
}

#[test]
fn an_unseen_resources_under_public_is_logged() {
    let server = board();
    log::keep();
    assert_eq!(server.send("GET", "/tuple", &["x-expect: 500"]).status(), 500);
    let logged = log::lines();
    let line =
        logged.lines().find(|line| line.contains("path=\"/tuple\"") && line.contains("ERROR")).unwrap();
    assert!(line.contains("stands inside another extractor"), "{line}");
}

#[test]
fn a_middleware_that_fails_with_a_denial_has_no_401_without_a_challenge() {
    let server = board();
    assert_eq!(server.send("GET", "/denying/anonymous", &[]).status(), 403);
    assert_eq!(server.send("GET", "/denying/absent", &[]).status(), 404);
    assert_eq!(server.send("GET", "/denying/other", &[]).text(), "in");
}

struct Tenant;
impl FromRequest for Tenant {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let claims = Claims::<u64>::from_request(request, payload);
        Box::pin(async move { claims.await.map(|_| Self).map_err(AppError) })
    }
}

#[require_scope("orders:read", hide)]
#[post("/tenant")]
async fn tenant(_tenant: Tenant) -> &'static str {
    "in"
}

#[test]
fn a_streamed_not_found_answer_of_a_hidden_argument_is_whole() {
    let authorizer = Issuer::default()
        .authorizer_builder()
        .not_found(|_| {
            let text = futures_util::stream::once(async {
                Ok::<_, Error>(web::Bytes::from_static(b"nothing is here"))
            });
            HttpResponse::NotFound().body(BodyStream::new(Box::pin(text)))
        })
        .build()
        .unwrap();
    let api = Api::new(authorizer, |routes: &mut Routes<'_>| {
        routes.service(tenant);
    });
    let server = Server::of(api.unwrap());
    let alice = bearer(Token::alice().signed());
    let concealed = server.send("POST", "/tenant", &[alice.as_str()]).masked();
    let absent = server.send("POST", "/no-such", &[alice.as_str()]).masked();
    assert_eq!(concealed.body, absent.body);
}
