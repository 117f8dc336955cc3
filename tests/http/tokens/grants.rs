//! What an issuer may grant.

use auth_runtime::{
    Algorithm, Authorizer, ConfigError, Credential, Issuers, Jwt, Key, Principal, Role, Scheme,
    introspection::Introspection, jwt::JwtBuilder,
};
use auth_tests::{
    Issuer, Token,
    app::Orders,
    issuer::{ISSUER, secret},
    log,
    wire::bearer,
};
use serde_json::json;

use super::{OTHER, OTHER_SECRET, by_other, others};

fn own(issuer: &Issuer) -> Jwt {
    issuer.verifier().key(secret()).dangerous_grants_everything().build().unwrap()
}

fn partner(issuer: &Issuer) -> JwtBuilder {
    issuer.verifier().issuer(OTHER).key(Key::secret(Algorithm::HS256, OTHER_SECRET))
}

/// Starts a service with an issuer of its own and a partner, who may grant little.
fn service() -> Orders {
    const GUEST: Role = Role::new("guest");
    Orders::start_with(|issuer| {
        let partner = partner(issuer)
            .grants_roles([GUEST.name(), "auditor"])
            .grants_roles_beginning_with("partner-")
            .grants_scopes(["orders:read"])
            .grants_scopes_beginning_with("notes:");
        let issuers = Issuers::new([own(issuer), partner.build().unwrap()]).unwrap();
        Authorizer::builder().bearer(issuers).build().unwrap()
    })
}

fn with_grants(token: Token) -> Token {
    let roles = json!(["admin", "auditor", "guest", "guests", "partner-", "partner-7", "a partner-"]);
    token.claim("roles", roles).claim("scope", "orders:read orders:write notes:read notes Notes:read")
}

#[test]
fn an_issuer_grants_only_what_it_may() {
    let orders = service();
    // The first answer is to a token that is verified, the second to one that is remembered.
    for _ in 0..2 {
        let told = orders.get_as("/me", by_other(&with_grants(others()))).json();
        assert_eq!(told["roles"], json!(["auditor", "guest", "partner-", "partner-7"]));
        assert_eq!(told["scopes"], json!(["notes:read", "orders:read"]));
        let told = orders.get_as("/me", with_grants(Token::alice()).signed()).json();
        assert_eq!(
            (told["roles"].as_array().unwrap().len(), told["scopes"].as_array().unwrap().len()),
            (7, 5)
        );
    }
}

