//! A stand-in for the issuer of tokens, which is another service in real life.

use std::{
    error::Error,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_runtime::{Algorithm, ConfigError, Jwt, Key};
use serde_json::json;

/// The name of the issuer.
pub const ISSUER: &str = "https://issuer.example";
/// The secret of the issuer. Whoever reads it can sign tokens for the examples. A real service holds its issuer's
/// public key instead.
const SECRET: &[u8] = b"the example's secret, known to everybody";
const HOUR: Duration = Duration::from_hours(1);

/// Makes a verifier of tokens for this audience.
///
/// # Errors
/// [`ConfigError`] if the audience is empty.
pub fn jwt(audience: &str) -> Result<Jwt, ConfigError> {
    Jwt::builder().issuer(ISSUER).audience(audience).key(Key::secret(Algorithm::HS256, SECRET)).build()
}

/// Makes a token that is valid for a day.
///
/// # Errors
/// Fails if the system's clock is set before 1970.
pub fn token(audience: &str, subject: &str, scope: &str, roles: &[&str]) -> Result<String, Box<dyn Error>> {
    sign(audience, subject, scope, roles, now()? + 24 * HOUR)
}

/// Makes a token that expired an hour ago.
///
/// # Errors
/// Fails if the system's clock is set before 1970.
pub fn expired_token(audience: &str, subject: &str, scope: &str) -> Result<String, Box<dyn Error>> {
    sign(audience, subject, scope, &[], now()?.saturating_sub(HOUR))
}

fn now() -> Result<Duration, Box<dyn Error>> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}

fn sign(
    audience: &str,
    subject: &str,
    scope: &str,
    roles: &[&str],
    expires: Duration,
) -> Result<String, Box<dyn Error>> {
    let claims = json!({
        "iss": ISSUER, "aud": audience, "sub": subject, "scope": scope, "roles": roles,
        "iat": now()?.as_secs(), "exp": expires.as_secs(),
    });
    let header = jsonwebtoken::Header { typ: Some("at+jwt".to_owned()), ..jsonwebtoken::Header::default() };
    Ok(jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(SECRET))?)
}
