//! The verifier that accepts tokens of several issuers.

use std::{collections::HashMap, fmt, sync::Arc};

use super::{Jwt, token::Token};
use crate::{
    config::ConfigError,
    credential::{
        authenticate::{Authenticate, Authentication, IntoAuthenticate, Own},
        head::Credential,
    },
    policy::{credential_error::InvalidCredential, decision::Denial},
};

/// Authenticates the tokens of several issuers. Each [`Jwt`] sees only the tokens that name its issuer, so keys are
/// never shared between issuers (RFC 9068 §4).
///
/// # Example
/// ```
/// use auth_runtime::{Algorithm, Authorizer, Issuers, Jwt, Key};
///
/// # let (staff, customers) = ([1; 32], [2; 32]);
/// let jwt = |issuer, secret| {
///     Jwt::builder().issuer(issuer).audience("orders").key(Key::secret(Algorithm::HS256, secret)).build()
/// };
/// let issuers = Issuers::new([jwt("https://staff.example", staff)?, jwt("https://id.example", customers)?])?;
/// let authorizer = Authorizer::builder().bearer(issuers).build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Issuers {
    by_name: Arc<HashMap<String, Jwt>>,
    opaque: Option<Opaque>,
}

#[derive(Clone)]
struct Opaque {
    authenticate: Arc<dyn Authenticate>,
    is_own: bool,
}

impl Issuers {
    /// Accepts the tokens of each of these verifiers.
    ///
    /// # Errors
    /// [`ConfigError`] if there is no verifier, or if two have the same issuer.
    pub fn new(issuers: impl IntoIterator<Item = Jwt>) -> Result<Self, ConfigError> {
        let mut by_name = HashMap::new();
        for jwt in issuers {
            if let Some(twin) = by_name.insert(jwt.issuer().to_owned(), jwt) {
                let remedy = format!(
                    "`{}` is there twice; give one `Jwt` all of its keys and audiences",
                    twin.issuer().escape_debug()
                );
                return Err(ConfigError::new("issuer", remedy));
            }
        }
        if by_name.is_empty() {
            return Err(ConfigError::new("issuer", "there is none, so nobody could get in; add a `Jwt`"));
        }
        Ok(Self { by_name: Arc::new(by_name), opaque: None })
    }

    /// Passes tokens that are no JSON Web Tokens to `authenticate`, such as an introspection.
    pub fn opaque<Form>(mut self, authenticate: impl IntoAuthenticate<Form>) -> Self {
        let authenticate = authenticate.into_authenticate();
        let is_own = authenticate.is_own(Own(()));
        self.opaque = Some(Opaque { authenticate: Arc::new(authenticate), is_own });
        self
    }
}

impl Authenticate for Issuers {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        match (Token::parse(credential.value()), &self.opaque) {
            // The issuer in the token only chooses the `Jwt`, which then proves it.
            (Ok(token), _) => match token.claimed_issuer().and_then(|issuer| self.by_name.get(&issuer)) {
                Some(jwt) => jwt.authenticate(credential),
                None => Authentication::now(Err(Denial::InvalidCredential(InvalidCredential::Issuer))),
            },
            (Err(InvalidCredential::Malformed), Some(opaque)) => {
                let answer = opaque.authenticate.authenticate(credential);
                if opaque.is_own { answer } else { answer.by_application() }
            }
            (Err(reason), _) => Authentication::now(Err(Denial::InvalidCredential(reason))),
        }
    }

    fn is_own(&self, _: Own) -> bool {
        true
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuers").field("by_name", &self.by_name).finish_non_exhaustive()
    }
}
