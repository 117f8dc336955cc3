//! The cache of verified tokens, which spares verifying a token again.
//!
//! Only verified tokens are stored, so nobody can fill the cache with garbage. Each use checks whether the token is
//! still valid.

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

/// The size of an [`Authorizer`](crate::Authorizer)'s cache of verified tokens. By default it holds 100 000 tokens or
/// 64 MiB, whichever is reached first. A full cache drops the tokens that are used least; they are verified again when
/// they come.
///
/// A token is remembered until it expires, and only while the key that signed it is trusted. Each use checks both, and
/// whether the token was revoked. The token of a [`Jwt`](crate::Jwt) expires at its `exp` plus the leeway.
///
/// # Example
/// ```
/// use auth_runtime::{settings::TokenCache, Authorizer, Principal};
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
    /// Makes the default size.
    pub const fn new() -> Self {
        Self { entries: 100_000, bytes: 64 * 1024 * 1024 }
    }

    /// Limits how many bytes the remembered tokens and their principals occupy. The limit is at least 1 MiB.
    pub const fn max_bytes(self, bytes: u64) -> Self {
        Self { bytes, ..self }
    }

    /// Limits how many tokens are remembered. The limit is at least 100.
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
    entries: Cache<TokenKey, Arc<Entry>, Weight>,
    /// The least number of bytes that an entry counts as, which bounds the number of entries.
    least_weight: u64,
}

impl VerifiedTokens {
    pub(crate) fn new(size: TokenCache) -> Result<Self, ConfigError> {
        // The cache is divided among the processor's cores, and every part has to hold some tokens.
        if size.entries < 100 || size.bytes < 1024 * 1024 {
            let remedy = "has room for less than 100 tokens or 1 MiB; give it more, or switch it off with \
                          `.without_token_cache()`";
            return Err(ConfigError::new("token_cache", remedy));
        }
        // The number of entries only shapes the cache; the weight limits it.
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

    /// Returns what is remembered of a token, if it is still valid. `is_enriched` says whether principals are enriched for
    /// longer than a request, so that another worker may have remembered more than this one.
    #[inline]
    pub(crate) fn recall(&self, scheme: &Arc<Scheme>, token: &[u8], is_enriched: bool) -> Option<Arc<Entry>> {
        let lookup = Lookup { scheme, token };
        if let Some(entry) = Recent::recall(&lookup)
            && (!is_enriched || entry.enriched().is_some())
        {
            return Some(entry);
        }
        let entry = self.entries.get(&lookup)?;
        if entry.validity.holds() {
            Recent::keep(Arc::clone(&entry));
            return Some(entry);
        }
        self.entries.remove_if(&lookup, |other| Arc::ptr_eq(other, &entry));
        None
    }

    /// Remembers the principal that a token proves.
    pub(crate) fn remember(
        &self,
        scheme: &Arc<Scheme>,
        token: &str,
        proven: Principal,
        enriched: Option<Enriched>,
        validity: Validity,
    ) {
        let of_enriched = |enriched: &Enriched| size_of::<Enriched>() + enriched.principal.bytes();
        let bytes = ENTRY_BYTES + token.len() + proven.bytes() + enriched.as_ref().map_or(0, of_enriched);
        let weight = u64::try_from(bytes).unwrap_or(u64::MAX).max(self.least_weight);
        let entry = Arc::new(Entry {
            scheme: Arc::downgrade(scheme),
            token: token.into(),
            proven,
            enriched: enriched.map(Box::new),
            validity,
            weight,
        });
        self.entries.insert(TokenKey(Arc::clone(&entry)), entry);
    }
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedTokens").field("len", &self.entries.len()).finish_non_exhaustive()
    }
}

/// Roughly what an access token and its claims occupy.
const TYPICAL_BYTES: u64 = 4 * 1024;

/// What a cache entry occupies beside the token and the principal, including the allocator's own bytes.
const ENTRY_BYTES: usize = 256;

