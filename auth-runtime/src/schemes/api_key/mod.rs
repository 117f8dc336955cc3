//! API keys that a service gives out itself.

mod beside;
mod key;
mod last_use;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use subtle::ConstantTimeEq as _;

pub use self::key::ApiKey;
use self::{
    beside::Beside,
    key::{check_prefix, digest, has_prefix, id_of},
    last_use::LastUses,
};
use super::acceptance::Acceptance;
use crate::{
    config::ConfigError,
    credential::{
        accepted_issuers::AcceptedIssuers,
        authenticate::{Authenticate, Authentication, IntoAuthenticate, Own},
        clock::Clock,
        head::Credential,
        scheme::Scheme,
        store::{IntoStore, Store, Unavailable},
        verified::Verified,
    },
    policy::{credential_error::InvalidCredential, decision::Denial, principal::Principal},
};

/// Authenticates the API keys that a service gives out with [`ApiKey::generate`]. It is cheap to clone.
///
/// | written | the key is presented as |
/// |---|---|
/// | `.scheme(keys)` | `Authorization: ApiKey ord_…` |
/// | `.scheme(keys.header("x-api-key"))` | `x-api-key: ord_…` |
/// | `.bearer(keys.or(jwt))` | `Authorization: Bearer ord_…`, beside other tokens |
///
/// # Design
/// - The store knows the SHA-256 of a key, and never the key. Two digests are compared in constant time, and an unknown id
///   costs what a wrong secret costs.
/// - The store is asked only about keys whose checksum is right, so whoever guesses does not reach it.
/// - The store is asked for each request, so a key that is gone from it is refused at the next request. See
///   [`remember_for`](Self::remember_for).
/// - A key ends at the [`expires_at`](crate::principal::PrincipalBuilder::expires_at) of its principal.
/// - A store that cannot be asked is 503.
/// - Several keys of one owner are several records of the store, so that a new key can be in use before the old one goes.
///
/// # Example
/// ```
/// use std::{collections::HashMap, sync::Arc};
///
/// use auth_runtime::{
///     Authorizer, Principal,
///     api_key::{ApiKey, ApiKeys, StoredKey},
/// };
///
/// let key = ApiKey::generate("ord")?;
/// let shop = Principal::builder().subject("shop").scope("orders:read").build();
/// // Stands for a table.
/// let table = HashMap::from([(key.id().to_owned(), StoredKey::new(key.digest(), shop))]);
///
/// let keys = ApiKeys::new("ord", move |id: &str| Ok(table.get(id).cloned()));
/// let authorizer = Authorizer::builder().realm("orders").scheme(keys.header("x-api-key")).build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct ApiKeys {
    prefix: Arc<str>,
    store: Arc<dyn Store<StoredKey>>,
    acceptance: Acceptance,
    uses: Option<LastUses>,
}

impl ApiKeys {
    /// Accepts the keys that begin with `prefix` and that `store` knows.
    ///
    /// The builder of the authorizer refuses a prefix that [`ApiKey::generate`] would refuse.
    pub fn new<Form>(prefix: impl AsRef<str>, store: impl IntoStore<StoredKey, Form>) -> Self {
        Self {
            prefix: prefix.as_ref().into(),
            store: Arc::new(store.into_store()),
            acceptance: Acceptance::default(),
            uses: None,
        }
    }

