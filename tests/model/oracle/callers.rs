//! The callers: which credential decides, who it belongs to, and whether they meet a requirement.

use super::answers::Denial;
use crate::description::{
    Authorizer, Fault, Field, Grants, Known, Limits, Place, Proof, REVOKED, ROLES, Request, SCOPES, Scheme,
    Text, Token, Tree,
};

/// A caller whose credential was accepted.
pub(super) struct Caller<'a> {
    pub(super) scheme: &'a str,
    /// Whether the credential stands outside `Authorization`.
    pub(super) is_elsewhere: bool,
    pub(super) grants: Grants,
}

impl Caller<'_> {
    /// Returns what a handler shows of its principal.
    pub(super) fn shown(&self) -> String {
        let or_none = |text: &Option<String>| text.clone().unwrap_or("none".to_owned());
        format!("{} of {} by {}", or_none(&self.grants.subject), or_none(&self.grants.issuer), self.scheme)
    }
}

/// The answer about a request's credential; an error says whether the credential came by itself.
type Proved<'a> = Result<Caller<'a>, (Denial<'a>, bool)>;

/// Says who a request is of, and which authenticator of the application's was asked.
pub(super) fn proof<'a>(authorizer: &'a Authorizer, request: &Request) -> (Proved<'a>, Option<String>) {
    let (scheme, text) = match presented(authorizer, request) {
        Ok(Some((scheme, Ok(text)))) => (scheme, text),
        Ok(Some((_, Err(malformed)))) => return (Err((malformed, false)), None),
        Ok(None) => return (Err((Denial::Anonymous, false)), None),
        Err(malformed) => return (Err(malformed), None),
    };
    let (known, event) = match &scheme.proof {
        Proof::Tokens(issuers) => (verified(issuers, &text, request.at), None),
        Proof::Accounts { accounts, .. } => {
            let account = accounts.iter().find(|account| text == Text::Plain(account.credential.clone()));
            let known = account.map_or(Known::Nobody, |account| account.answer.clone());
            (known, Some(format!("asked {}", scheme.name)))
        }
    };
    let is_ambient = is_ambient(scheme);
    let proved = match known {
        Known::Down => Err((Denial::Unavailable, is_ambient)),
        Known::Forbidden => Err((Denial::Forbidden, is_ambient)),
        Known::Nobody | Known::Unreadable => Err((Denial::Invalid(&scheme.name), is_ambient)),
        Known::Principal(Grants { subject: Some(subject), .. })
            if authorizer.revokes && subject == REVOKED.0 && request.at >= REVOKED.1 =>
        {
            Err((Denial::Invalid(&scheme.name), is_ambient))
        }
        Known::Principal(mut grants) => {
            // Every accepted principal has an issuer.
            let vouches = || scheme.issuer.clone().unwrap_or(format!("scheme:{}", scheme.name));
            grants.issuer = Some(grants.issuer.unwrap_or_else(vouches));
            let is_elsewhere = scheme.place != Place::Authorization;
            Ok(Caller { scheme: &scheme.name, is_elsewhere, grants })
        }
    };
    (proved, event)
}

fn is_ambient(scheme: &Scheme) -> bool {
    scheme.ambient || matches!(scheme.place, Place::Cookie(_) | Place::Connection(_))
}

/// A credential and its scheme. What stands behind the scheme may be malformed.
type Presented<'a> = Option<(&'a Scheme, Result<Text, Denial<'a>>)>;

/// Finds the credential that decides: the only explicit one, or else the ambient one that was added first. Of several
/// faults, which all are 400, the guide does not say which one is told: here it is the first on the way.
fn presented<'a>(authorizer: &'a Authorizer, request: &Request) -> Result<Presented<'a>, (Denial<'a>, bool)> {
    let mut explicit = in_authorization(authorizer, request).map_err(|denial| (denial, false))?;
    let elsewhere = || authorizer.schemes.iter().filter(|scheme| scheme.place != Place::Authorization);
    for scheme in elsewhere().filter(|scheme| !is_ambient(scheme)) {
        let Some(text) = in_place(scheme, request)? else { continue };
        if let Some((first, _)) = explicit {
            return Err((Denial::MalformedCredential(&first.name), false));
        }
        explicit = Some((scheme, Ok(text)));
    }
    if explicit.is_some() {
        return Ok(explicit);
    }
    for scheme in elsewhere().filter(|scheme| is_ambient(scheme)) {
        if let Some(text) = in_place(scheme, request)? {
            return Ok(Some((scheme, Ok(text))));
        }
    }
    Ok(None)
}

fn in_authorization<'a>(authorizer: &'a Authorizer, request: &Request) -> Result<Presented<'a>, Denial<'a>> {
    let field = match request.authorization.as_slice() {
        [] => return Ok(None),
        [field] => field,
        _ => return Err(Denial::MalformedField(None)),
    };
    let accepted = |name: &str| {
        let in_authorization =
            authorizer.schemes.iter().filter(|scheme| scheme.place == Place::Authorization);
        in_authorization.into_iter().find(|scheme| scheme.name.eq_ignore_ascii_case(name))
    };
    let (name, text) = match field {
        Field::Empty => return Ok(None),
        Field::Glued { .. } => return Err(Denial::MalformedField(None)),
        Field::Joined { first, .. } if accepted(first).is_none() => return Err(Denial::MalformedField(None)),
        Field::Joined { first, .. } => (first, Err(Denial::MalformedField(None))),
        Field::Bare { scheme } => (scheme, Ok("")),
        Field::Words { scheme } => (scheme, Ok("two words")),
        Field::Illegal { scheme } => (scheme, Ok("a*b")),
        Field::Credential { scheme, text, .. } => {
            return Ok(accepted(scheme).map(|scheme| (scheme, Ok(text.clone()))));
        }
    };
    let Some(scheme) = accepted(name) else { return Ok(None) };
    let text = text.and_then(|text| match text {
        // Only Bearer has an alphabet of its own.
        "" => Err(Denial::MalformedField(Some(&scheme.name))),
        _ if scheme.name == "Bearer" => Err(Denial::MalformedField(Some(&scheme.name))),
        text => Ok(Text::Plain(text.to_owned())),
    });
    Ok(Some((scheme, text)))
}

