//! Names and passwords (RFC 7617).

mod hashing;
mod name_and_password;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

pub use self::name_and_password::PasswordError;
use self::{
    hashing::{Hashing, hash},
    name_and_password::{NameAndPassword, check_password},
};
use super::acceptance::Acceptance;
use crate::{
    config::ConfigError,
    credential::{
        accepted_issuers::AcceptedIssuers,
        authenticate::{Authenticate, Authentication, Own},
        clock::Clock,
        eventual::Eventual,
        head::Credential,
        scheme::Scheme,
        store::{IntoStore, Store},
        verified::Verified,
    },
    policy::{credential_error::InvalidCredential, decision::Denial, principal::Principal},
};

/// Authenticates names and passwords (RFC 7617), which are hashed with Argon2. It is cheap to clone.
///
/// Basic sends the password with every request. Accept it only over TLS (RFC 7617 §4), and for clients that know nothing
/// else.
///
/// # Design
/// - A hash takes tens of milliseconds and 19 MiB with the parameters of [`Basic::hash`]. Passwords are hashed on threads
///   for work that blocks, [few at once](Self::at_once), because anybody can have passwords hashed. A request that
///   [waits too long](Self::wait_at_most) is 503. [`remember_for`](Self::remember_for) hashes once for many requests.
/// - An unknown user costs what the costliest known user before cost, because the password is compared with that user's
///   hash in vain. Both get the same answer.
/// - The scheme is accepted and not advertised, because browsers answer its challenge with a dialog that no page can
///   style. See [`advertised`](Self::advertised).
/// - Names and passwords are UTF-8, and are compared in the normal form NFC (RFC 7617 §2.1). Control characters are refused
///   (§2), and the first colon ends the name. A credential has at most 2048 characters in base64, and a longer one is
///   refused before anything is done with it.
/// - Browsers send the password by themselves to every page of the origin, even if another site causes the request. A
///   request that may change something is asked from where it comes, as with cookies
///   ([`Scheme::origin`](crate::Scheme::origin)).
///
/// # Example
/// ```
/// use std::collections::HashMap;
///
/// use auth_runtime::{
///     Authorizer, Principal,
///     basic::{Basic, StoredUser},
/// };
///
/// let alice = Principal::builder().subject("alice").role("admin").build();
/// let hash = Basic::hash("correct horse battery staple")?;
/// assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
/// // Stands for a table.
/// let table = HashMap::from([("alice".to_owned(), StoredUser::new(hash, alice))]);
///
/// let users = Basic::new(move |name: &str| Ok(table.get(name).cloned()));
/// let authorizer = Authorizer::builder().realm("orders").scheme(users.advertised()).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Basic {
    users: Arc<dyn Store<StoredUser>>,
    hashing: Hashing,
    is_advertised: bool,
    acceptance: Acceptance,
}

impl Basic {
    /// Accepts the users whom `users` knows. The names that it is asked for are in the normal form NFC.
    pub fn new<Form>(users: impl IntoStore<StoredUser, Form>) -> Self {
        Self {
            users: Arc::new(users.into_store()),
            hashing: Hashing::new(),
            is_advertised: false,
            acceptance: Acceptance::default(),
        }
    }

    /// Hashes a password for the store, with a salt of its own: Argon2id with 19 MiB and two passes, as OWASP recommends, in
    /// PHC format. Other hashes of Argon2 in this format are accepted as well.
    ///
    /// This takes tens of milliseconds, and seconds in a build without optimization. In a handler, call it within
    /// `actix_web::web::block`.
    ///
    /// # Errors
    /// [`PasswordError`] if the password could never be used: if it is empty, longer than 1024 bytes or has control
    /// characters. Also if the system has no random numbers or no memory.
    pub fn hash(password: &str) -> Result<String, PasswordError> {
        hash(&check_password(password)?)
    }

    /// Asks for Basic in the challenges of a 401, after all other schemes. Browsers then show their dialog.
    pub fn advertised(mut self) -> Self {
        self.is_advertised = true;
        self
    }

    /// Limits how many passwords are hashed at the same time. The default is half of the cores, one at least and
    /// eight at most. While fewer passwords are hashed than there are cores, a flood of guesses leaves cores for other work.
    pub fn at_once(mut self, limit: usize) -> Self {
        self.hashing.limit(limit);
        self
    }

