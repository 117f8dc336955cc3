//! What it means that an authenticator fails: a refused credential, or a store that is down.

use std::{collections::HashMap, io};

use actix_web::get;
use auth_runtime::{
    Authorizer, Credential, Denial, Lookup, Principal, Refusal, Resource, Scheme,
    authenticate::{Authenticate, Authentication},
    principal::ClaimsError,
    require_auth,
};
use auth_tests::{Server, Token, issuer::secret, log, wire::bearer};

#[derive(serde::Deserialize)]
struct Ticket {
    owner: String,
}

/// The store fails for one name, and says so in a text that quotes the credential.
async fn find(owner: &str, quoted: &str) -> io::Result<Option<String>> {
    actix_web::rt::task::yield_now().await;
    match owner {
        "down" => Err(io::Error::other(format!("no connection for {quoted}"))),
        "alice" => Ok(Some(owner.to_owned())),
        _ => Ok(None),
    }
}

/// The code that comes to mind first.
async fn obvious(ticket: &Credential<'_>) -> Result<Principal, Refusal> {
    let parsed: Ticket = serde_json::from_str(ticket.value())?;
    let owner = find(&parsed.owner, ticket.value()).await.map_err(Refusal::unavailable)?;
    let owner = owner.ok_or(Refusal::invalid("nobody has this ticket"))?;
    Ok(Principal::builder().subject(owner).build())
}

/// The same in a helper that is shared with resources, whose error is a denial.
fn shared(ticket: &str) -> Result<Ticket, Denial> {
    Ok(serde_json::from_str(ticket)?)
}

struct Later;

impl Authenticate for Later {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        let value = credential.value().to_owned();
        Authentication::later(async move {
            let number: u64 = value.parse()?;
            Ok(Principal::builder().subject(number.to_string()).build())
        })
    }
}

#[require_auth]
#[get("/me")]
async fn me(principal: Principal) -> String {
    principal.subject().unwrap_or_default().to_owned()
}

