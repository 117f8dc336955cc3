//! H: HTTP semantics (RFC 9110).

mod challenges;
mod credentials;
mod denials;

use auth_runtime::{Credential, Principal, Refusal, Scheme, settings::AuthorizerBuilder};
use auth_tests::app::Orders;

/// Makes a scheme that knows one credential.
fn scheme(name: &str) -> Scheme {
    Scheme::new(name, |credential: &Credential<'_>| match credential.value() {
        "open-sesame" => Ok(Principal::builder().subject("ali").build()),
        _ => Err(Refusal::invalid("a wrong word")),
    })
}

fn orders_with(build: impl Fn(AuthorizerBuilder) -> AuthorizerBuilder) -> Orders {
    Orders::start_with(|issuer| build(issuer.authorizer_builder()).build().unwrap())
}

fn borrowed(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}
