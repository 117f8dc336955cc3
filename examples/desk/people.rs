//! The people of the desk, and the ways in which they prove who they are.

use std::error::Error;

use auth_runtime::{
    Principal, Refusal, Scheme,
    api_key::{ApiKeys, StoredKey},
    basic::{Basic, StoredUser},
    session::Sessions,
    store::Unavailable,
};
use shop::issuer::{self, ISSUER, Identity};
use sqlx::SqlitePool;

use crate::AUDIENCE;

/// The people as the issuer of tokens knows them. The store has the same rights for the other ways.
pub(crate) const PEOPLE: [Identity; 3] = [
    Identity::new("alice").scope("notes:read notes:write"),
    Identity::new("bob").scope("notes:read"),
    Identity::new("root").roles(&["admin"]),
];

/// The API keys of the example, which everybody knows. A real service makes a key by `ApiKey::generate`, shows it once
/// and forgets it.
const KEYS: [(&str, &str); 3] = [
    ("alice", "desk_AliceExampleKey0_aliceThisKeyIsKnownToEverybodyWhoReadsTheEx2eZiQ6"),
    ("bob", "desk_BobExampleKey000_bobThisKeyIsKnownToEverybodyWhoReadsTheExam3YIYWR"),
    ("root", "desk_RootExampleKey00_rootThisKeyIsKnownToEverybodyWhoReadsTheExa0ea3nX"),
];

/// Makes a bearer token, as the issuer would.
pub(crate) fn token(name: &str) -> Result<String, Box<dyn Error>> {
    issuer::find(&PEOPLE, name)?.token(AUDIENCE)
}

/// Returns the API key of a person.
pub(crate) fn key(name: &str) -> Result<&'static str, Box<dyn Error>> {
    let name = issuer::find(&PEOPLE, name)?.name;
    let key = KEYS.iter().find(|(owner, _)| *owner == name);
    key.map(|(_, key)| *key).ok_or_else(|| format!("`{name}` has no key").into())
}

// ── the ways ────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Accepts API keys by their digests.
pub(crate) fn keys(store: SqlitePool) -> ApiKeys {
    const QUERY: &str =
        "SELECT digest, name, scopes, roles FROM keys JOIN people ON name = owner WHERE keys.id = ?";
    ApiKeys::new("desk", async move |id: &str| -> Result<_, Unavailable> {
        let row: Option<(Vec<u8>, String, String, String)> =
            sqlx::query_as(QUERY).bind(id).fetch_optional(&store).await?;
        Ok(row.map(|(digest, name, scopes, roles)| StoredKey::new(digest, person(&name, &scopes, &roles))))
    })
}

/// Accepts names and passwords by the hashes of the passwords: those of Basic, and those of the login page.
pub(crate) fn passwords(store: SqlitePool) -> Basic {
    const QUERY: &str = "SELECT password_hash, name, scopes, roles FROM people WHERE name = ?";
    Basic::new(async move |name: &str| -> Result<_, Unavailable> {
        let row: Option<(String, String, String, String)> =
            sqlx::query_as(QUERY).bind(name).fetch_optional(&store).await?;
        Ok(row.map(|(hash, name, scopes, roles)| StoredUser::new(hash, person(&name, &scopes, &roles))))
    })
    .issuer(ISSUER)
}

/// Accepts sessions. A session knows only a name, so that a change of the rights counts at once.
pub(crate) fn session(sessions: &Sessions, store: SqlitePool) -> Scheme {
    const QUERY: &str = "SELECT scopes, roles FROM people WHERE name = ?";
    sessions.scheme(async move |name: String| -> Result<_, Refusal> {
        let row: Option<(String, String)> =
            sqlx::query_as(QUERY).bind(&name).fetch_optional(&store).await.map_err(Refusal::unavailable)?;
        let (scopes, roles) = row.ok_or(Refusal::invalid("the person is gone"))?;
        Ok(person(&name, &scopes, &roles))
    })
}

fn person(name: &str, scopes: &str, roles: &str) -> Principal {
    let (scopes, roles) = (scopes.split_whitespace(), roles.split_whitespace());
    Principal::builder().subject(name).scopes(scopes).roles(roles).build()
}
