//! The keys of the benchmarks, and tokens that are signed with them.

use std::{
    cell::Cell,
    time::{SystemTime, UNIX_EPOCH},
};

use actix_http::Request;
use actix_session::storage::CookieSessionStore;
use actix_web::{
    cookie,
    http::header::{AUTHORIZATION, HeaderValue},
    test::TestRequest,
};
use auth_runtime::{
    Algorithm, Authorizer, Jwt, Key, Principal,
    api_key::ApiKeys,
    basic::Basic,
    session::Sessions,
    settings::{AuthorizerBuilder, TokenCache},
};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use serde_json::json;

use super::PATH;

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://orders.example";
const SECRET: &[u8] = b"a secret of exactly 32 bytes....";

/// The number of tokens. It is so large that no token is remembered when its turn comes again.
pub const MANY: usize = 2_000;

/// A key that signs and the key that verifies.
pub struct Pair {
    pub name: &'static str,
    pub decodes: DecodingKey,
    signs: EncodingKey,
    verifies: Key,
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/", $name, ".pem"))
    };
}

pub fn hs256() -> Pair {
    Pair {
        name: "HS256",
        decodes: DecodingKey::from_secret(SECRET),
        signs: EncodingKey::from_secret(SECRET),
        verifies: Key::secret(Algorithm::HS256, SECRET),
    }
}

pub fn rs256() -> Pair {
    let public = fixture!("rsa.public");
    Pair {
        name: "RS256",
        decodes: DecodingKey::from_rsa_pem(public.as_bytes()).unwrap(),
        signs: EncodingKey::from_rsa_pem(fixture!("rsa.private").as_bytes()).unwrap(),
        verifies: Key::pem(Algorithm::RS256, public),
    }
}

pub fn es256() -> Pair {
    let public = fixture!("p256.public");
    Pair {
        name: "ES256",
        decodes: DecodingKey::from_ec_pem(public.as_bytes()).unwrap(),
        signs: EncodingKey::from_ec_pem(fixture!("p256.private").as_bytes()).unwrap(),
        verifies: Key::pem(Algorithm::ES256, public),
    }
}

pub fn eddsa() -> Pair {
    let public = fixture!("ed25519.public");
    Pair {
        name: "EdDSA",
        decodes: DecodingKey::from_ed_pem(public.as_bytes()).unwrap(),
        signs: EncodingKey::from_ed_pem(fixture!("ed25519.private").as_bytes()).unwrap(),
        verifies: Key::pem(Algorithm::EdDSA, public),
    }
}

impl Pair {
    pub fn authorizer(&self) -> Authorizer {
        self.builder().build().unwrap()
    }

    /// Accepts API keys in a field, sessions and passwords beside the tokens.
    pub fn all_schemes(&self) -> (Authorizer, Sessions) {
        let sessions = Sessions::new(CookieSessionStore::default(), cookie::Key::from(&[7; 64]));
        let session = sessions.scheme(|name: String| Ok(Principal::builder().subject(name).build()));
        let keys = ApiKeys::new("ord", |_: &str| Ok(None)).header("x-api-key");
        let passwords = Basic::new(|_: &str| Ok(None));
        let authorizer = self.builder().scheme(keys).scheme(session).scheme(passwords).build();
        (authorizer.unwrap(), sessions)
    }

    fn builder(&self) -> AuthorizerBuilder {
        let jwt =
            Jwt::builder().issuer(ISSUER).audience(AUDIENCE).key(self.verifies.clone()).build().unwrap();
        // The cache is so small that a token is forgotten before its turn comes again.
        Authorizer::builder().bearer(jwt).token_cache(TokenCache::new().max_entries(100))
    }

    /// Returns what jsonwebtoken checks, which is as close to our checks as it can be.
    pub fn validation(&self) -> Validation {
        let mut validation = Validation::new(self.name.parse().unwrap());
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation
    }

    /// Makes the token of one user, with `text` as one more claim.
    pub fn token(&self, number: usize, text: &str) -> String {
        let header = Header {
            typ: Some("at+jwt".to_owned()),
            kid: Some("2026-11".to_owned()),
            ..Header::new(self.name.parse().unwrap())
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": format!("user-{number:06}"), "client_id": "web",
            "jti": format!("0d9b-{number:06}"), "iat": now, "exp": now + 3600,
            "scope": "openid profile orders:read orders:write", "roles": ["clerk", "auditor"],
        });
        if !text.is_empty() {
            claims["text"] = text.into();
        }
        jsonwebtoken::encode(&header, &claims, &self.signs).unwrap()
    }

    pub fn tokens(&self, count: usize) -> Tokens {
        let good: Vec<_> = (0..count).map(|number| self.token(number, "")).collect();
        let others = good.iter().cycle().skip(1);
        let forged = good.iter().zip(others).map(|(token, other)| field(&forge(token, other))).collect();
        let fields = good.iter().map(|token| field(token)).collect();
        Tokens { good, fields, forged, turn: Cell::new(0) }
    }
}

/// Makes an `Authorization` field like one that was just parsed: its text is shared, so that a clone allocates nothing.
pub fn field(token: &str) -> HeaderValue {
    let field = HeaderValue::try_from(format!("Bearer {token}")).unwrap();
    // The text is shared from the first clone on.
    field.clone()
}

/// Joins the header and claims of one token with the signature of another.
pub fn forge(token: &str, other: &str) -> String {
    let (says, _) = token.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    format!("{says}.{signature}")
}

/// The token that a request presents.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Presents {
    Nothing,
    /// A different token each time, with the signature of another token.
    Forged,
    /// A different token each time.
    Next,
    /// The same token each time.
    Same,
}

pub struct Tokens {
    good: Vec<String>,
    fields: Vec<HeaderValue>,
    forged: Vec<HeaderValue>,
    turn: Cell<usize>,
}

impl Tokens {
    pub fn next(&self) -> &str {
        &self.good[self.turn()]
    }

    pub fn field(&self, number: usize) -> &HeaderValue {
        &self.fields[number]
    }

    pub fn request(&self, presents: Presents) -> Request {
        match presents {
            Presents::Nothing => TestRequest::get().uri(PATH).to_request(),
            Presents::Forged => request(&self.forged[self.turn()]),
            Presents::Next => request(&self.fields[self.turn()]),
            Presents::Same => request(&self.fields[0]),
        }
    }

    fn turn(&self) -> usize {
        self.turn.set((self.turn.get() + 1) % self.good.len());
        self.turn.get()
    }
}

pub fn request(field: &HeaderValue) -> Request {
    TestRequest::get().uri(PATH).insert_header((AUTHORIZATION, field.clone())).to_request()
}
