//! The builder of an introspection.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    Introspection, Settings,
    endpoint_lookup::EndpointLookup,
    health::LastQuestion,
    question::{Address, Credentials, Endpoint},
    questions::Questions,
};
use crate::{
    config::ConfigError,
    credential::clock::Clock,
    schemes::{
        claims::ClaimSettings,
        provider::{Background, Client, ClientSettings, ProviderUrl},
    },
};

/// Builds an [`Introspection`]. `issuer`, `audience` and the client's credentials are required.
pub struct IntrospectionBuilder {
    client: ClientSettings,
    clock: Clock,
    credentials: Option<Credentials>,
    endpoint: Option<String>,
    claim_settings: ClaimSettings,
    remember: Duration,
}

impl IntrospectionBuilder {
    pub(super) fn new(endpoint: Option<String>) -> Self {
        Self {
            client: ClientSettings::default(),
            clock: Clock::default(),
            credentials: None,
            endpoint,
            claim_settings: ClaimSettings::default(),
            remember: Duration::from_secs(30),
        }
    }

    /// Accepts tokens for this audience (`aud`), compared exactly. Each further call adds another audience.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.claim_settings.audiences.push(audience.into());
        self
    }

    /// Sets the credentials of this service at the issuer. They are sent in the `Authorization` field, form-encoded
    /// first (RFC 6749 §2.3.1). A server that does not decode them understands only letters, digits and `-._*`; for
    /// other secrets, use [`client_secret_post`](Self::client_secret_post) with such a server.
    pub fn client_secret_basic(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credentials = Some(Credentials::Basic(id.into(), secret.into()));
        self
    }

    /// Sets the credentials of this service at the issuer. They are sent in the form (RFC 6749 §2.3.1).
    pub fn client_secret_post(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credentials = Some(Credentials::Post(id.into(), secret.into()));
        self
    }

    /// Replaces the system's clock, for tests.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(clock);
        self
    }

    /// Lets the issuer grant every role and every scope, also those that are meant for the tokens of another issuer.
    ///
    /// This is dangerous if a service accepts several issuers: whoever administers this one can make anybody an
    /// administrator of the service. A single issuer needs no such word.
    pub fn dangerous_grants_everything(mut self) -> Self {
        self.claim_settings.grants.allow_everything();
        self
    }

    /// Lets the issuer say who somebody is, and grant nothing, except what other limits name.
    pub fn grants_nothing(mut self) -> Self {
        self.claim_settings.grants.limits();
        self
    }

    /// Lets the issuer grant these roles, and nothing else that is not named as well: an issuer with limits grants only the
    /// roles and the scopes that its limits name. What it may not grant is dropped from the principal, and the log says so
    /// at the level `debug`. Names are compared whole, without `implies`. Each further call adds roles.
    pub fn grants_roles(mut self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.claim_settings.grants.limits().roles.add(roles);
        self
    }

    /// Lets the issuer grant the roles that begin with this text, such as `partner-`, as
    /// [`grants_roles`](Self::grants_roles) does.
    pub fn grants_roles_beginning_with(mut self, beginning: impl Into<String>) -> Self {
        self.claim_settings.grants.limits().roles.add_beginning(beginning.into());
        self
    }

    /// Lets the issuer grant these scopes, and nothing else that is not named as well, as
    /// [`grants_roles`](Self::grants_roles) does.
    pub fn grants_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.claim_settings.grants.limits().scopes.add(scopes);
        self
    }

    /// Lets the issuer grant the scopes that begin with this text, such as `orders:`, as
    /// [`grants_roles`](Self::grants_roles) does.
    pub fn grants_scopes_beginning_with(mut self, beginning: impl Into<String>) -> Self {
        self.claim_settings.grants.limits().scopes.add_beginning(beginning.into());
        self
    }

    /// Accepts tokens of this issuer. If the answer has an `iss`, it is compared exactly.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.claim_settings.issuer = Some(issuer.into());
        self
    }

    /// Sets how far the issuer's clock may be off, for `exp` and `nbf`. The leeway is in whole seconds: 30 by default,
    /// 300 at most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.claim_settings.leeway = leeway;
        self
    }

    /// Sets how long an answer is remembered if the authorizer has a token cache. The duration is in whole seconds: 30
    /// by default, 300 at most. With zero, an answer counts for those requests alone that waited for it.
    pub fn remember_for(mut self, duration: Duration) -> Self {
        self.remember = duration;
        self
    }

    /// Takes roles from this member of the answer, as [`JwtBuilder::roles_from`](crate::jwt::JwtBuilder::roles_from) does.
    pub fn roles_from(mut self, member: impl Into<String>) -> Self {
        self.claim_settings.roles.push(member.into());
        self
    }

    /// Trusts the certificates in this PEM, such as those of a company's own authority, in addition to the system's.
    pub fn root_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.client.root_certificates.push(pem.as_ref().to_vec());
        self
    }

    /// Takes scopes from this member of the answer, as [`JwtBuilder::scopes_from`](crate::jwt::JwtBuilder::scopes_from)
    /// does.
    pub fn scopes_from(mut self, member: impl Into<String>) -> Self {
        self.claim_settings.scopes.push(member.into());
        self
    }

    /// Sets how long the issuer may take for a whole answer: 5 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.client.timeout = timeout;
        self
    }

    /// Finishes the verifier.
    ///
    /// # Errors
    /// [`ConfigError`] if the issuer, the audience or the client's credentials are missing, an address is not https
    /// (http works only on this machine), or a setting is out of range.
    pub fn build(self) -> Result<Introspection, ConfigError> {
        let claim_checks = self.claim_settings.check(Vec::new())?;
        let credentials = self.credentials.filter(Credentials::are_complete).ok_or_else(|| {
            let remedy = "is missing or has a line end in it, and nobody answers strangers; add it with `.client_secret_basic(..)` or \
                          `.client_secret_post(..)`";
            ConfigError::new("client_secret", remedy)
        })?;
        if self.remember > Duration::from_mins(5) || self.remember.subsec_nanos() > 0 {
            let remedy =
                "is more than 300 seconds or not whole seconds; a revoked token is accepted for so long";
            return Err(ConfigError::new("remember_for", remedy));
        }
        let background = Background::start()?;
        let client = Client::new(&self.client)?;
        let address = if let Some(address) = &self.endpoint {
            Address::Configured(ProviderUrl::of("endpoint", address)?)
        } else {
            let issuer = ProviderUrl::of_issuer(claim_checks.issuer())?;
            let (client, background, clock) = (client.clone(), background.clone(), self.clock.clone());
            let name = claim_checks.issuer();
            Address::Discovered(EndpointLookup::new(issuer, name, client, background, clock))
        };
        Ok(Introspection(Arc::new(Settings {
            background,
            claim_checks,
            clock: self.clock,
            endpoint: Endpoint::new(address, client, credentials, self.client.timeout),
            last_question: LastQuestion::default(),
            questions: Questions::default(),
            remember: self.remember.as_secs(),
        })))
    }
}

impl fmt::Debug for IntrospectionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionBuilder")
            .field("endpoint", &self.endpoint)
            .field("claim_settings", &self.claim_settings)
            .finish_non_exhaustive()
    }
}
