//! What the application adds to a proven principal, or takes from it.

mod places;
mod remembered;

use std::{io, time::Duration};

use auth_runtime::{
    Authorizer, Credential, Denial, InvalidCredential, Principal, PrincipalId, Refusal, Scheme,
    authenticate::MalformedCredential,
    settings::{AuthorizerBuilder, Enrichment},
};
use auth_tests::{
    Issuer, Token,
    app::{Calls, Orders},
    issuer::ISSUER,
    log,
    wire::bearer,
};
use serde_json::json;

type Answer = Result<Principal, Denial>;

/// Makes Alice an administrator.
#[expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "enrichments are functions of this form"
)]
fn with_roles(principal: Principal) -> Answer {
    let is_alice = principal.id() == Some(&PrincipalId::new(ISSUER, "alice"));
    Ok(principal.to_builder().roles(is_alice.then_some("admin")).build())
}

async fn with_roles_later(principal: Principal) -> Answer {
    tokio::task::yield_now().await;
    with_roles(principal)
}

/// Starts the service, and enriches principals by `enrich`, at once or later.
fn start(later: bool, enrich: impl Fn(Principal) -> Answer + Send + Sync + 'static) -> Orders {
    Orders::start_with(|issuer| {
        let builder = issuer.authorizer_builder().challenge_scopes();
        enriched(builder, later, enrich).build().unwrap()
    })
}

fn enriched(
    builder: AuthorizerBuilder,
    later: bool,
    enrich: impl Fn(Principal) -> Answer + Send + Sync + 'static,
) -> AuthorizerBuilder {
    if later { builder.enrich(awaiting(enrich)) } else { builder.enrich(enrich) }
}

fn awaiting(enrich: impl Fn(Principal) -> Answer + Send + Sync + 'static) -> Enrichment {
    Enrichment::new(async move |principal: Principal| {
        tokio::task::yield_now().await;
        enrich(principal)
    })
}

#[test]
fn a_role_of_the_application_s_counts_like_one_of_the_token() {
    let forms: [fn(AuthorizerBuilder) -> AuthorizerBuilder; 6] = [
        |builder| builder.enrich(with_roles),
        |builder| builder.enrich(with_roles_later),
        |builder| builder.enrich(|principal: Principal| with_roles(principal)),
        |builder| builder.enrich(async |principal: Principal| with_roles_later(principal).await),
        |builder| builder.enrich(Enrichment::new(with_roles)),
        |builder| builder.enrich(Enrichment::new(with_roles_later).remember_for(Duration::from_secs(30))),
    ];
    for (form, enrich) in forms.into_iter().enumerate() {
        let orders = Orders::start_with(|issuer| enrich(issuer.authorizer_builder()).build().unwrap());
        let (alice, bob) = (Token::alice().signed(), Token::bob().signed());
        // The second round is about remembered tokens.
        for _ in 0..2 {
            assert_eq!(orders.get_as("/admin", &alice).status(), 200, "{form}");
            assert_eq!(orders.get_as("/admin", &bob).status(), 403, "{form}");
            assert_eq!(orders.get_as("/me", &alice).json()["roles"], json!(["admin"]), "{form}");
            assert_eq!(orders.get("/admin", &[]).status(), 401, "{form}");
        }
    }
}