/// Finds the credential of a scheme outside `Authorization`.
fn in_place<'a>(scheme: &'a Scheme, request: &Request) -> Result<Option<Text>, (Denial<'a>, bool)> {
    let mut texts =
        request.elsewhere.iter().filter(|(place, _)| *place == scheme.place).map(|(_, text)| text);
    let (first, second) = (texts.next(), texts.next());
    match (first, second) {
        (None, _) => Ok(None),
        (Some(Text::Plain(text)), None) if text.is_empty() => Ok(None),
        (Some(Text::Plain(text)), None) if text.chars().any(|letter| !matches!(letter, ' '..='~')) => {
            Err((Denial::MalformedCredential(&scheme.name), is_ambient(scheme)))
        }
        (Some(text), None) => Ok(Some(text.clone())),
        (Some(_), Some(_)) => Err((Denial::MalformedCredential(&scheme.name), is_ambient(scheme))),
    }
}

/// Says whose token this is, and what its issuer may grant of what the token says.
fn verified(issuers: &[(String, Limits)], text: &Text, now: u64) -> Known {
    let Text::Token(Token { grants, expires, fault }) = text else { return Known::Nobody };
    let issuer = grants.issuer.as_deref();
    let trusted = issuers.iter().find(|(name, _)| Some(name.as_str()) == issuer);
    let Some((_, limits)) = trusted else { return Known::Nobody };
    if *fault != Fault::None || *expires <= now {
        return Known::Nobody;
    }
    let mut granted = grants.clone();
    match limits {
        Limits::Unsaid | Limits::Everything => {}
        Limits::Nothing => (granted.scopes, granted.roles) = (Vec::new(), Vec::new()),
        Limits::Only { scopes, roles } => {
            granted.scopes.retain(|scope| scopes.contains(scope));
            granted.roles.retain(|role| roles.contains(role));
        }
        Limits::Beginning { scopes, roles } => {
            granted.scopes.retain(|scope| scope.starts_with(scopes.as_str()));
            granted.roles.retain(|role| role.starts_with(roles.as_str()));
        }
    }
    Known::Principal(granted)
}

/// Returns what a caller lacks who does not meet a requirement.
pub(super) fn lacks<'a>(tree: &Tree, caller: &Caller<'a>) -> Option<Denial<'a>> {
    match (meets(tree, caller, false), meets(tree, caller, true)) {
        (true, _) => None,
        (false, true) => Some(Denial::InsufficientScope(caller.scheme)),
        (false, false) => Some(Denial::Forbidden),
    }
}

/// Says whether a caller meets a requirement; `with_all_scopes`, whether more scopes would do.
fn meets(tree: &Tree, caller: &Caller<'_>, with_all_scopes: bool) -> bool {
    let Grants { issuer, scopes, roles, .. } = &caller.grants;
    match tree {
        Tree::All(trees) => trees.iter().all(|tree| meets(tree, caller, with_all_scopes)),
        Tree::Any(trees) => trees.iter().any(|tree| meets(tree, caller, with_all_scopes)),
        Tree::Authenticated => true,
        Tree::Issuer(name) => issuer.as_ref() == Some(name),
        Tree::Role(name) => roles.contains(name),
        Tree::Scheme(name) => caller.scheme.eq_ignore_ascii_case(name),
        Tree::Scope(name) => with_all_scopes || scopes.contains(name),
        Tree::RoleOfEnum(name) => is_implied(name, roles, &ROLES),
        Tree::ScopeOfEnum(name) => with_all_scopes || is_implied(name, scopes, &SCOPES),
    }
}

/// Says whether a name is held, or another one that implies it.
fn is_implied(name: &str, held: &[String], names: &[(&str, &[&str])]) -> bool {
    let implied_by = names.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, by)| by);
    held.iter().any(|held| held == name || implied_by.contains(&held.as_str()))
}

/// Returns the scopes that a token needs to meet a requirement, or `None` if scopes are not enough. Of an `Any` these are
/// the scopes of the alternative that is met, or else of the first that scopes can meet. A caller who is not known counts
/// as having everything else.
pub(super) fn scopes_of(tree: &Tree, caller: Option<&Caller<'_>>) -> Option<Vec<String>> {
    match tree {
        Tree::All(trees) => trees
            .iter()
            .try_fold(Vec::new(), |before, tree| Some([before, scopes_of(tree, caller)?].concat())),
        Tree::Any(trees) => {
            let met = trees.iter().find(|tree| caller.is_some_and(|caller| meets(tree, caller, false)));
            met.into_iter().chain(trees).find_map(|tree| scopes_of(tree, caller))
        }
        Tree::Scope(name) | Tree::ScopeOfEnum(name) => Some(vec![name.clone()]),
        other => caller.is_none_or(|caller| meets(other, caller, false)).then(Vec::new),
    }
}
