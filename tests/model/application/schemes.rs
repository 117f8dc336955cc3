//! The real schemes of a description.

use std::{sync::Arc, time::Duration};

use auth_runtime::{
    Algorithm, ConfigError, Credential, Denial, Issuers, Jwt, Key, Principal, Refusal, Scheme,
    api_key::{ApiKeys, StoredKey},
    authenticate::{Authentication, Head},
    basic::{Basic, StoredUser},
    jwt::JwtBuilder,
    principal::PrincipalBuilder,
    session::Sessions,
    store::Unavailable,
};
use auth_tests::issuer::AUDIENCE;

use super::{Clock, secret};
use crate::{
    arguments::Trace,
    credentials::{HASH, PREFIX, digest_of_key, id_of_key},
    description::{self, Account, Grants, Known, Limits, Place, Proof, Store},
};

/// What schemes are made with.
pub(super) struct Parts<'a> {
    pub(super) clock: &'a Clock,
    pub(super) trace: &'a Trace,
    pub(super) sessions: &'a Sessions,
}

impl Parts<'_> {
    pub(super) fn scheme(&self, described: &description::Scheme) -> Result<Scheme, ConfigError> {
        let mut scheme = self.of_proof(described)?;
        scheme = match &described.place {
            Place::Authorization => scheme,
            // A session has its cookie already.
            Place::Cookie(_) if matches!(described.proof, Proof::Sessions(_)) => scheme,
            Place::Header(name) => scheme.header(name),
            Place::Cookie(name) => scheme.cookie(name),
            Place::Query(name) => scheme.dangerous_query(name),
            Place::Presented(name) => scheme.presented_by(header_named(name)),
            Place::Connection(name) => scheme.connection(header_named(name)),
        };
        if described.ambient {
            scheme = scheme.ambient();
        }
        if described.unadvertised {
            scheme = scheme.unadvertised();
        }
        scheme = described.origins.iter().fold(scheme, Scheme::origin);
        // What is said last counts.
        if described.any_origin {
            scheme = scheme.dangerous_any_origin();
        }
        if let Some(value) = &described.parameter {
            scheme = scheme.parameter("service", value);
        }
        let names_itself = matches!(&described.proof, Proof::Keys(_, beside) if !beside.is_empty());
        if let Some(issuer) = described.issuer.as_ref().filter(|_| !names_itself) {
            scheme = scheme.issuer(issuer);
        }
        Ok(scheme)
    }

    fn of_proof(&self, described: &description::Scheme) -> Result<Scheme, ConfigError> {
        let name = described.name.clone();
        Ok(match &described.proof {
            Proof::Tokens(issuers) => match issuers.as_slice() {
                [one] => Scheme::new(name, self.jwt(one)?),
                several => Scheme::new(name, self.issuers(several)?),
            },
            Proof::Accounts(store) => self.accounts(name, store),
            Proof::Keys(store, beside) => {
                let mut keys = self.keys(store);
                if let Some(issuer) = described.issuer.as_ref().filter(|_| !beside.is_empty()) {
                    keys = keys.issuer(issuer);
                }
                match beside.as_slice() {
                    [] => Scheme::new(name, keys),
                    [one] => Scheme::new(name, keys.or(self.jwt(one)?)),
                    several => Scheme::new(name, keys.or(self.issuers(several)?)),
                }
            }
            Proof::Passwords(store) => {
                let basic = self.passwords(store);
                if described.unadvertised { basic.into() } else { basic.advertised().into() }
            }
            Proof::Sessions(store) => {
                let Store { waits, accounts, .. } = store.clone();
                if waits {
                    let accounts = Arc::new(accounts);
                    self.sessions.scheme(move |name: String| {
                        let accounts = Arc::clone(&accounts);
                        Authentication::later(async move {
                            actix_web::rt::task::yield_now().await;
                            known(&accounts, &name)
                        })
                    })
                } else {
                    self.sessions.scheme(move |name: String| known(&accounts, &name))
                }
            }
        })
    }

    fn accounts(&self, name: String, store: &Store) -> Scheme {
        let (accounts, trace) = (Arc::new(store.accounts.clone()), self.trace.clone());
        let asked = format!("asked {name}");
        if store.waits {
            Scheme::new(name, async move |credential: &Credential<'_>| {
                trace.add(asked.clone());
                actix_web::rt::task::yield_now().await;
                known(&accounts, credential.value())
            })
        } else {
            Scheme::new(name, move |credential: &Credential<'_>| {
                trace.add(asked.clone());
                known(&accounts, credential.value())
            })
        }
    }

    fn keys(&self, store: &Store) -> ApiKeys {
        let Store { waits, remembers, accounts } = store.clone();
        let stored = move |id: &str| -> Result<Option<StoredKey>, Unavailable> {
            let found = accounts.iter().find(|account| id_of_key(&account.credential) == id);
            let Some((account, principal)) = found.map(row).transpose()?.flatten() else { return Ok(None) };
            let digest = principal.as_ref().map_or(Vec::new(), |_| digest_of_key(&account.credential));
            Ok(Some(StoredKey::new(digest, principal.unwrap_or_else(|| Principal::builder().build()))))
        };
        let keys = if waits {
            ApiKeys::new(PREFIX, async move |id: &str| -> Result<Option<StoredKey>, Unavailable> {
                actix_web::rt::task::yield_now().await;
                stored(id)
            })
        } else {
            ApiKeys::new(PREFIX, stored)
        };
        let keys = keys.clock(self.clock.read());
        if remembers { keys.remember_for(REMEMBERED) } else { keys }
    }

    fn passwords(&self, store: &Store) -> Basic {
        let Store { waits, remembers, accounts } = store.clone();
        let stored = move |name: &str| -> Result<Option<StoredUser>, Unavailable> {
            let found = accounts.iter().find(|account| account.credential == name);
            let Some((_, principal)) = found.map(row).transpose()?.flatten() else { return Ok(None) };
            let hash = if principal.is_some() { HASH } else { "!" };
            Ok(Some(StoredUser::new(hash, principal.unwrap_or_else(|| Principal::builder().build()))))
        };
        let basic = if waits {
            Basic::new(async move |name: &str| -> Result<Option<StoredUser>, Unavailable> {
                actix_web::rt::task::yield_now().await;
                stored(name)
            })
        } else {
            Basic::new(stored)
        };
        let basic = basic.clock(self.clock.read());
        if remembers { basic.remember_for(REMEMBERED) } else { basic }
    }

    fn jwt(&self, (issuer, limits): &(String, Limits)) -> Result<Jwt, ConfigError> {
        verifier(issuer, limits, self.clock).build()
    }

    fn issuers(&self, several: &[(String, Limits)]) -> Result<Issuers, ConfigError> {
        Issuers::new(several.iter().map(|one| self.jwt(one)).collect::<Result<Vec<_>, _>>()?)
    }
}