#[test]
fn what_the_application_takes_away_is_missing() {
    let orders = start(false, |principal| {
        let kept =
            principal.to_builder().retain_scopes(|scope| scope != "orders:read").retain_roles(|_| false);
        Ok(kept.build())
    });
    let token = Token::alice().claim("roles", json!(["admin"])).signed();
    for _ in 0..2 {
        let me = orders.get_as("/me", &token).json();
        assert_eq!((&me["scopes"], &me["roles"]), (&json!(["orders:write"]), &json!([])));
        assert_eq!(orders.get_as("/admin", &token).status(), 403);
        assert_eq!(orders.get_as("/orders/1", &token).status(), 404);
        let created = orders.send_json("POST", "/orders", &[&bearer(&token)], r#"{"item":"tea"}"#);
        assert_eq!(created.status(), 201);
    }
}

#[test]
fn a_failure_is_503_and_says_when_to_come_back() {
    log::keep();
    for later in [false, true] {
        let token = Token::alice().claim("note", "enrichment-failed").signed();
        let quoted = token.clone();
        let orders = start(later, move |principal| match principal.subject() {
            Some("down") => Err(Denial::Unavailable {
                retry_after: Duration::from_secs(4),
                cause: "a restart".to_owned(),
            }),
            Some("set up wrongly") => Err(Denial::Misconfigured("add a database")),
            _ => Err(io::Error::other(format!("the database burns over {quoted}")))?,
        });
        // A failure is never hidden, and the second round is about a remembered token.
        for path in ["/me", "/admin", "/orders/1", "/audit", "/me"] {
            let answer = orders.get_as(path, &token);
            assert_eq!((answer.status(), answer.field("retry-after")), (503, Some("5")), "{path}");
            assert!(answer.challenges().is_empty(), "{path}");
        }
        let log = log::lines();
        assert!(log.contains("the database burns over [the credential]"), "later: {later}");
        assert!(!log.contains(&token), "later: {later}");

        let down = orders.get_as("/me", Token::of("down").signed());
        assert_eq!((down.status(), down.field("retry-after")), (503, Some("4")));
        let wrong = orders.get("/me", &["x-expect: 500", &bearer(Token::of("set up wrongly").signed())]);
        assert_eq!(wrong.status(), 500);
        // Nobody is asked about a credential that is refused.
        assert_eq!(orders.get_as("/me", Token::expired().signed()).status(), 401);
    }
}

#[test]
fn a_denial_is_403_and_never_about_the_credential() {
    log::keep();
    let denials = [
        Denial::Absent,
        Denial::Anonymous,
        Denial::Forbidden,
        Denial::InsufficientScope,
        Denial::InvalidCredential(InvalidCredential::Refused("enrichment-blames-the-credential")),
        Denial::Invisible,
        Denial::MalformedCredential(MalformedCredential::Joined),
        Denial::Refused("enrichment-suspended"),
    ];
    for (later, denial) in
        [false, true].into_iter().flat_map(|later| denials.iter().map(move |one| (later, one)))
    {
        let answer = denial.clone();
        let orders = start(later, move |_| Err(answer.clone()));
        let token = Token::alice().signed();
        for _ in 0..2 {
            let (me, hidden) = (orders.get_as("/me", &token), orders.get_as("/orders/1", &token));
            assert_eq!((me.status(), hidden.status()), (403, 404), "{denial:?}");
            assert!(me.challenges().is_empty(), "{denial:?}");
            assert_eq!(hidden.masked(), orders.get_as("/nothing", &token).masked(), "{denial:?}");
            assert_eq!(orders.get_as("/audit", &token).status(), 404, "{denial:?}");
            assert_eq!(orders.get_as("/pub", &token).text(), "anonymous", "{denial:?}");
        }
        // Whoever has no credential is asked for one, as ever.
        assert_eq!(orders.get("/me", &[]).status(), 401);
    }
    let log = log::lines();
    assert!(log.contains("enrichment-suspended"));
    assert!(!log.contains("enrichment-blames-the-credential"));
}

#[test]
fn claims_of_another_shape_are_403() {
    #[derive(serde::Deserialize)]
    struct Tenant {
        tenant: String,
    }
    let orders = start(true, |principal| {
        let Tenant { tenant } = principal.claims()?;
        Ok(principal.to_builder().role(tenant).build())
    });
    assert_eq!(orders.get_as("/me", Token::alice().signed()).status(), 403);
    let tenant = Token::alice().claim("tenant", "acme").signed();
    assert_eq!(orders.get_as("/me", tenant).json()["roles"], json!(["acme"]));
}

#[test]
fn who_the_principal_is_cannot_be_changed() {
    let root = || {
        let root = Principal::builder().issuer("https://root.example").subject("root").scheme("Console");
        root.role("admin").claim("sub", "root").build()
    };
    for remember in [0, 30] {
        let orders = Orders::start_with(|issuer| {
            let keys = Scheme::new("Key", |key: &Credential<'_>| match key.value() {
                "nobody" => Ok(Principal::builder().build()),
                value => Ok(Principal::builder().subject(value).build()),
            });
            let enrichment = Enrichment::new(move |_: Principal| Ok(root()));
            let builder = issuer.authorizer_builder().scheme(keys);
            builder.enrich(enrichment.remember_for(Duration::from_secs(remember))).build().unwrap()
        });
        let token = bearer(Token::alice().signed());
        for _ in 0..2 {
            for (credential, subject, issuer, scheme) in [
                (&*token, Some("alice"), ISSUER, "Bearer"),
                ("authorization: Key shop", Some("shop"), "scheme:Key", "Key"),
                ("authorization: Key nobody", None, "scheme:Key", "Key"),
            ] {
                let me = orders.get("/me", &[credential]).json();
                assert_eq!(me["subject"], json!(subject), "{credential}");
                assert_eq!(me["issuer"], issuer, "{credential}");
                assert_eq!(me["scheme"], scheme, "{credential}");
                assert_eq!(me["roles"], json!(["admin"]), "{credential}");
            }
        }
    }
}

#[test]
fn principals_are_enriched_by_one_function() {
    let twice = Issuer::default().authorizer_builder().enrich(with_roles).enrich(with_roles).build();
    let error = twice.expect_err("the first would be lost");
    assert_eq!(error.to_string(), "`enrich`: is there twice; call one after the other in one function");
}
