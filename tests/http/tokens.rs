//! Tokens that are remembered, tokens of several issuers, and tokens that were revoked.

mod authenticators;
mod issuers;
mod remembered;
mod revoked;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use auth_runtime::{Algorithm, Issuers, Key};
use auth_tests::{
    Issuer, Response, Server, Token,
    issuer::SECRET,
    wire::{Connection, bearer, request},
};
use jsonwebtoken::EncodingKey;

const OTHER: &str = "https://other.example";
const OTHER_SECRET: &[u8] = b"another secret of 32 bytes......";

fn secret() -> Key {
    Key::secret(Algorithm::HS256, SECRET)
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The other issuer's token for Alice.
fn others() -> Token {
    Token::alice().claim("iss", OTHER)
}

fn by_other(token: &Token) -> String {
    let key = EncodingKey::from_secret(OTHER_SECRET);
    token.signed_with("HS256", jsonwebtoken::Algorithm::HS256, &key)
}

/// Both issuers.
fn both(issuer: &Issuer) -> Issuers {
    let other = issuer.verifier().issuer(OTHER).key(Key::secret(Algorithm::HS256, OTHER_SECRET));
    Issuers::new([issuer.jwt(), other.build().unwrap()]).unwrap()
}

#[track_caller]
fn assert_refused(response: &Response, what: &str) {
    assert_eq!(response.status(), 401, "{what}");
    assert!(response.challenge().contains("error=\"invalid_token\""), "{what}: {}", response.challenge());
}

/// What each of these tokens is answered, on one connection.
fn statuses(server: &Server, tokens: &[String]) -> Vec<u16> {
    let mut connection = Connection::open(server);
    let mut ask =
        |token| connection.exchange(request("GET", "/me", &[&bearer(token)], "").as_bytes()).status();
    tokens.iter().map(&mut ask).collect()
}