/// A principal as the application enriched it, and for how long what the application said counts.
pub(crate) struct Enriched {
    pub(crate) principal: Principal,
    pub(crate) validity: Validity,
}

/// A token that was verified.
pub(crate) struct Entry {
    /// The scheme, which ties the entry to one authorizer. The reference is weak, because a worker may hold the entry
    /// for longer than the authorizer lives.
    scheme: Weak<Scheme>,
    token: Box<str>,
    /// The principal that the token proves.
    pub(crate) proven: Principal,
    enriched: Option<Box<Enriched>>,
    pub(crate) validity: Validity,
    weight: u64,
}

impl Entry {
    /// Returns the principal as the application enriched it, while that counts.
    pub(crate) fn enriched(&self) -> Option<&Principal> {
        let enriched = self.enriched.as_ref().filter(|enriched| enriched.validity.holds())?;
        Some(&enriched.principal)
    }
}

/// The key of an entry, which compares the whole token byte by byte, so that two tokens are never confused.
struct TokenKey(Arc<Entry>);

struct Lookup<'request> {
    scheme: &'request Arc<Scheme>,
    token: &'request [u8],
}

impl Lookup<'_> {
    fn finds(&self, entry: &Entry) -> bool {
        // The weak reference in the entry keeps the address from being reused.
        Arc::as_ptr(self.scheme) == entry.scheme.as_ptr() && *self.token == *entry.token.as_bytes()
    }
}

impl Equivalent<TokenKey> for Lookup<'_> {
    fn equivalent(&self, key: &TokenKey) -> bool {
        self.finds(&key.0)
    }
}

impl PartialEq for TokenKey {
    fn eq(&self, Self(other): &Self) -> bool {
        self.0.scheme.ptr_eq(&other.scheme) && self.0.token == other.token
    }
}

impl Eq for TokenKey {}

impl Hash for TokenKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.0.token.as_bytes());
    }
}

impl Hash for Lookup<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.token);
    }
}

/// The tokens that one worker used last, one in each place. A worker finds a token that comes again and again here,
/// without waiting for other workers. Each use checks whether the token is still valid.
struct Recent;

/// The number of places, which is so small that their memory is not counted in the limits.
const PLACES: usize = 64;

thread_local! {
    static RECENT: RefCell<[Option<Arc<Entry>>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
}

impl Recent {
    /// Reads the clock and drops entries only after the table is released, because both may run the application's code.
    fn recall(lookup: &Lookup<'_>) -> Option<Arc<Entry>> {
        let place = Self::place(lookup.token);
        let found = |entry: &&Arc<Entry>| lookup.finds(entry);
        let entry = RECENT.with_borrow(|recent| recent.get(place)?.as_ref().filter(found).cloned())?;
        if entry.validity.holds() {
            return Some(entry);
        }
        drop(RECENT.with_borrow_mut(|recent| recent.get_mut(place).and_then(Option::take)));
        None
    }

    fn keep(entry: Arc<Entry>) {
        let place = Self::place(entry.token.as_bytes());
        drop(RECENT.with_borrow_mut(|recent| recent.get_mut(place).and_then(|place| place.replace(entry))));
    }

    /// Chooses the place by the last bytes, as the hash does. The very last character of a signature carries fewer
    /// bits, so it is skipped.
    fn place(token: &[u8]) -> usize {
        let byte = |position: usize| token.get(position).map_or(0, |byte| usize::from(*byte));
        let end = token.len();
        // Bytes of the middle tell tokens apart that end alike.
        let bytes = [end.wrapping_sub(2), end.wrapping_sub(3), end / 2, end / 3];
        bytes.into_iter().fold(0, |place, position| place * 7 + byte(position)) % PLACES
    }
}

#[derive(Clone)]
struct Weight;

impl Weighter<TokenKey, Arc<Entry>> for Weight {
    fn weight(&self, _: &TokenKey, entry: &Arc<Entry>) -> u64 {
        entry.weight
    }
}
