//! The callers: which credential decides, who it belongs to, and whether they meet a requirement.

use crate::{answer::*, description::*};

/// Says who a request is of.
pub(super) fn proof<'a>(authorizer: &'a Authorizer, request: &Request) -> Result<Caller<'a>, Denial<'a>> {
    let (scheme, text) = presented(authorizer, request)?.ok_or((ANONYMOUS, None))?;
    let known = match (&scheme.proof, text?) {
        (Proof::Tokens(issuers), Text::Token(token)) => verified(issuers, token, request.at),
        (Proof::Accounts { accounts, .. }, Text::Plain(text)) => {
            accounts.iter().find(|account| account.credential == *text).map(|account| account.answer.clone())
        }
        _ => None,
    };
    let is_late = authorizer.revokes && request.at >= REVOKED.1;
    let why = match known.unwrap_or(Known::Nobody) {
        Known::Down => UNAVAILABLE,
        Known::Forbidden => FORBIDDEN,
        Known::Nobody | Known::Unreadable => INVALID,
        Known::Principal(grants) if is_late && grants.subject.as_deref() == Some(REVOKED.0) => INVALID,
        Known::Principal(mut grants) => {
            // Every accepted principal has an issuer.
            let named = grants.issuer.or(scheme.issuer.clone());
            grants.issuer = Some(named.unwrap_or(format!("scheme:{}", scheme.name)));
            return Ok(Caller { scheme, grants });
        }
    };
    Err((why, Some(scheme)))
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
type Presented<'a, 'r> = Option<(&'a Scheme, Result<&'r Text, Denial<'a>>)>;

/// Finds the credential that decides: the only explicit one, or else the ambient one that was added first. Of several
/// faults, which all are 400, the guide does not say which one is told: here it is the first on the way.
fn presented<'a, 'r>(of: &'a Authorizer, request: &'r Request) -> Result<Presented<'a, 'r>, Denial<'a>> {
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
        let here: Vec<_> = request.elsewhere.iter().filter(|(place, _)| *place == scheme.place).collect();
        let text = match here.as_slice() {
            _ if found.is_some() && scheme.is_ambient() => break,
            [] => continue,
            [(_, Text::Plain(text))] if text.is_empty() => continue,
            [(_, text)] if !matches!(text, Text::Plain(text) if !text.is_ascii()) => text,
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
