//! J: settings of a verifier with keys that are fetched.

use std::time::Duration;

use auth_runtime::{
    Algorithm, Jwt,
    jwt::{JwtBuilder, RemoteKeys},
};
use auth_tests::{Fake, Token, invariants::assert_refused, issuer::AUDIENCE};

use super::{Pair, orders};

#[test]
fn addresses_are_private() {
    for bad in
        ["http://issuer.example", "issuer.example", "https://u:p@issuer.example", "https://issuer.example/?a"]
    {
        let error = Jwt::discover(bad).audience(AUDIENCE).build().unwrap_err();
        assert_eq!(error.setting(), "issuer", "{bad}");
        let error =
            Jwt::jwks("http://issuer.example/jwks").issuer(bad).audience(AUDIENCE).build().unwrap_err();
        assert_eq!(error.setting(), "jwks");
    }
    for bad in [
        "https://issuer.example\n",
        " https://issuer.example",
        "https://issuer.example/.well-known/openid-configuration",
    ] {
        let error = Jwt::discover(bad).audience(AUDIENCE).build().unwrap_err();
        assert_eq!(error.setting(), "issuer", "{bad}");
    }
    let build = |build: fn(JwtBuilder<RemoteKeys>) -> JwtBuilder<RemoteKeys>| {
        build(Jwt::discover("https://issuer.example").audience(AUDIENCE)).build().unwrap_err().setting()
    };
    assert_eq!(build(|jwt| jwt.issuer("https://other.example")), "issuer");
    assert_eq!(build(|jwt| jwt.audience("orders ")), "audience");
    assert_eq!(build(|jwt| jwt.audience_from("")), "audience_from");
    assert_eq!(build(|jwt| jwt.cool_down(Duration::ZERO)), "cool_down");
    assert_eq!(
        build(|jwt| jwt.refresh_between(Duration::from_secs(2), Duration::from_secs(1))),
        "refresh_between"
    );
    assert_eq!(build(|jwt| jwt.max_age(Duration::from_hours(1))), "max_age");
    assert_eq!(build(|jwt| jwt.rsa_algorithm(Algorithm::ES256)), "rsa_algorithm");
    assert_eq!(build(|jwt| jwt.timeout(Duration::ZERO)), "timeout");
    assert_eq!(build(|jwt| jwt.root_certificate("no certificate")), "root_certificate");
}

#[test]
fn the_audience_may_stand_elsewhere() {
    let fake = Fake::start();
    let pair = Pair::of("a", "RS256");
    fake.publish(&[pair.jwk()]);
    let (orders, _) = orders(&fake, |jwt| jwt.audience_from("client_id").audience("web"));
    let token = || Token::alice().claim("token_use", "access");
    let refused = [
        ("another client", token().without("aud").claim("client_id", "other")),
        ("no client", token().without("client_id")),
        ("no audience at all", token().without("client_id").without("aud")),
        ("an audience elsewhere", token().claim("aud", "https://other.example")),
        ("an ID token", token().without("aud").claim("token_use", "id")),
    ];
    for (what, token) in refused {
        assert_refused(&orders.get_as("/me", pair.sign(&fake, token)), what);
    }
    for accepted in [token().without("aud"), token()] {
        assert_eq!(orders.get_as("/me", pair.sign(&fake, accepted)).status(), 200);
    }
}
