//! A stand-in for the issuer of tokens, which is another service in real life.

use std::{
    error::Error,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_runtime::{
    Algorithm, ConfigError, Jwt, Key, Principal,
    endpoints::{Endpoints, Matrix},
};
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

/// Somebody whom the issuer knows. Tokens and the access matrix are made of the same identity.
pub struct Identity {
    /// The name on the command line.
    pub name: &'static str,
    subject: &'static str,
    scope: &'static str,
    roles: &'static [&'static str],
    is_expired: bool,
}

impl Identity {
    /// Makes an identity whose subject is its name, without scopes and roles.
    pub const fn new(name: &'static str) -> Self {
        Self { name, subject: name, scope: "", roles: &[], is_expired: false }
    }

    /// Sets whom the tokens are about, if it is somebody else.
    pub const fn subject(self, subject: &'static str) -> Self {
        Self { subject, ..self }
    }

    /// Sets the scopes, with spaces between them.
    pub const fn scope(self, scope: &'static str) -> Self {
        Self { scope, ..self }
    }

    /// Sets the roles.
    pub const fn roles(self, roles: &'static [&'static str]) -> Self {
        Self { roles, ..self }
    }

    /// Lets the tokens have expired.
    pub const fn expired(self) -> Self {
        Self { is_expired: true, ..self }
    }

    /// Makes a token that is valid for a day, or that expired an hour ago.
    ///
    /// # Errors
    /// Fails if the system's clock is set before 1970.
    pub fn token(&self, audience: &str) -> Result<String, Box<dyn Error>> {
        let expires = if self.is_expired { now()?.saturating_sub(HOUR) } else { now()? + 24 * HOUR };
        let claims = json!({
            "iss": ISSUER, "aud": audience, "sub": self.subject, "scope": self.scope, "roles": self.roles,
            "iat": now()?.as_secs(), "exp": expires.as_secs(),
        });
        let header =
            jsonwebtoken::Header { typ: Some("at+jwt".to_owned()), ..jsonwebtoken::Header::default() };
        Ok(jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(SECRET))?)
    }

    /// Returns the principal that the token proves; `None` if it proves nothing.
    fn principal(&self) -> Option<Principal> {
        let principal = Principal::builder().issuer(ISSUER).scheme("Bearer").subject(self.subject);
        let principal = principal.scopes(self.scope.split_whitespace()).roles(self.roles.iter().copied());
        (!self.is_expired).then(|| principal.build())
    }
}

/// Finds the identity of this name.
///
/// # Errors
/// Fails if there is no such identity.
pub fn find<'a>(identities: &'a [Identity], name: &str) -> Result<&'a Identity, Box<dyn Error>> {
    identities.iter().find(|identity| identity.name == name).ok_or_else(|| {
        let names: Vec<_> = identities.iter().map(|identity| identity.name).collect();
        format!("`{name}` is nobody here; there are {}", names.join(", ")).into()
    })
}

/// Says what the identities would be answered at each endpoint.
pub fn matrix(endpoints: &Endpoints, identities: &[Identity]) -> Matrix {
    let callers: Vec<_> = identities.iter().map(|identity| (identity.name, identity.principal())).collect();
    endpoints.matrix(callers.iter().map(|(name, principal)| (*name, principal.as_ref())))
}

fn now() -> Result<Duration, Box<dyn Error>> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}