const REMEMBERED: Duration = Duration::from_secs(1_000);

fn header_named(name: &str) -> impl Fn(&Head<'_>) -> Option<String> + Send + Sync + use<> {
    let name = name.to_owned();
    move |head| Some(head.headers().get(&name)?.to_str().ok()?.to_owned())
}

fn verifier(issuer: &str, limits: &Limits, clock: &Clock) -> JwtBuilder {
    let key = Key::secret(Algorithm::HS256, secret(issuer).as_slice());
    let builder = Jwt::builder().issuer(issuer).audience(AUDIENCE).key(key);
    let builder = builder.leeway(Duration::ZERO).clock(clock.read());
    match limits {
        Limits::Unsaid => builder,
        Limits::Everything => builder.dangerous_grants_everything(),
        Limits::Nothing => builder.grants_nothing(),
        Limits::Only { scopes, roles } => builder.grants_scopes(scopes).grants_roles(roles),
        Limits::Beginning { scopes, roles } => {
            builder.grants_scopes_beginning_with(scopes).grants_roles_beginning_with(roles)
        }
    }
}

/// Asks a closure of the application.
fn known(accounts: &[Account], credential: &str) -> Result<Principal, Refusal> {
    let account = accounts.iter().find(|account| account.credential == credential);
    Ok(match account.map_or(&Known::Nobody, |account| &account.answer) {
        Known::Down => return Err(Refusal::unavailable("the store is down")),
        Known::Forbidden => return Err(Denial::Forbidden.into()),
        Known::Nobody => return Err(Refusal::invalid("nobody has this credential")),
        Known::Unreadable => return Err("no number".parse::<u64>().unwrap_err())?,
        Known::Principal(grants) => principal(grants).build(),
    })
}

/// A row of a table, with its principal if it is not locked.
type Row<'a> = Option<(&'a Account, Option<Principal>)>;

/// Reads a row of a table of keys or users.
fn row(account: &Account) -> Result<Row<'_>, Unavailable> {
    match &account.answer {
        Known::Down => Err(Unavailable::because("the table is locked")),
        Known::Unreadable => Err("no number".parse::<u64>().unwrap_err())?,
        Known::Nobody => Ok(None),
        Known::Forbidden => Ok(Some((account, None))),
        Known::Principal(grants) => {
            let ends = account.ends.map(Clock::at);
            let principal = principal(grants);
            let principal = ends.into_iter().fold(principal, PrincipalBuilder::expires_at);
            Ok(Some((account, Some(principal.build()))))
        }
    }
}

fn principal(grants: &Grants) -> PrincipalBuilder {
    let mut principal = Principal::builder().scopes(&grants.scopes).roles(&grants.roles);
    if let Some(issuer) = &grants.issuer {
        principal = principal.issuer(issuer);
    }
    if let Some(subject) = &grants.subject {
        principal = principal.subject(subject);
    }
    if let Some(tenant) = &grants.tenant {
        principal = principal.claim("tenant", tenant.as_str());
    }
    principal
}
