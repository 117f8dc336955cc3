//! The callers: which credential decides, who it belongs to, and whether they meet a requirement.

use crate::{answer::*, description::*};

/// Says who a request is of. First it is found out who, and then from where.
pub(super) fn proof<'a>(authorizer: &'a Authorizer, request: &Request) -> Result<Caller<'a>, Denial<'a>> {
    let caller = known(authorizer, request)?;
    let is_refused = is_foreign(caller.scheme, request);
    if is_refused { Err((CROSS_SITE, Some(caller.scheme))) } else { Ok(caller) }
}

/// Says who a request is of, wherever it comes from.
pub(super) fn known<'a>(authorizer: &'a Authorizer, request: &Request) -> Result<Caller<'a>, Denial<'a>> {
    let (scheme, text) = presented(authorizer, request)?.ok_or((ANONYMOUS, None))?;
    let (text, now) = (text?, request.at);
    let known = match (&scheme.proof, text) {
        (Proof::Tokens(of) | Proof::Keys(_, of), Text::Token(token)) => verified(of, token, now),
        (Proof::Accounts(store), Text::Plain(name)) => Some(store.answer(name)),
        (Proof::Keys(store, _), Text::Key(made)) | (Proof::Passwords(store), Text::Password(made)) => {
            store.find(&made.name).map(|account| in_table(account, made.flaw, now))
        }
        (Proof::Sessions(store), Text::Session(made)) => {
            dead(made, request).or_else(|| Some(store.answer(&made.name)))
        }
        _ => None,
    };
    let why = match known.unwrap_or(Known::Nobody) {
        Known::Down => UNAVAILABLE,
        Known::Forbidden => FORBIDDEN,
        Known::Nobody | Known::Unreadable => INVALID,
        Known::Principal(mut grants) => {
            // Every accepted principal has an issuer.
            let named = grants.issuer.or(scheme.issuer.clone());
            grants.issuer = Some(named.unwrap_or(format!("scheme:{}", scheme.name)));
            let caller = Caller { scheme, grants };
            if !is_revoked(authorizer, &caller, text, now) {
                return Ok(caller);
            }
            INVALID
        }
    };
    Err((why, Some(scheme)))
}

/// Says whether somebody was revoked. What does not say when it began is revoked too, and so is what began just then.
fn is_revoked(of: &Authorizer, caller: &Caller<'_>, text: &Text, now: u64) -> bool {
    let began = if let Text::Session(made) = text { made.began } else { 0 };
    let is_logged_out = |(issuer, until): &(String, u64)| {
        caller.is(LOGGED_OUT) && caller.grants.issuer.as_ref() == Some(issuer) && began <= *until
    };
    of.revokes && now >= REVOKED.1 && caller.is(REVOKED.0) || of.logged_out.iter().any(is_logged_out)
}

/// Says what a table of keys or users knows. Every error of the table is its own, and what is garbled asks no table.
fn in_table(account: &Account, flaw: Flaw, now: u64) -> Known {
    match (&account.answer, flaw) {
        (_, Flaw::Garbled) => Known::Nobody,
        (Known::Down | Known::Unreadable, _) => Known::Down,
        (Known::Principal(_), Flaw::None) if account.ends.is_none_or(|at| at > now) => account.answer.clone(),
        _ => Known::Nobody,
    }
}

/// Says why a session is none. The guide does not say whether the store is asked about one that its cookie ends.
pub(super) fn dead(made: &Made, Request { at: now, away, .. }: &Request) -> Option<Known> {
    let is_idle = *now >= made.used + IDLE || made.used > now + 60;
    let has_ended = made.flaw == Flaw::Wrong || *now >= made.began + ABSOLUTE;
    match (made.flaw == Flaw::Garbled || is_idle, *away) {
        (false, true) => Some(Known::Down),
        (is_dead, _) => (is_dead || has_ended).then_some(Known::Nobody),
    }
}

/// Says whether the page of another site sent a request that may change something, with what browsers send by themselves.
pub(super) fn is_foreign(scheme: &Scheme, request: &Request) -> bool {
    let is_safe = ["GET", "HEAD", "OPTIONS", "TRACE"].contains(&&*request.method) && !request.upgrade;
    let is_listed = matches!(request.origin.as_slice(), [only] if scheme.origins.contains(only));
    let is_own = match (request.site.as_slice(), request.origin.as_slice()) {
        ([site], _) => site == "same-origin" || site == "none",
        ([], [origin]) => origin.split_once("://").is_some_and(|(_, host)| host == HOST),
        (site, origin) => site.is_empty() && origin.is_empty(),
    };
    !(is_safe || is_listed || is_own || scheme.any_origin) && scheme.is_sent_by_browsers()
}

/// Says whose token this is, and what its issuer may grant of what the token says.
fn verified(issuers: &[(String, Limits)], token: &Token, now: u64) -> Option<Known> {
    let mut grants = token.grants.clone();
    let (_, limits) = issuers.iter().find(|(name, _)| Some(name) == grants.issuer.as_ref())?;
    match limits {
        Limits::Unsaid | Limits::Everything => {}
        Limits::Nothing => (grants.scopes, grants.roles) = (Vec::new(), Vec::new()),
        Limits::Only { scopes, roles } => {
            grants.scopes.retain(|scope| scopes.contains(scope));
            grants.roles.retain(|role| roles.contains(role));
        }
        Limits::Beginning { scopes, roles } => {
            grants.scopes.retain(|scope| scope.starts_with(scopes));
            grants.roles.retain(|role| role.starts_with(roles));
        }
    }
    (token.fault == Fault::None && token.expires > now).then_some(Known::Principal(grants))
}

