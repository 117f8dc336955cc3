//! Tokens that are remembered, tokens of several issuers, and tokens that are revoked.

mod authenticators;
mod grants;
mod issuers;
mod refusals;
mod remembered;
mod revoked;
mod revoked_issuers;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use auth_runtime::{Algorithm, Issuers, Key, jwt::JwtBuilder};
use auth_tests::{Issuer, Server, Token, issuer::secret, wire::Connection};

const OTHER: &str = "https://other.example";
const OTHER_SECRET: &[u8] = b"another secret of 32 bytes......";

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Makes a token for Alice that names the other issuer.
pub(crate) fn others() -> Token {
    Token::alice().claim("iss", OTHER)
}

pub(crate) fn by_other(token: &Token) -> String {
    token.signed_with_secret(OTHER_SECRET)
}

/// Returns verifiers for both issuers.
pub(crate) fn both(issuer: &Issuer) -> Issuers {
    let other = issuer.verifier().issuer(OTHER).key(Key::secret(Algorithm::HS256, OTHER_SECRET));
    let own = issuer.verifier().key(secret());
    let jwt = |jwt: JwtBuilder| jwt.dangerous_grants_everything().build().unwrap();
    Issuers::new([jwt(own), jwt(other)]).unwrap()
}

/// Presents each of these tokens on one connection, and returns the statuses.
fn statuses(server: &Server, tokens: &[String]) -> Vec<u16> {
    let mut connection = Connection::open(server);
    tokens.iter().map(|token| connection.get_as("/me", token).status()).collect()
}
