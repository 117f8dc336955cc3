//! The issuers whose credentials are accepted, and whether somebody said what each may grant.

use crate::{
    config::ConfigError,
    policy::{decision::Denial, principal::Principal, principal_id::SCHEME_AS_ISSUER},
};

/// The issuers whose credentials an authenticator, or a whole authorizer, accepts. No other crate can name the type.
#[derive(Clone, Debug, Default)]
pub struct AcceptedIssuers {
    named: Vec<AcceptedIssuer>,
    /// Whether an authenticator of the application's may name other issuers.
    is_open: bool,
}

#[derive(Clone, Debug)]
struct AcceptedIssuer {
    name: String,
    /// Whether somebody said what the issuer may grant; `None` if the application's own authenticator decides that.
    has_stated_grants: Option<bool>,
}

impl AcceptedIssuers {
    /// The issuers of an authenticator that may name any.
    pub(crate) fn any() -> Self {
        Self { named: Vec::new(), is_open: true }
    }

    /// One issuer of a verifier of this crate.
    pub(crate) fn verified(name: &str, has_stated_grants: bool) -> Self {
        let named = AcceptedIssuer { name: name.to_owned(), has_stated_grants: Some(has_stated_grants) };
        Self { named: vec![named], is_open: false }
    }

    /// One issuer that the application's authenticator names.
    pub(crate) fn of_application(name: String) -> Self {
        Self { named: vec![AcceptedIssuer { name, has_stated_grants: None }], is_open: false }
    }

    /// Adds the issuers of another authenticator.
    pub(crate) fn join(&mut self, other: Self) {
        self.named.extend(other.named);
        self.is_open |= other.is_open;
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|issuer| issuer.name.as_str())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Checks that somebody said of each issuer what it may grant, if there are several. Otherwise a role that one issuer
    /// gives counts as the same role of another.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let verified = || self.named.iter().filter(|issuer| issuer.has_stated_grants.is_some());
        let Some(first) = verified().next() else { return Ok(()) };
        if verified().all(|issuer| issuer.name == first.name) {
            return Ok(());
        }
        // The first by name, so that the message is the same each time.
        let unlimited = verified().filter(|issuer| issuer.has_stated_grants == Some(false));
        let Some(unlimited) = unlimited.map(|issuer| &issuer.name).min() else { return Ok(()) };
        let remedy = format!(
            "`{}` is one of several, and could grant the roles of another's principals; say what it may grant with \
             `.grants_roles(..)`, `.grants_scopes(..)` or `.grants_nothing()`, or trust it with everything by \
             `.dangerous_grants_everything()`",
            unlimited.escape_debug()
        );
        Err(ConfigError::new("issuer", remedy))
    }
}

/// Returns the principal as one of this issuer. A principal of another issuer is a mistake of the application.
pub(crate) fn of_issuer(principal: Principal, issuer: &str) -> Result<Principal, Denial> {
    match principal.issuer() {
        Some(named) if named == issuer => Ok(principal),
        Some(named) if !named.starts_with(SCHEME_AS_ISSUER) => Err(Denial::Misconfigured(
            "the authenticator names another issuer than its scheme; leave the issuer out in one of them",
        )),
        Some(_) | None => Ok(principal.of_issuer(issuer)),
    }
}

/// Checks that an issuer has a name such as `iss` could hold. `whose` says whose issuer it is.
pub(crate) fn check_issuer_name(issuer: &str, whose: &str) -> Result<(), ConfigError> {
    let (shown, refuse) = (issuer.escape_debug(), |remedy| Err(ConfigError::new("scheme", remedy)));
    if issuer.is_empty()
        || issuer.contains(|character: char| character.is_whitespace() || character.is_control())
    {
        return refuse(format!(
            "the issuer `{shown}` of {whose} is empty or has spaces; name it as `iss` would"
        ));
    }
    if issuer.starts_with(SCHEME_AS_ISSUER) {
        return refuse(format!(
            "the issuer `{shown}` of {whose} begins like those that no scheme names; choose another"
        ));
    }
    Ok(())
}