    /// Replaces the system's clock, for tests. The clock decides when a user ends, if the principal has an end. For how long
    /// a user is [remembered](Self::remember_for), [the authorizer's](crate::settings::AuthorizerBuilder::clock) decides.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.acceptance.clock = Clock::new(clock);
        self
    }

    /// Names the issuer of the users. A principal of the store may not name another one; the request would be answered 500.
    /// Without this call, the users are of the issuer that the store gives them, or of `scheme:Basic`.
    pub fn issuer(mut self, issuer: impl AsRef<str>) -> Self {
        self.acceptance.issuer = Some(issuer.as_ref().into());
        self
    }

    /// Lets the authorizer remember whose name and password were right for this many whole seconds, and not beyond the
    /// principal's end. A password that was changed is accepted until then, and is kept in the memory of the process as long.
    /// The default is to ask the store and to hash for each request.
    pub fn remember_for(mut self, duration: Duration) -> Self {
        self.acceptance.remember = Some(duration);
        self
    }

    /// Compares a name and a password that stand elsewhere than in `Authorization`, such as in the form of a login page. The
    /// limits, the work and the answers are the same.
    ///
    /// The principal is as the store has it, with the [`issuer`](Self::issuer): only an authorizer names its scheme. Take its
    /// subject, which the store spells, and not the name that was typed.
    ///
    /// # Errors
    /// [`Denial::InvalidCredential`] if the name or the password is wrong (401), and [`Denial::Unavailable`] if the store
    /// cannot be asked or too many passwords wait to be hashed (503). `?` answers so in a handler.
    ///
    /// # Example
    /// ```
    /// use actix_web::{HttpResponse, post, web};
    /// use auth_runtime::{Denial, basic::Basic, public};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Login {
    ///     name: String,
    ///     password: String,
    /// }
    ///
    /// #[public("callers who log in have no session yet")]
    /// #[post("/login")]
    /// async fn login(passwords: web::Data<Basic>, form: web::Form<Login>) -> Result<HttpResponse, Denial> {
    ///     let person = passwords.verify(&form.name, &form.password).await?;
    ///     // … `session.begin(..)` with the subject of the person …
    ///     Ok(HttpResponse::Ok().body(format!("hello, {}", person.subject().unwrap_or("somebody"))))
    /// }
    /// ```
    pub async fn verify(&self, name: &str, password: &str) -> Result<Principal, Denial> {
        Ok(self.prove(NameAndPassword::new(name, password)?).await?.principal)
    }

    /// Sets how long a request waits for its turn to hash, before it is answered 503. The default is five seconds.
    ///
    /// A request that has its turn waits for 30 seconds at most. It waits so long only if the threads for work that blocks
    /// are all held by something else.
    pub fn wait_at_most(mut self, duration: Duration) -> Self {
        self.hashing.wait = duration;
        self
    }

    async fn prove(&self, NameAndPassword { name, password }: NameAndPassword) -> Result<Verified, Denial> {
        let stored =
            self.users.find(&name).patiently().wait().await.map_err(|error| error.into_denial(&name))?;
        let (stored, principal) = stored.map(|user| (user.hash, user.principal)).unzip();
        let fits = self.hashing.compare(password, stored).await?;
        let principal = principal.filter(|_| fits);
        let principal = principal.ok_or(InvalidCredential::Refused("the name or the password is wrong"))?;
        self.acceptance.accept(principal)
    }
}

impl Authenticate for Basic {
    fn authenticate(&self, credential: &Credential<'_>) -> Authentication {
        let parsed = match NameAndPassword::parse(credential.value()) {
            Ok(parsed) => parsed,
            Err(reason) => return Authentication::now(Err(reason.into())),
        };
        let basic = self.clone();
        Authentication(Eventual::later(async move { basic.prove(parsed).await }))
    }

    fn check(&self, _: Own) -> Result<(), ConfigError> {
        self.hashing.check()?;
        self.acceptance.check("the users")
    }

    fn issuers(&self, _: Own) -> AcceptedIssuers {
        self.acceptance.issuers()
    }
}

/// Makes the scheme `Basic`, with the parameter `charset` (RFC 7617 §2.1).
impl From<Basic> for Scheme {
    fn from(basic: Basic) -> Self {
        let is_advertised = basic.is_advertised;
        let scheme = Self::new("Basic", basic).parameter("charset", "UTF-8");
        if is_advertised { scheme } else { scheme.unadvertised() }
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic").field("is_advertised", &self.is_advertised).finish_non_exhaustive()
    }
}

/// What a store keeps of a user: the hash of the password, and who the user is.
#[derive(Clone)]
pub struct StoredUser {
    hash: String,
    principal: Principal,
}

impl StoredUser {
    /// Makes a record of what [`Basic::hash`] returned and the principal of the user. The user ends at the principal's
    /// [`expires_at`](crate::principal::PrincipalBuilder::expires_at), if there is one.
    ///
    /// A text that is no hash of Argon2 in PHC format, such as `!`, is the hash of no password.
    pub fn new(hash: impl Into<String>, principal: Principal) -> Self {
        Self { hash: hash.into(), principal }
    }

    /// Says when the password was set, which becomes the claim `iat` of the principal. A
    /// [revocation of the subject](crate::revocation::RevocationList::revoke_subject) then ends only older passwords. Without
    /// it, the revocation counts for every password.
    pub fn set_at(mut self, time: SystemTime) -> Self {
        self.principal = self.principal.issued_at(time);
        self
    }
}

/// Leaves out the hash.
impl fmt::Debug for StoredUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredUser").field("principal", &self.principal).finish_non_exhaustive()
    }
}
