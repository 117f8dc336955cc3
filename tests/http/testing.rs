//! The issuer of real tokens that an application tests itself with.

use std::time::Duration;

use auth_runtime::{Algorithm, Authorizer, Jwt, Key, TestIssuer};
use auth_tests::{
    Server,
    app::{Calls, routes},
    wire::bearer,
};

fn serve(authorizer: Authorizer) -> Server {
    let calls = actix_web::web::Data::new(Calls::default());
    Server::start(move |config| {
        config.app_data(authorizer.clone()).app_data(calls.clone()).configure(routes);
    })
}

#[test]
fn a_test_issuer_is_trusted_and_nobody_else() {
    let (issuer, other) = (TestIssuer::new(), TestIssuer::new());
    let server = serve(issuer.authorizer().unwrap());
    let status = |path: &str, token: String| server.get_as(path, token).status();
    assert_eq!(status("/me", issuer.token("alice").to_string()), 200);
    assert_eq!(status("/me", issuer.clone().token("alice").to_string()), 200);
    assert_eq!(status("/me", other.token("alice").to_string()), 401);
    assert_eq!(status("/me", TestIssuer::default().token("alice").to_string()), 401);
    // A service that trusts the test's issuer by name still has another key.
    let real = Jwt::builder().issuer("https://issuer.test").audience("test");
    let real = real.key(Key::secret(Algorithm::HS256, [7; 32])).build().unwrap();
    let real = serve(Authorizer::builder().bearer(real).build().unwrap());
    assert_eq!(real.get_as("/me", issuer.token("alice").to_string()).status(), 401);
}

#[test]
fn its_tokens_say_what_they_are_told_to() {
    let issuer = TestIssuer::new().issuer("https://login.example").audience("orders");
    let authorizer = issuer.authorizer_builder().unwrap().realm("orders").build().unwrap();
    let server = serve(authorizer);
    let alice = issuer.token("alice").scope("orders:read").scope("orders:write").role("admin").role("clerk");
    let me = server.get_as("/me", alice.to_string()).json();
    assert_eq!(me["subject"], "alice");
    assert_eq!(me["issuer"], "https://login.example");
    assert_eq!(me["scopes"], serde_json::json!(["orders:read", "orders:write"]));
    assert_eq!(me["roles"], serde_json::json!(["admin", "clerk"]));
    assert_eq!(server.get_as("/admin", alice.to_string()).status(), 200);
    assert_eq!(server.get_as("/admin", issuer.token("bob").to_string()).status(), 403);
    for refused in [
        alice.clone().expired(),
        alice.clone().valid_for(Duration::ZERO).claim("exp", 1),
        alice.clone().without("exp"),
        alice.clone().claim("aud", "other"),
        alice.clone().claim("iss", "https://other.example"),
    ] {
        assert_eq!(server.get_as("/me", refused.to_string()).status(), 401, "{refused:?}");
    }
    let (name, value) = alice.authorization();
    assert_eq!(format!("{name}: {value}"), bearer(alice.to_string()));
}

#[test]
fn its_tokens_are_those_of_rfc_9068() {
    let issuer = TestIssuer::new();
    let jwt = issuer.jwt().rfc9068().build().unwrap();
    let server = serve(Authorizer::builder().bearer(jwt).build().unwrap());
    assert_eq!(server.get_as("/me", issuer.token("alice").to_string()).status(), 200);
}

#[test]
fn its_secret_is_not_shown() {
    let issuer = TestIssuer::new();
    let shown = format!("{issuer:?}");
    let expected = r#"TestIssuer { issuer: "https://issuer.test", audience: "test", .. }"#;
    assert_eq!(shown, expected);
    assert!(!format!("{:?}", issuer.token("alice")).contains("secret"));
}