#[test]
fn a_role_and_a_scope_of_one_issuer_are_none_of_another() {
    let orders = service();
    let (ours, theirs) = (with_grants(Token::alice()).signed(), by_other(&with_grants(others())));
    let create =
        |token: &str| orders.send_json("POST", "/orders", &[&bearer(token)], r#"{"item":"x"}"#).status();
    assert_eq!((orders.get_as("/admin", &ours).status(), create(&ours)), (200, 201));
    orders.calls.take();
    assert_eq!((orders.get_as("/admin", &theirs).status(), create(&theirs)), (403, 403));
    assert_eq!(orders.calls.take(), 0);
    assert_eq!(orders.get_as("/audit", &theirs).status(), 200, "what the partner may grant counts");
}

#[test]
fn an_issuer_that_grants_nothing_says_who_somebody_is() {
    let orders = Orders::start_with(|issuer| {
        let jwt = issuer.verifier().key(secret()).grants_nothing().build().unwrap();
        Authorizer::builder().bearer(jwt).build().unwrap()
    });
    let told = orders.get_as("/me", with_grants(Token::alice()).signed()).json();
    assert_eq!(
        (&told["subject"], &told["roles"], &told["scopes"]),
        (&json!("alice"), &json!([]), &json!([]))
    );
}

#[test]
fn the_log_counts_what_was_dropped_and_quotes_nothing() {
    log::keep();
    let token = others().claim("roles", json!(["secret-role-of-a-token"])).claim("jti", "counted");
    assert_eq!(service().get_as("/me", by_other(&token)).status(), 200);
    let lines = log::lines();
    let told = |line: &str| {
        line.contains("DEBUG") && line.contains(OTHER) && line.contains("roles") && line.contains("dropped=1")
    };
    assert!(lines.lines().any(told), "{lines}");
    assert!(!lines.contains("secret-role-of-a-token"));
}

fn remedy(name: &str) -> String {
    format!(
        "`issuer`: `{name}` is one of several, and could grant the roles of another's principals; say what it may grant \
         with `.grants_roles(..)`, `.grants_scopes(..)` or `.grants_nothing()`, or trust it with everything by \
         `.dangerous_grants_everything()`"
    )
}

#[test]
fn each_of_several_issuers_says_what_it_may_grant() {
    let issuer = Issuer::default();
    let unlimited = || partner(&issuer).build().unwrap();
    let refused = |error: Result<Issuers, ConfigError>| error.map(drop).unwrap_err().to_string();
    assert_eq!(refused(Issuers::new([own(&issuer), unlimited()])), remedy(OTHER));
    assert_eq!(refused(Issuers::new([unlimited(), issuer.jwt()])), remedy(ISSUER), "the first by name");
    let limited = partner(&issuer).grants_nothing().build().unwrap();
    assert_eq!(refused(Issuers::new([limited.clone(), issuer.jwt()])), remedy(ISSUER));
    Issuers::new([limited, own(&issuer)]).unwrap();
    Issuers::new([unlimited()]).unwrap();
}

#[test]
fn the_issuers_of_several_schemes_say_what_they_may_grant() {
    let issuer = Issuer::default();
    let session = |jwt: Jwt| Scheme::new("Session", jwt).cookie("session");
    let (limited, unlimited) =
        (partner(&issuer).grants_scopes(["a"]).build().unwrap(), partner(&issuer).build().unwrap());
    let built = |bearer: Jwt, scheme: Scheme| {
        let built = Authorizer::builder().bearer(bearer).scheme(scheme).build();
        built.map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(built(own(&issuer), session(unlimited.clone())), Err(remedy(OTHER)));
    assert_eq!(built(issuer.jwt(), session(limited.clone())), Err(remedy(ISSUER)));
    assert_eq!(built(own(&issuer), session(limited)), Ok(()));
    assert_eq!(built(unlimited.clone(), session(unlimited)), Ok(()), "one issuer with two schemes is one");
    // Who authenticates keys decides by itself what they grant.
    let keys = |_: &Credential<'_>| Ok(Principal::builder().issuer("https://keys.example").build());
    assert_eq!(built(issuer.jwt(), Scheme::new("ApiKey", keys).header("x-api-key")), Ok(()));
    let named = Scheme::new("ApiKey", keys).header("x-api-key").issuer("https://keys.example");
    assert_eq!(built(issuer.jwt(), named), Ok(()));
}

#[test]
fn the_issuer_of_opaque_tokens_says_what_it_may_grant() {
    let opaque = || Introspection::builder("http://127.0.0.1:1/").issuer(OTHER).audience("a");
    let opaque = || opaque().client_secret_basic("id", "secret");
    let built = |opaque: Introspection| {
        let issuers = Issuers::new([own(&Issuer::default())]).unwrap().opaque(opaque);
        Authorizer::builder().bearer(issuers).build().map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(built(opaque().build().unwrap()), Err(remedy(OTHER)));
    assert_eq!(built(opaque().grants_roles(["guest"]).build().unwrap()), Ok(()));
    assert_eq!(built(opaque().dangerous_grants_everything().build().unwrap()), Ok(()));
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let issuer = Issuer::default();
    let refused = |jwt: JwtBuilder| jwt.build().unwrap_err().to_string();
    for (jwt, said) in [
        (partner(&issuer).grants_roles([""]), "`grants_roles`: `` is not a role"),
        (partner(&issuer).grants_roles_beginning_with(""), "`grants_roles`: `` is not a role"),
        (partner(&issuer).grants_scopes(["a b"]), "`grants_scopes`: `a b` is not a scope"),
        (partner(&issuer).grants_scopes_beginning_with(" "), "`grants_scopes`: ` ` is not a scope"),
        (
            partner(&issuer).grants_nothing().dangerous_grants_everything(),
            "`dangerous_grants_everything`: the issuer has limits as well",
        ),
        (partner(&issuer).issuer("scheme:ApiKey"), "`issuer`: begins with `scheme:`"),
    ] {
        let error = refused(jwt);
        assert!(error.starts_with(said), "{error}");
    }
}