fn server() -> Server {
    let at_once = |key: &Credential<'_>| -> Result<Principal, Refusal> {
        let owners: HashMap<String, String> = serde_json::from_str(key.value())?;
        let owner = owners.get("owner").ok_or(Refusal::invalid("it names no owner"))?;
        Ok(Principal::builder().subject(owner.clone()).build())
    };
    let helped = |key: &Credential<'_>| -> Result<Principal, Refusal> {
        Ok(Principal::builder().subject(shared(key.value())?.owner).build())
    };
    let builder = Authorizer::builder()
        .bearer(async |ticket: &Credential<'_>| obvious(ticket).await)
        .scheme(Scheme::new("Async", async |ticket: &Credential<'_>| obvious(ticket).await).header("x-async"))
        .scheme(Scheme::new("Now", at_once).header("x-now"))
        .scheme(Scheme::new("Shared", helped).header("x-shared"))
        .scheme(Scheme::new("Later", Later).header("x-later"));
    let authorizer = builder.build().unwrap();
    Server::start(move |config| {
        config.app_data(authorizer.clone()).service(me);
    })
}

#[test]
fn an_error_of_parsing_is_a_refused_credential() {
    log::keep();
    let server = server();
    for field in ["x-async", "x-now", "x-shared"] {
        let good = format!(r#"{field}: {{"owner":"alice"}}"#);
        assert_eq!(server.get("/me", &[&good]).text(), "alice", "{field}");
        // The text of serde's error quotes both of these.
        for (value, quoted) in [
            (r#"{"owner":"alice","sssecret-1" "x"}"#, "sssecret-1"),
            (r#""sssecret-2""#, "sssecret-2"),
            (r#"{"owner":{"sssecret-3":1}}"#, "sssecret-3"),
        ] {
            let response = server.get("/me", &[&format!("{field}: {value}")]);
            assert_eq!(response.status(), 401, "{field}: {value}");
            assert_eq!(response.challenges().len(), 5);
            assert!(!response.text().contains(quoted));
        }
    }
    assert_eq!(server.get("/me", &["x-later: 7"]).text(), "7");
    assert_eq!(server.get("/me", &["x-later: sssecret-4"]).status(), 401);
    assert_eq!(server.get("/me", &[r#"x-async: {"owner":"mallory"}"#]).status(), 401);
    let lines = log::lines();
    assert!(lines.contains("credential is not valid: the authenticator cannot read it"), "{lines}");
    assert!(lines.contains("credential is not valid: nobody has this ticket"), "{lines}");
    assert!(!lines.contains("sssecret"), "{lines}");
}

#[test]
fn a_failure_of_the_store_is_503_and_its_text_shows_no_credential() {
    log::keep();
    let server = server();
    let response = server.get("/me", &[r#"x-async: {"owner":"down","x":"tttop-secret"}"#]);
    assert_eq!((response.status(), response.field("retry-after")), (503, Some("5")));
    assert_eq!(response.challenges().len(), 0);
    assert!(!response.text().contains("connection"), "{}", response.text());
    let lines = log::lines();
    assert!(lines.contains("unavailable: no connection for [the credential]"), "{lines}");
    assert!(!lines.contains("tttop-secret"), "{lines}");
}

struct Order;

impl Resource for Order {
    type Id = u64;

    async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
        let found = find(if *lookup.id() == 1 { "down" } else { "alice" }, "an order").await?;
        Ok(found.map(|_| Self))
    }

    fn is_visible_to(&self, _: &Principal) -> bool {
        true
    }
}

#[require_auth]
#[get("/orders/{id}")]
async fn order(_: Principal, _: auth_runtime::Access<Order>) -> &'static str {
    "an order"
}

#[test]
fn an_error_of_a_resource_is_still_a_failure() {
    let authorizer = auth_tests::Issuer::default().authorizer();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).service(order);
    });
    let token = bearer(Token::alice().signed());
    assert_eq!(server.get("/orders/1", &[&token, "x-expect: 500"]).status(), 500);
    assert_eq!(server.get("/orders/2", &[&token]).text(), "an order");
}

#[test]
fn a_check_of_a_proven_principal_fails_as_a_rule_does() {
    let orders = auth_tests::app::Orders::start_with(|issuer| {
        let jwt = issuer.verifier().key(secret()).build().unwrap();
        let checked = move |token: &Credential<'_>| {
            jwt.authenticate(token).and_then(async |principal: Principal| {
                let known = find(principal.subject().unwrap_or_default(), "a person").await?;
                if known.is_some() { Ok(principal) } else { Err(Denial::Forbidden) }
            })
        };
        Authorizer::builder().bearer(checked).build().unwrap()
    });
    for (subject, status) in [("alice", 200), ("bob", 403), ("down", 500)] {
        let token = bearer(Token::of(subject).signed());
        assert_eq!(orders.get("/me", &[&token, "x-expect: 500"]).status(), status, "{subject}");
    }
    // A denial that was decided stays what it is when the answer is awaited.
    let orders = auth_tests::app::Orders::start_with(|issuer| {
        let jwt = issuer.jwt();
        let awaited = async move |token: &Credential<'_>| -> Result<Principal, Refusal> {
            let failing = async |_: Principal| Err(Denial::from(io::Error::other("no connection")));
            let principal = jwt.authenticate(token).and_then(failing).await?;
            Ok(principal)
        };
        Authorizer::builder().bearer(awaited).build().unwrap()
    });
    assert_eq!(orders.get("/me", &[&bearer(Token::alice().signed()), "x-expect: 500"]).status(), 500);
    assert_eq!(orders.get_as("/me", Token::expired().signed()).status(), 401);
}

#[test]
fn claims_of_another_shape_are_no_refused_credential() {
    let shape = |principal: &Principal| -> Result<Ticket, ClaimsError> { principal.claims() };
    let principal = Principal::builder().build();
    let refusal = shape(&principal).map(|ticket| ticket.owner).map_err(Refusal::from);
    assert_eq!(refusal, Err(Refusal::from(Denial::Forbidden)));
}
