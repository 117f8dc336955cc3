//! Tokens that were verified before, so that verification is paid once.
//!
//! Only what was verified is kept, so nobody fills it with garbage. Whether it still holds is looked at each time.

use std::{
    cell::RefCell,
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, Weak},
};

use quick_cache::{
    DefaultHashBuilder, Equivalent, Weighter,
    sync::{Cache, DefaultLifecycle},
};

use crate::{
    config::ConfigError,
    credential::{scheme::Scheme, verified::Validity},
    policy::principal::Principal,
};

/// How much of verified tokens an [`Authorizer`](crate::Authorizer) remembers. 100 000 tokens and 64 MiB by default,
/// whichever comes first; then the ones that are asked for least make room, and are verified again when they come.
///
/// A token is remembered until its `exp`, and only while the key that signed it is trusted. Both, and whether it was
/// revoked, are looked at each time.
///
/// # Example
/// ```
/// use auth_runtime::{Authorizer, Principal, TokenCache};
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let authorizer = Authorizer::builder()
///     .bearer(jwt)
///     .token_cache(TokenCache::new().max_entries(10_000).max_bytes(16 * 1024 * 1024))
///     .build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCache {
    entries: u64,
    bytes: u64,
}

impl TokenCache {
    /// The default size.
    pub const fn new() -> Self {
        Self { entries: 100_000, bytes: 64 * 1024 * 1024 }
    }

    /// How many bytes the remembered tokens and their principals take up at most: 1 MiB or more.
    pub const fn max_bytes(self, bytes: u64) -> Self {
        Self { bytes, ..self }
    }

    /// How many tokens are remembered at most: 100 or more.
    pub const fn max_entries(self, entries: u64) -> Self {
        Self { entries, ..self }
    }
}

impl Default for TokenCache {
    fn default() -> Self {
        Self::new()
    }
}

/// The tokens that one authorizer remembers.
pub(crate) struct VerifiedTokens {
    entries: Cache<Key, Arc<Entry>, Weight>,
    /// Every entry counts as so many bytes at least, which bounds their number.
    least_weight: u64,
}

impl VerifiedTokens {
    pub(crate) fn new(size: TokenCache) -> Result<Self, ConfigError> {
        // It is divided among the processor's cores, and every part has to hold some.
        if size.entries < 100 || size.bytes < 1024 * 1024 {
            let remedy = "has room for less than 100 tokens or 1 MiB; give it more, or switch it off with \
                          `.without_token_cache()`";
            return Err(ConfigError::new("token_cache", remedy));
        }
        // The number only lays out the cache; what bounds it is the weight.
        let expected = usize::try_from(size.entries.min(size.bytes / TYPICAL_BYTES)).unwrap_or(usize::MAX);
        Ok(Self {
            entries: Cache::with(
                expected,
                size.bytes,
                Weight,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            least_weight: size.bytes.div_ceil(size.entries),
        })
    }

    /// Who a token was found to belong to, if that still holds.
    pub(crate) fn recall(&self, scheme: &Arc<Scheme>, token: &[u8]) -> Option<Principal> {
        let lookup = Lookup { scheme, token };
        if let Some(principal) = Recent::recall(&lookup) {
            return Some(principal);
        }
        let entry = self.entries.get(&lookup)?;
        if entry.validity.holds() {
            let principal = entry.principal.clone();
            Recent::keep(entry);
            return Some(principal);
        }
        self.entries.remove_if(&lookup, |other| Arc::ptr_eq(other, &entry));
        None
    }

    pub(crate) fn remember(
        &self,
        scheme: &Arc<Scheme>,
        token: &str,
        principal: Principal,
        validity: Validity,
    ) {
        let bytes = ENTRY_BYTES + token.len() + principal.bytes();
        let weight = u64::try_from(bytes).unwrap_or(u64::MAX).max(self.least_weight);
        let entry = Arc::new(Entry {
            scheme: Arc::downgrade(scheme),
            token: token.into(),
            principal,
            validity,
            weight,
        });
        self.entries.insert(Key(Arc::clone(&entry)), entry);
    }
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedTokens").field("len", &self.entries.len()).finish_non_exhaustive()
    }
}

/// What an access token and its claims take up, roughly.
const TYPICAL_BYTES: u64 = 4 * 1024;

/// The key, the entry, their place in the cache, and what the allocator adds.
const ENTRY_BYTES: usize = 256;

/// Tokens of fewer bytes are hashed whole: opaque ones may have an end in common.
const WHOLE: usize = 160;

/// A token that was verified.
struct Entry {
    /// Of one authorizer, which it ties the entry to. It is not kept alive: a worker may hold the entry for longer.
    scheme: Weak<Scheme>,
    token: Box<str>,
    principal: Principal,
    validity: Validity,
    weight: u64,
}

/// The whole token, compared byte by byte: two tokens never meet.
struct Key(Arc<Entry>);

struct Lookup<'request> {
    scheme: &'request Arc<Scheme>,
    token: &'request [u8],
}

impl Lookup<'_> {
    fn finds(&self, entry: &Entry) -> bool {
        // The address is nobody else's as long as the entry names it.
        Arc::as_ptr(self.scheme) == entry.scheme.as_ptr() && *self.token == *entry.token.as_bytes()
    }
}

impl Equivalent<Key> for Lookup<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.finds(&key.0)
    }
}

impl PartialEq for Key {
    fn eq(&self, Self(other): &Self) -> bool {
        self.0.scheme.ptr_eq(&other.scheme) && self.0.token == other.token
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(hashed(self.0.token.as_bytes()));
    }
}

impl Hash for Lookup<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(hashed(self.token));
    }
}

/// The end where it is long: of a JSON Web Token that is the signature, which differs from token to token, and what does
/// not verify is never stored.
fn hashed(token: &[u8]) -> &[u8] {
    let end = token.len().checked_sub(WHOLE).and_then(|_| token.last_chunk::<32>());
    end.map_or(token, |end| end)
}

/// The tokens that a worker was asked for last, one in each place: so that nobody waits for another worker, and what is
/// asked for again and again is at hand. What they hold on is looked at here too.
struct Recent;

/// So few that they do not count beside the others.
const PLACES: usize = 64;

thread_local! {
    static RECENT: RefCell<[Option<Arc<Entry>>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
}

impl Recent {
    /// Neither the clock nor what is dropped, which may be the application's, is met while the table is held.
    fn recall(lookup: &Lookup<'_>) -> Option<Principal> {
        let place = Self::place(lookup.token);
        let found = |entry: &&Arc<Entry>| lookup.finds(entry);
        let entry = RECENT.with_borrow(|recent| recent.get(place)?.as_ref().filter(found).cloned())?;
        if entry.validity.holds() {
            return Some(entry.principal.clone());
        }
        drop(RECENT.with_borrow_mut(|recent| recent.get_mut(place).and_then(Option::take)));
        None
    }

    fn keep(entry: Arc<Entry>) {
        let place = Self::place(entry.token.as_bytes());
        drop(RECENT.with_borrow_mut(|recent| recent.get_mut(place).and_then(|place| place.replace(entry))));
    }

    /// By the end, as the hash. The last character of a signature says less than the others.
    fn place(token: &[u8]) -> usize {
        token.iter().rev().skip(1).take(2).fold(0, |place, byte| place * 7 + usize::from(*byte)) % PLACES
    }
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Entry>> for Weight {
    fn weight(&self, _: &Key, entry: &Arc<Entry>) -> u64 {
        entry.weight
    }
}
