//! What an issuer may grant: the roles and scopes that a principal keeps.

use crate::config::ConfigError;

/// What the builder of a verifier was told about grants.
#[derive(Clone, Debug, Default)]
pub(crate) struct GrantSettings {
    everything: bool,
    limits: Option<Grants>,
}

/// The roles and scopes that an issuer may grant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants {
    pub(crate) roles: Grantable,
    pub(crate) scopes: Grantable,
}

/// The names of one kind that an issuer may grant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grantable {
    names: Vec<String>,
    beginnings: Vec<String>,
}

impl GrantSettings {
    /// Lets the issuer grant everything.
    pub(crate) fn allow_everything(&mut self) {
        self.everything = true;
    }

    /// Lets the issuer grant nothing but what is added to the answer.
    pub(crate) fn limits(&mut self) -> &mut Grants {
        self.limits.get_or_insert_default()
    }

    /// Checks the settings. `None` means that nobody said what the issuer may grant.
    pub(crate) fn check(self) -> Result<Option<Allowance>, ConfigError> {
        let Self { everything, limits } = self;
        match limits {
            Some(_) if everything => Err(ConfigError::new(
                "dangerous_grants_everything",
                "the issuer has limits as well; leave out the limits, or this",
            )),
            Some(Grants { roles, scopes }) => {
                roles.check("grants_roles", "a role", |name| !name.contains(char::is_control))?;
                scopes.check("grants_scopes", "a scope", |name| {
                    name.bytes().all(|byte| byte.is_ascii_graphic())
                })?;
                Ok(Some(Allowance::Only(Grants { roles, scopes })))
            }
            None => Ok(everything.then_some(Allowance::Everything)),
        }
    }
}

/// What somebody said that an issuer may grant.
#[derive(Debug)]
pub(crate) enum Allowance {
    Everything,
    Only(Grants),
}

impl Grantable {
    pub(crate) fn add(&mut self, names: impl IntoIterator<Item = impl Into<String>>) {
        self.names.extend(names.into_iter().map(Into::into));
    }

    pub(crate) fn add_beginning(&mut self, beginning: String) {
        self.beginnings.push(beginning);
    }

    /// Drops the names that the issuer may not grant. The log gets their number, because the names are the token's text.
    pub(crate) fn keep(&self, issuer: &str, kind: &'static str, mut names: Vec<String>) -> Vec<String> {
        let before = names.len();
        names.retain(|name| self.contains(name));
        let dropped = before - names.len();
        if dropped > 0 {
            tracing::debug!(issuer, kind, dropped, "the issuer may not grant what it grants");
        }
        names
    }

    fn contains(&self, name: &str) -> bool {
        self.names.iter().any(|own| own == name)
            || self.beginnings.iter().any(|beginning| name.starts_with(beginning))
    }

    fn check(
        &self,
        setting: &'static str,
        kind: &str,
        is_legal: impl Fn(&str) -> bool,
    ) -> Result<(), ConfigError> {
        for text in self.names.iter().chain(&self.beginnings) {
            if text.trim().is_empty() || !is_legal(text) {
                let remedy = format!(
                    "`{}` is not {kind}; give each name as it stands in a token, or leave out the empty text",
                    text.escape_debug()
                );
                return Err(ConfigError::new(setting, remedy));
            }
        }
        Ok(())
    }
}