/// A credential and its scheme. What stands in `Authorization` may be malformed.
pub(super) type Presented<'a, 'r> = Option<(&'a Scheme, Result<&'r Text, Denial<'a>>)>;

/// Finds the credential that decides: the only explicit one, or else the ambient one that was added first. Of several
/// faults, which all are 400, the guide does not say which one is told: here it is the first on the way.
pub(super) fn presented<'a, 'r>(
    of: &'a Authorizer,
    request: &'r Request,
) -> Result<Presented<'a, 'r>, Denial<'a>> {
    let (field, elsewhere): (Vec<_>, Vec<_>) =
        of.schemes.iter().partition(|it| it.place == Place::Authorization);
    let mut found = match request.authorization.as_slice() {
        [] | [Field::Empty] => None,
        [Field::Credential { scheme: name, text, .. }] => {
            let plain = if let Text::Plain(text) = text { text } else { "token" };
            match field.into_iter().find(|it| it.name.eq_ignore_ascii_case(name)) {
                None if plain.contains(',') => return Err((MALFORMED_FIELD, None)),
                Some(it) if plain.contains(',') => Some((it, Err((MALFORMED_FIELD, None)))),
                // Only Bearer has an alphabet of its own.
                Some(it) if plain.is_empty() || it.name == "Bearer" && plain.contains([' ', '*']) => {
                    Some((it, Err((MALFORMED_FIELD, Some(it)))))
                }
                accepted => accepted.map(|it| (it, Ok(text))),
            }
        }
        _ => return Err((MALFORMED_FIELD, None)),
    };
    let (ambient, explicit): (Vec<_>, Vec<_>) = elsewhere.into_iter().partition(|it| it.is_ambient());
    for scheme in explicit.into_iter().chain(ambient) {
        let text = match request.texts(&scheme.place).as_slice() {
            _ if found.is_some() && scheme.is_ambient() => break,
            [] => continue,
            [Text::Plain(text)] if text.is_empty() => continue,
            [text] if !matches!(text, Text::Plain(text) if !text.is_ascii()) => *text,
            _ => return Err((MALFORMED, Some(scheme))),
        };
        if let Some((first, _)) = found {
            return Err((MALFORMED, Some(first)));
        }
        found = Some((scheme, Ok(text)));
    }
    Ok(found)
}

/// Returns what a caller lacks who does not meet a requirement.
pub(super) fn lacks<'a>(tree: &Tree, caller: &Caller<'a>) -> Option<Denial<'a>> {
    match (meets(tree, caller, false), meets(tree, caller, true)) {
        (true, _) => None,
        (false, true) => Some((LACKING, Some(caller.scheme))),
        (false, false) => Some((FORBIDDEN, None)),
    }
}

/// Says whether a caller meets a requirement; `with_all` scopes, whether more of them would do.
fn meets(tree: &Tree, caller: &Caller<'_>, with_all: bool) -> bool {
    let Grants { issuer, scopes, roles, .. } = &caller.grants;
    let holds = |held: &[String], name: &str, names: &[(&str, &[&str])]| {
        let implied_by = names.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, by)| by);
        held.iter().any(|held| held == name || implied_by.contains(&held.as_str()))
    };
    match tree {
        Tree::All(trees) => trees.iter().all(|tree| meets(tree, caller, with_all)),
        Tree::Any(trees) => trees.iter().any(|tree| meets(tree, caller, with_all)),
        Tree::Authenticated => true,
        Tree::Issuer(name) => issuer.as_ref() == Some(name),
        Tree::Role(name) => roles.contains(name),
        Tree::RoleOfEnum(name) => holds(roles, name, &ROLES),
        Tree::Scheme(name) => caller.scheme.name.eq_ignore_ascii_case(name),
        Tree::Scope(name) => with_all || scopes.contains(name),
        Tree::ScopeOfEnum(name) => with_all || holds(scopes, name, &SCOPES),
    }
}

/// Returns the scopes that meet a requirement, or `None` if scopes are not enough: of an `Any`, of the alternative that is
/// met, or else of the first that scopes can meet. A caller who is not known counts as having everything else.
pub(super) fn scopes_of(tree: &Tree, caller: Option<&Caller<'_>>) -> Option<Vec<String>> {
    match tree {
        Tree::All(all) => {
            all.iter().map(|it| scopes_of(it, caller)).collect::<Option<Vec<_>>>().map(|it| it.concat())
        }
        Tree::Any(any) => {
            let met = any.iter().find(|it| caller.is_some_and(|caller| meets(it, caller, false)));
            met.into_iter().chain(any).find_map(|it| scopes_of(it, caller))
        }
        Tree::Scope(name) | Tree::ScopeOfEnum(name) => Some(vec![name.clone()]),
        other => caller.is_none_or(|caller| meets(other, caller, false)).then(Vec::new),
    }
}