    /// Replaces the system's clock, for tests. The clock decides when a key ends. For how long a key is
    /// [remembered](Self::remember_for), [the authorizer's](crate::settings::AuthorizerBuilder::clock) decides.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.acceptance.clock = Clock::new(clock);
        self
    }

    /// Takes the keys from the field of this name, such as `x-api-key`. [`Scheme`] has other places for the keys:
    /// `Scheme::from(keys).cookie("key")`.
    pub fn header(self, name: impl AsRef<str>) -> Scheme {
        Scheme::from(self).header(name)
    }

    /// Names the issuer of the keys' principals, which then is the same wherever the keys are presented. A principal of the
    /// store may not name another one; the request would be answered 500.
    ///
    /// Without this call, the principals are of the issuer that the store gives them, or of
    /// [the scheme's](Scheme::issuer).
    pub fn issuer(mut self, issuer: impl AsRef<str>) -> Self {
        self.acceptance.issuer = Some(issuer.as_ref().into());
        self
    }

    /// Accepts keys beside other credentials of one scheme. What begins with the prefix and `_` is a key, and `other`
    /// decides about everything else. A refused key is not handed on. Where `other` has keys of its own, the builder of the
    /// authorizer refuses a prefix that would take them, as `ord` takes those of `ord_live`: begin with the longer one.
    ///
    /// What `other` proves is remembered as if it stood alone. If `other` is an authenticator of your own, name the
    /// [`issuer`](Self::issuer) of the keys; the builder of the authorizer refuses them otherwise.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Authorizer, ConfigError, Jwt, api_key::ApiKeys};
    ///
    /// fn authorizer(keys: ApiKeys, jwt: Jwt) -> Result<Authorizer, ConfigError> {
    ///     Authorizer::builder().bearer(keys.or(jwt)).build()
    /// }
    /// ```
    pub fn or<Form>(self, other: impl IntoAuthenticate<Form>) -> impl Authenticate {
        Beside { keys: self, other: other.into_authenticate() }
    }

    /// Lets the authorizer remember the owner of a key for this many whole seconds, and not beyond the key's end. A key that
    /// is removed from the store is accepted until then. The default is to ask the store for each request.
    pub fn remember_for(mut self, duration: Duration) -> Self {
        self.acceptance.remember = Some(duration);
        self
    }

    /// Calls `report` with the id of a key that was accepted and the time, at most once in `every` for each key, so that
    /// the store can show which keys are in use. `every` counts in whole seconds and is one second at least.
    ///
    /// `report` runs on a thread where it may block, and no request waits for it. A report that panics changes nothing. Four
    /// reports run at once; while they do, other keys wait for their next use. Where more than 50 000 keys are in use within
    /// `every`, some are reported more often. A key that is [remembered](Self::remember_for) is reported when the store is
    /// asked about it again. A key is in use if it is right, whether or not its owner is
    /// [revoked](crate::revocation::Revocations) or may do what was asked.
    ///
    /// # Example
    /// ```
    /// use std::{sync::mpsc, time::Duration};
    ///
    /// use auth_runtime::api_key::ApiKeys;
    ///
    /// # let keys = ApiKeys::new("ord", |_: &str| Ok(None));
    /// let (sender, used) = mpsc::channel();
    /// // Whoever holds `used` writes the times into the table.
    /// let keys = keys.report_use(Duration::from_secs(600), move |id, at| drop(sender.send((id.to_owned(), at))));
    /// ```
    pub fn report_use(
        mut self,
        every: Duration,
        report: impl Fn(&str, SystemTime) + Send + Sync + 'static,
    ) -> Self {
        self.uses = Some(LastUses::new(every, report));
        self
    }

    /// Decides about a key by its digest and by what the store has under its id.
    fn judge(
        &self,
        id: &str,
        digest: [u8; 32],
        found: Result<Option<StoredKey>, Unavailable>,
    ) -> Result<Verified, Denial> {
        let stored = found.map_err(|error| error.into_denial(id))?;
        let is_known = stored.is_some();
        // An unknown key is compared as well, so that it costs what a wrong secret costs.
        let (stored, principal) =
            stored.map_or(([0; 32].into(), None), |key| (key.digest, Some(key.principal)));
        let fits = bool::from(digest.ct_eq(&stored));
        let Some(principal) = principal.filter(|_| fits) else {
            let reason = if is_known { "it is not the key of its id" } else { "no key has its id" };
            return Err(InvalidCredential::Refused(reason).into());
        };
        let verified = self.acceptance.accept(principal)?;
        if let Some(uses) = &self.uses {
            uses.note(id, self.acceptance.clock.now());
        }
        Ok(verified)
    }
}

impl Authenticate for ApiKeys {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        let Some(id) = id_of(credential.value(), &self.prefix) else {
            let reason = InvalidCredential::Refused("it has not the form of this service's keys");
            return Authentication::now(Err(reason.into()));
        };
        let (found, digest, id) = (self.store.find(id), digest(credential.value()), id.to_owned());
        Authentication(found.patiently().then(self, move |keys, found| keys.judge(&id, digest, found)))
    }

    fn check(&self, _: Own) -> Result<(), ConfigError> {
        check_prefix(&self.prefix)?;
        self.acceptance.check("the keys")
    }

    fn keys_taken_by(&self, prefix: &str, _: Own) -> Option<&str> {
        // What all keys begin with, whatever their ids.
        has_prefix(&format!("{}_", self.prefix), prefix).then_some(&self.prefix)
    }

    fn issuers(&self, _: Own) -> AcceptedIssuers {
        self.acceptance.issuers()
    }
}

/// Makes the scheme `ApiKey`, whose keys stand in `Authorization`.
impl From<ApiKeys> for Scheme {
    fn from(keys: ApiKeys) -> Self {
        Self::new("ApiKey", keys)
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// What a store keeps of an API key: its digest and whom it stands for.
///
/// # Example
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use auth_runtime::{Principal, api_key::{ApiKey, StoredKey}};
///
/// let key = ApiKey::generate("ord")?;
/// let ends = SystemTime::now() + Duration::from_secs(90 * 24 * 3600);
/// let owner = Principal::builder().subject("shop").scope("orders:read").expires_at(ends).build();
/// let stored = StoredKey::new(key.digest(), owner);
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct StoredKey {
    digest: Box<[u8]>,
    principal: Principal,
}

impl StoredKey {
    /// Makes a record of the [`digest`](ApiKey::digest) of a key and the principal that the key stands for. The key ends at
    /// the principal's [`expires_at`](crate::principal::PrincipalBuilder::expires_at).
    ///
    /// A digest that has not 32 bytes is the digest of no key.
    pub fn new(digest: impl AsRef<[u8]>, principal: Principal) -> Self {
        Self { digest: digest.as_ref().into(), principal }
    }

    /// Says when the key was made, which becomes the claim `iat` of the principal. A
    /// [revocation of the subject](crate::revocation::RevocationList::revoke_subject) then ends only older keys. Without it,
    /// the revocation counts for every key.
    pub fn made_at(mut self, time: SystemTime) -> Self {
        self.principal = self.principal.issued_at(time);
        self
    }
}

/// Leaves out the digest.
impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey").field("principal", &self.principal).finish_non_exhaustive()
    }
}
