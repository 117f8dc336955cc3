//! The verifier that accepts tokens of several issuers.

use std::{collections::HashMap, fmt, sync::Arc};

use super::{Jwt, token::Token};
use crate::{
    config::ConfigError,
    credential::{
        accepted_issuers::AcceptedIssuers,
        authenticate::{Authenticate, Authentication, IntoAuthenticate, Own},
        head::Credential,
    },
    policy::{credential_error::InvalidCredential, decision::Denial},
};

/// Authenticates the tokens of several issuers. Each [`Jwt`] sees only the tokens that name its issuer, so keys are
/// never shared between issuers (RFC 9068 §4).
///
/// Each issuer says who its principals are, and a role or a scope is a name that any issuer could write. So each of
/// several issuers is told what it [may grant](crate::jwt::JwtBuilder::grants_roles).
///
/// # Example
/// ```
/// use auth_runtime::{Algorithm, Authorizer, Issuers, Jwt, Key};
///
/// # let (staff, customers) = ([1; 32], [2; 32]);
/// let jwt = |issuer, secret| {
///     Jwt::builder().issuer(issuer).audience("orders").key(Key::secret(Algorithm::HS256, secret))
/// };
/// let staff = jwt("https://staff.example", staff).grants_roles(["admin", "support"]).build()?;
/// let customers = jwt("https://id.example", customers).grants_scopes_beginning_with("orders:").build()?;
/// let issuers = Issuers::new([staff, customers])?;
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
    /// [`ConfigError`] if there is no verifier, if two have the same issuer, or if nobody said of one of several what its
    /// issuer may grant.
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
        let issuers = Self { by_name: Arc::new(by_name), opaque: None };
        issuers.issuers(Own(())).check()?;
        Ok(issuers)
    }

    /// Passes tokens that are no JSON Web Tokens to `authenticate`, such as an introspection. The authorizer is refused if
    /// the introspection's issuer is another one and nobody said what it may grant.
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

    fn check(&self, _: Own) -> Result<(), ConfigError> {
        self.opaque.as_ref().map_or(Ok(()), |opaque| opaque.authenticate.check(Own(())))
    }

    fn is_own(&self, _: Own) -> bool {
        true
    }

    fn issuers(&self, _: Own) -> AcceptedIssuers {
        let opaque = self.opaque.iter().map(|opaque| opaque.authenticate.issuers(Own(())));
        let mut accepted = AcceptedIssuers::default();
        self.by_name
            .values()
            .map(|jwt| jwt.issuers(Own(())))
            .chain(opaque)
            .for_each(|one| accepted.join(one));
        accepted
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuers").field("by_name", &self.by_name).finish_non_exhaustive()
    }
}
