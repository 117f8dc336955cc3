//! API keys beside other credentials of the same scheme, told apart by the prefix.

use super::{ApiKeys, key::has_prefix};
use crate::{
    config::ConfigError,
    credential::{
        accepted_issuers::AcceptedIssuers,
        authenticate::{Authenticate, Authentication, Own},
        head::Credential,
    },
};

/// Authenticates what begins with the prefix as an API key, and hands everything else to `other`.
pub(super) struct Beside<A> {
    pub(super) keys: ApiKeys,
    pub(super) other: A,
}

impl<A: Authenticate> Authenticate for Beside<A> {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        // A refused key is not handed on: the prefix alone decides.
        if has_prefix(credential.value(), &self.keys.prefix) {
            return self.keys.authenticate(credential);
        }
        let answer = self.other.authenticate(credential);
        if self.other.is_own(Own(())) { answer } else { answer.by_application() }
    }

    fn check(&self, _: Own) -> Result<(), ConfigError> {
        self.keys.check(Own(()))?;
        self.other.check(Own(()))?;
        let prefix = &self.keys.prefix;
        if let Some(taken) = self.other.keys_taken_by(prefix, Own(())) {
            return Err(ConfigError::new(
                "prefix",
                format!(
                    "keys of the prefix `{taken}` begin with `{prefix}_` and would be refused as keys of the prefix \
                     `{prefix}`, which comes before; choose prefixes that differ, and put the longer one first"
                ),
            ));
        }
        // Both would be of the one issuer that stands for the scheme.
        if self.keys.acceptance.issuer.is_none() && self.other.issuers(Own(())).is_open() {
            return Err(ConfigError::new(
                "issuer",
                format!(
                    "the owners of the keys `{}_…` could be mixed up with those of the credentials beside them; name \
                     the issuer of the keys with `.issuer(..)`",
                    self.keys.prefix
                ),
            ));
        }
        Ok(())
    }

    fn keys_taken_by(&self, prefix: &str, _: Own) -> Option<&str> {
        self.keys.keys_taken_by(prefix, Own(())).or_else(|| self.other.keys_taken_by(prefix, Own(())))
    }

    /// The answers of `other` are remembered as if it stood alone. Those about keys say themselves for how long.
    fn is_own(&self, _: Own) -> bool {
        true
    }

    fn issuers(&self, _: Own) -> AcceptedIssuers {
        let mut issuers = self.keys.issuers(Own(()));
        issuers.join(self.other.issuers(Own(())));
        issuers
    }
}
