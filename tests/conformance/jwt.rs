//! J: JSON Web Tokens as access tokens (RFC 9068, RFC 8725, RFC 7519, RFC 7515), with keys that are given to the
//! service.

mod claims;
mod keys;
mod kinds;
mod text;

use auth_runtime::{Authorizer, Jwt, jwt::JwtBuilder};
use auth_tests::{app::Orders, invariants};

fn orders_with(build: impl Fn(JwtBuilder) -> JwtBuilder) -> Orders {
    Orders::start_with(|issuer| {
        let jwt: Jwt = build(issuer.verifier()).build().unwrap();
        Authorizer::builder().bearer(jwt).build().unwrap()
    })
}

fn assert_refused(orders: &Orders, tokens: impl IntoIterator<Item = (&'static str, String)>) {
    orders.calls.take();
    for (what, token) in tokens {
        invariants::assert_refused(&orders.get_as("/me", token), what);
    }
    assert_eq!(orders.calls.take(), 0);
}

fn assert_accepted(orders: &Orders, tokens: impl IntoIterator<Item = (&'static str, String)>) {
    for (what, token) in tokens {
        assert_eq!(orders.get_as("/me", token).status(), 200, "{what}");
    }
}
