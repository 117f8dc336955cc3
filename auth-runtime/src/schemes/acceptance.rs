//! What counts of the principals of an application's store: their issuer, and for how long.

use std::{sync::Arc, time::Duration};

use crate::{
    config::ConfigError,
    credential::{
        accepted_issuers::{AcceptedIssuers, check_issuer_name, of_issuer},
        clock::Clock,
        verified::{Verified, end_of},
    },
    policy::{credential_error::InvalidCredential, decision::Denial, principal::Principal},
};

/// What counts of the principals of an application's store. A principal counts until its own end, and for later requests
/// only as long as the application says.
#[derive(Clone, Debug, Default)]
pub(super) struct Acceptance {
    pub(super) clock: Clock,
    /// The issuer of all principals; `None` if the store or the scheme names it.
    pub(super) issuer: Option<Arc<str>>,
    pub(super) remember: Option<Duration>,
}

impl Acceptance {
    /// Checks the name of the issuer. `whose` says in the error whose issuer it is.
    pub(super) fn check(&self, whose: &str) -> Result<(), ConfigError> {
        self.issuer.as_ref().map_or(Ok(()), |issuer| check_issuer_name(issuer, whose))
    }

    pub(super) fn issuers(&self) -> AcceptedIssuers {
        let named = |issuer: &Arc<str>| AcceptedIssuers::of_application(issuer.as_ref().to_owned());
        self.issuer.as_ref().map_or_else(AcceptedIssuers::any, named)
    }

    /// Accepts a principal that has not ended.
    ///
    /// # Errors
    /// [`Denial::InvalidCredential`] if the principal has ended, and a failure if it names another issuer.
    pub(super) fn accept(&self, principal: Principal) -> Result<Verified, Denial> {
        let principal = match &self.issuer {
            Some(issuer) => of_issuer(principal, issuer)?,
            None => principal,
        };
        let (now, ends) = (self.clock.now(), end_of(&principal));
        if now >= ends {
            return Err(InvalidCredential::Expired { seconds_ago: now - ends }.into());
        }
        let verified = Verified::from(principal);
        Ok(match self.remember {
            Some(remember) => verified.remember_for(remember),
            None => verified,
        })
    }
}
