//! Random authorizers: schemes, issuers, and what the application knows.

use crate::{
    description::{
        Account, Authorizer, Grants, ISSUERS, Known, Limits, Place, Proof, ROLES, SCOPES, Scheme, Store,
    },
    random::Random,
};

const SUBJECTS: [&str; 4] = ["alice", "bob", "partner", "mallory"];

pub(super) fn authorizer(random: &mut Random) -> Authorizer {
    let mut schemes = Vec::new();
    let mut token_issuers = Vec::new();
    if random.chance(85) {
        token_issuers = random.pick(&[vec![0], vec![0], vec![1], vec![0, 1]]).clone();
        schemes.push(Scheme { name: "Bearer".to_owned(), ..Scheme::default() });
    }
    let mut others = others();
    for _ in 0..*random.pick(&[0, 0, 1, 1, 2, 3]) {
        let other = others.remove(random.below(others.len()));
        others.retain(|it| it.name != other.name);
        schemes.push(other);
    }
    if schemes.is_empty() {
        schemes.push(others.remove(random.below(others.len())));
    }
    let has_second_verifier = token_issuers.len() == 1 && random.chance(40);
    let is_limited = token_issuers.len() > 1 || has_second_verifier || random.chance(40);
    for scheme in &mut schemes {
        scheme.unadvertised = random.chance(15);
        scheme.parameter = random.chance(15).then(|| random.text(&["orders", r#"a "b" \c"#]));
        if scheme.is_sent_by_browsers() {
            scheme.origins = random.some(30, [LISTED]);
            scheme.any_origin = random.chance(8);
        }
        scheme.proof = match scheme.name.as_str() {
            "Bearer" if random.chance(30) => {
                let Proof::Tokens(beside) = tokens(random, &token_issuers, is_limited) else {
                    unreachable!()
                };
                let beside = if random.chance(15) { Vec::new() } else { beside };
                Proof::Keys(store(random, scheme), beside)
            }
            "Bearer" => tokens(random, &token_issuers, is_limited),
            // The cookie of a single-page application holds a token of another issuer.
            "Session" if has_second_verifier && random.chance(60) => {
                tokens(random, &[1 - token_issuers[0]], true)
            }
            "ApiKey" if random.chance(80) => {
                if random.chance(25) {
                    scheme.place = Place::Authorization;
                }
                Proof::Keys(store(random, scheme), Vec::new())
            }
            "Basic" if random.chance(70) => Proof::Passwords(store(random, scheme)),
            "Session" if random.chance(80) => Proof::Sessions(store(random, scheme)),
            _ => Proof::Accounts(store(random, scheme)),
        };
    }
    for at in (1..schemes.len()).rev() {
        schemes.swap(at, random.below(at + 1));
    }
    if let Some(first) = schemes.iter_mut().find(|scheme| !matches!(scheme.place, Place::Connection(_))) {
        first.unadvertised = false;
    }
    Authorizer {
        realm: random.chance(70).then(|| random.text(&["orders", "staff", r#"a"b\c, d=e"#])),
        revokes: random.chance(40),
        logged_out: random.chance(30).then(|| logged_out(random, &schemes)),
        challenge_scopes: random.chance(50),
        metadata: random.chance(25),
        without_token_cache: random.chance(20),
        schemes,
    }
}

/// Returns which issuer logs somebody out, mostly that of the sessions, and when: often as a session begins.
fn logged_out(random: &mut Random, schemes: &[Scheme]) -> (String, u64) {
    let session = schemes.iter().find(|scheme| matches!(scheme.proof, Proof::Sessions(_)));
    let issuer = match session {
        Some(session) if random.chance(80) => {
            session.issuer.as_deref().unwrap_or("scheme:Session").to_owned()
        }
        _ => random.text(&["scheme:Session", "https://desk.example", ISSUERS[0]]),
    };
    (issuer, *random.pick(&[0, 10, 11, 401, 650]))
}

/// The origin that some schemes list.
pub(super) const LISTED: &str = "https://app.example";

fn store(random: &mut Random, scheme: &mut Scheme) -> Store {
    scheme.issuer = random.chance(30).then(|| "https://desk.example".to_owned());
    let names_issuer = scheme.issuer.is_none();
    let (waits, remembers) = (random.chance(40), random.chance(30));
    Store { waits, remembers, accounts: accounts(random, names_issuer) }
}

/// Returns the schemes beside Bearer.
fn others() -> Vec<Scheme> {
    let scheme = |name: &str, place| Scheme { name: name.to_owned(), place, ..Scheme::default() };
    vec![
        scheme("ApiKey", Place::Header("x-api-key".to_owned())),
        scheme("Session", Place::Cookie("session".to_owned())),
        scheme("Session", Place::Cookie("session".to_owned())),
        scheme("Session", Place::Cookie("session".to_owned())),
        scheme("Session", Place::Cookie("session".to_owned())),
        scheme("Device", Place::Cookie("device".to_owned())),
        scheme("Ticket", Place::Query("ticket".to_owned())),
        scheme("Basic", Place::Authorization),
        scheme("Hawk", Place::Authorization),
        scheme("Signature", Place::Presented("x-signature".to_owned())),
        scheme("Certificate", Place::Connection("x-certificate".to_owned())),
        Scheme { ambient: true, ..scheme("Proxy", Place::Header("x-user".to_owned())) },
    ]
}

fn tokens(random: &mut Random, issuers: &[usize], is_limited: bool) -> Proof {
    let limits = |random: &mut Random| {
        if !is_limited {
            return Limits::Unsaid;
        }
        match random.below(6) {
            0 => Limits::Nothing,
            1 => Limits::Beginning {
                scopes: random.text(&["re", "w", "al", "e"]),
                roles: random.text(&["a", "g", "au"]),
            },
            2 | 3 => {
                let mut scopes = random.some(60, SCOPES.map(|(name, _)| name));
                let mut roles = random.some(60, ROLES.map(|(name, _)| name));
                scopes.push("more".to_owned());
                roles.push("more".to_owned());
                Limits::Only { scopes, roles }
            }
            _ => Limits::Everything,
        }
    };
    Proof::Tokens(issuers.iter().map(|issuer| (ISSUERS[*issuer].to_owned(), limits(random))).collect())
}

fn accounts(random: &mut Random, names_issuer: bool) -> Vec<Account> {
    let account =
        |credential: &str, answer| Account { credential: credential.to_owned(), answer, ends: None };
    let mut accounts = vec![
        account("is-down", Known::Down),
        account("is-forbidden", Known::Forbidden),
        account("is-unreadable", Known::Unreadable),
    ];
    for credential in ["first", "second", "third", "fourth"] {
        let mut grants = grants(random);
        grants.issuer = (names_issuer && random.chance(30)).then(|| ISSUERS[1].to_owned());
        let ends = random.chance(25).then(|| *random.pick(&[0, 1, 700, 701]));
        accounts.push(Account { ends, ..account(credential, Known::Principal(grants)) });
    }
    accounts
}

/// Returns what somebody holds, often everything.
pub(super) fn grants(random: &mut Random) -> Grants {
    let often = *random.pick(&[30, 60, 60, 100]);
    Grants {
        issuer: None,
        subject: (!random.chance(5)).then(|| random.text(&SUBJECTS)),
        scopes: random.some(often, SCOPES.map(|(name, _)| name)),
        roles: random.some(often, ROLES.map(|(name, _)| name)),
        tenant: random.chance(60).then(|| "acme".to_owned()),
    }
}
