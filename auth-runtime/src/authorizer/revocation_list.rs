//! The list of revoked tokens that this crate brings along.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    error::Error,
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use super::revocation::{Revocations, VerifiedToken, digest};
use crate::{
    credential::accepted_issuers::AcceptedIssuers,
    policy::{credential_error::InvalidCredential, decision::Denial, principal_id::SCHEME_AS_ISSUER},
};

/// A list of the tokens that were revoked in this process. The list is cheap to clone, and all clones share its
/// entries. Entries are never removed, because the list cannot know when the tokens expire. An entry takes about 200
/// bytes.
///
/// The list learns the issuers of the authorizers that it is given to. From then on, a revocation for an issuer that they do
/// not accept is an error, because it would revoke nothing. The list cannot know the issuers that an authenticator of your
/// own names, so it takes every issuer unless each such scheme names its own with [`Scheme::issuer`](crate::Scheme::issuer).
/// Before the list is given to an authorizer, it takes every issuer; those that turn out to be unknown are in the log, at the
/// level `warn`.
///
/// # Example
/// ```
/// use std::time::SystemTime;
///
/// use auth_runtime::{Algorithm, Authorizer, Jwt, Key, revocation::RevocationList};
///
/// # let secret = Key::secret(Algorithm::HS256, [1; 32]);
/// let jwt = Jwt::builder().issuer("https://issuer.example").audience("orders").key(secret).build()?;
/// let revoked = RevocationList::new();
/// let authorizer = Authorizer::builder().bearer(jwt).revocations(revoked.clone()).build()?;
///
/// revoked.revoke_jti("https://issuer.example", "0d9b")?;
/// revoked.revoke_subject("https://issuer.example", "mallory", SystemTime::now())?;
/// assert!(revoked.revoke_jti("https://issuer.example/", "0d9b").is_err(), "no token has this issuer");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct RevocationList(Arc<List>);

#[derive(Default)]
struct List {
    /// Whether anything was ever revoked. Most lists are empty, and then no request takes the lock.
    in_use: AtomicBool,
    revoked: RwLock<Revoked>,
    /// The issuers of all authorizers that ask the list.
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    issuers: BTreeSet<String>,
    /// Whether an authenticator of the application's may name further issuers.
    is_open: bool,
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
    ///
    /// # Errors
    /// [`UnknownIssuer`] if no scheme has this issuer. Nothing is revoked then.
    pub fn revoke_jti(&self, issuer: &str, jti: impl Into<String>) -> Result<(), UnknownIssuer> {
        self.check(issuer)?;
        self.change(|revoked| revoked.of(issuer).jtis.insert(jti.into()));
        Ok(())
    }

    /// Revokes the tokens of this issuer for this subject that were issued until `issued_until`, usually now. Tokens
    /// that do not say when they were issued are revoked too. Time counts in whole seconds, as in `iat`, and by the
    /// issuer's clock: if that clock may be ahead, `issued_until` should be ahead by as much.
    ///
    /// # Errors
    /// [`UnknownIssuer`] if no scheme has this issuer. Nothing is revoked then.
    pub fn revoke_subject(
        &self,
        issuer: &str,
        subject: impl Into<String>,
        issued_until: SystemTime,
    ) -> Result<(), UnknownIssuer> {
        self.check(issuer)?;
        let until = issued_until.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        self.change(|revoked| {
            let latest = revoked.of(issuer).subjects.entry(subject.into()).or_insert(until);
            *latest = until.max(*latest);
        });
        Ok(())
    }

    /// Revokes this one token, given without `Bearer` before it. Only its SHA-256 is kept.
    ///
    /// It is not for sessions and for Basic. The text of a session's cookie changes while the session lives, and that of Basic
    /// can be written in several ways, so revoke their subject.
    pub fn revoke_token(&self, token: &str) {
        self.change(|revoked| revoked.tokens.insert(digest(token)));
    }

    /// Checks that a token of this issuer could be accepted.
    fn check(&self, issuer: &str) -> Result<(), UnknownIssuer> {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.has(issuer) {
            return Ok(());
        }
        Err(UnknownIssuer { issuer: issuer.to_owned(), known: known.issuers.iter().cloned().collect() })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Revoked) -> T) {
        change(&mut self.0.revoked.write().unwrap_or_else(PoisonError::into_inner));
        self.0.in_use.store(true, Ordering::Release);
    }
}

impl Known {
    fn has(&self, issuer: &str) -> bool {
        // No authenticator can name the issuer that stands for a scheme, so these issuers are all known.
        let may_be_named = self.is_open && !issuer.starts_with(SCHEME_AS_ISSUER);
        self.issuers.is_empty() || may_be_named || self.issuers.contains(issuer)
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

    fn learn(&self, issuers: &AcceptedIssuers) {
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        known.issuers.extend(issuers.names().map(str::to_owned));
        known.is_open |= issuers.is_open();
        let revoked = self.0.revoked.read().unwrap_or_else(PoisonError::into_inner);
        for issuer in revoked.by_issuer.keys().filter(|issuer| !known.has(issuer)) {
            tracing::warn!(issuer, "a revocation names an issuer that no scheme has, so it revokes nothing");
        }
    }
}

/// The error of a revocation for an issuer that no scheme has. The revocation would revoke nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownIssuer {
    issuer: String,
    known: Vec<String>,
}

impl fmt::Display for UnknownIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuer, known } = self;
        write!(
            f,
            "`{}` is the issuer of no scheme, so nothing is revoked; name one of `{}`",
            issuer.escape_debug(),
            known.join("`, `")
        )
    }
}

impl Error for UnknownIssuer {}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationList").finish_non_exhaustive()
    }
}
