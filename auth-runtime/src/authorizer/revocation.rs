//! The revocation of tokens that would still be valid.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use sha2::{Digest as _, Sha256};

use crate::{
    policy::{credential_error::InvalidCredential, decision::Denial, principal::Principal},
    schemes::{claims::numeric_date, jwt::signed_part},
};

/// Knows which tokens were revoked. It is asked for each request, even for remembered tokens, so it has to answer from
/// memory. An implementation that is shared between processes should update its copy in the background.
///
/// # Example
/// ```
/// use auth_runtime::{revocation::{Revocations, VerifiedToken}, Denial, InvalidCredential};
///
/// struct LoggedOut(std::collections::HashSet<String>);
///
/// impl Revocations for LoggedOut {
///     fn check(&self, token: &VerifiedToken<'_>) -> Result<(), Denial> {
///         match token.principal().claim("sid").and_then(|session| session.as_str()) {
///             Some(session) if self.0.contains(session) => Err(InvalidCredential::Revoked.into()),
///             _ => Ok(()),
///         }
///     }
/// }
/// ```
pub trait Revocations: Send + Sync + 'static {
    /// Checks whether `token` is still accepted.
    ///
    /// # Errors
    /// [`InvalidCredential::Revoked`] (401) if it is revoked, and [`Denial::Unavailable`] (503) if that cannot be found
    /// out.
    fn check(&self, token: &VerifiedToken<'_>) -> Result<(), Denial>;
}

/// A verified token and its principal.
#[derive(Clone, Copy)]
pub struct VerifiedToken<'request> {
    token: &'request str,
    principal: &'request Principal,
}

impl<'request> VerifiedToken<'request> {
    pub(crate) fn new(token: &'request str, principal: &'request Principal) -> Self {
        Self { token, principal }
    }

    /// Returns the SHA-256 of the signed part, which identifies the token without revealing it. For a token that is no
    /// JSON Web Token it is the SHA-256 of the whole token.
    pub fn digest(&self) -> [u8; 32] {
        digest(self.token)
    }

    /// Returns when the token was issued (`iat`), in seconds since 1970.
    pub fn issued_at(&self) -> Option<u64> {
        self.principal.claim("iat").and_then(numeric_date)
    }

    /// Returns the identifier of the token (`jti`), which is unique within its issuer.
    pub fn jti(&self) -> Option<&'request str> {
        self.principal.claim("jti")?.as_str()
    }

    /// Returns who the token belongs to.
    pub fn principal(&self) -> &'request Principal {
        self.principal
    }
}

/// Leaves out the token, because it is a secret.
impl fmt::Debug for VerifiedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken").field("principal", &self.principal).finish_non_exhaustive()
    }
}

/// Hashes the token without its signature, because anybody can turn an ECDSA signature into a second valid one for the
/// same token.
fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(signed_part(token).unwrap_or(token)).into()
}

/// A list of the tokens that were revoked in this process. The list is cheap to clone, and all clones share its
/// entries. Entries are never removed, because the list cannot know when the tokens expire. An entry takes about 200
/// bytes.
///
/// # Example
/// ```
/// use std::time::SystemTime;
///
/// use auth_runtime::{revocation::RevocationList, Authorizer, Principal};
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let revoked = RevocationList::new();
/// let authorizer = Authorizer::builder().bearer(jwt).revocations(revoked.clone()).build()?;
///
/// revoked.revoke_jti("https://issuer.example", "0d9b");
/// revoked.revoke_subject("https://issuer.example", "mallory", SystemTime::now());
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone, Default)]
pub struct RevocationList(Arc<List>);

#[derive(Default)]
struct List {
    /// Whether anything was ever revoked. Most lists are empty, and then no request takes the lock.
    in_use: AtomicBool,
    revoked: RwLock<Revoked>,
}

#[derive(Default)]
struct Revoked {
    tokens: HashSet<[u8; 32]>,
    by_issuer: HashMap<String, OfIssuer>,
}

#[derive(Default)]
struct OfIssuer {
    jtis: HashSet<String>,
    /// The revoked subjects, each with the last second in which a revoked token was issued.
    subjects: HashMap<String, u64>,
}

impl RevocationList {
    /// Makes an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Revokes the token of this issuer with this identifier (`jti`).
    pub fn revoke_jti(&self, issuer: &str, jti: impl Into<String>) {
        self.change(|revoked| revoked.of(issuer).jtis.insert(jti.into()));
    }

    /// Revokes the tokens of this issuer for this subject that were issued until `issued_until`, usually now. Tokens
    /// that do not say when they were issued are revoked too. Time counts in whole seconds, as in `iat`, and by the
    /// issuer's clock: if that clock may be ahead, `issued_until` should be ahead by as much.
    pub fn revoke_subject(&self, issuer: &str, subject: impl Into<String>, issued_until: SystemTime) {
        let until = issued_until.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        self.change(|revoked| {
            let latest = revoked.of(issuer).subjects.entry(subject.into()).or_insert(until);
            *latest = until.max(*latest);
        });
    }

    /// Revokes this one token, given without `Bearer` before it. Only its SHA-256 is kept.
    pub fn revoke_token(&self, token: &str) {
        self.change(|revoked| revoked.tokens.insert(digest(token)));
    }

    fn change<T>(&self, change: impl FnOnce(&mut Revoked) -> T) {
        change(&mut self.0.revoked.write().unwrap_or_else(PoisonError::into_inner));
        self.0.in_use.store(true, Ordering::Release);
    }
}

impl Revoked {
    fn of(&mut self, issuer: &str) -> &mut OfIssuer {
        self.by_issuer.entry(issuer.to_owned()).or_default()
    }

    fn contains(&self, token: &VerifiedToken<'_>) -> bool {
        let principal = token.principal();
        let of_issuer = principal.issuer().and_then(|issuer| self.by_issuer.get(issuer));
        of_issuer.is_some_and(|revoked| {
            let until = principal.subject().and_then(|subject| revoked.subjects.get(subject));
            token.jti().is_some_and(|jti| revoked.jtis.contains(jti))
                || until.is_some_and(|until| token.issued_at().is_none_or(|issued| issued <= *until))
        }) || (!self.tokens.is_empty() && self.tokens.contains(&token.digest()))
    }
}

impl Revocations for RevocationList {
    fn check(&self, token: &VerifiedToken<'_>) -> Result<(), Denial> {
        let list = &*self.0;
        let revoked = list.in_use.load(Ordering::Acquire)
            && list.revoked.read().unwrap_or_else(PoisonError::into_inner).contains(token);
        if revoked { Err(InvalidCredential::Revoked.into()) } else { Ok(()) }
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationList").finish_non_exhaustive()
    }
}
