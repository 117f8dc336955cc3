//! The addresses to which requests may be sent.

use std::fmt;

use reqwest::Url;
use url::Host;

use crate::config::ConfigError;

/// An address to which requests may be sent: https, or plain http on this machine.
#[derive(Clone, Debug)]
pub(crate) struct ProviderUrl(Url);

impl ProviderUrl {
    /// Parses the address that `setting` gave.
    ///
    /// # Errors
    /// [`ConfigError`] if requests may not be sent to the address.
    pub(crate) fn of(setting: &'static str, address: &str) -> Result<Self, ConfigError> {
        Self::parse(address).ok_or_else(|| {
            // The text before `@` is not shown, because it may hold a password.
            let shown = address.rsplit_once('@').map_or(address, |(_, rest)| rest).escape_debug();
            let remedy = format!(
                "`{shown}` is no https address without user, password and fragment; give one (plain http works on \
                 this machine alone)"
            );
            ConfigError::new(setting, remedy)
        })
    }

    /// Parses the address of an issuer, which has no query (RFC 8414 §2).
    ///
    /// # Errors
    /// [`ConfigError`] if requests may not be sent to the address, or if it has a query.
    pub(crate) fn of_issuer(issuer: &str) -> Result<Self, ConfigError> {
        let endpoint = Self::of("issuer", issuer)?;
        match endpoint.0.query() {
            None => Ok(endpoint),
            Some(_) => Err(ConfigError::new(
                "issuer",
                "has a query; leave it out, as it is not in the tokens either",
            )),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let private = url.scheme() == "https" || (url.scheme() == "http" && is_here(&url));
        (plain && private).then_some(Self(url))
    }

    /// Parses an address that the document at this address names. An https document may not name plain http.
    pub(super) fn names(&self, text: &str) -> Option<Self> {
        Self::parse(text).filter(|named| named.0.scheme() == "https" || self.0.scheme() == "http")
    }

    pub(super) fn is_here(&self) -> bool {
        is_here(&self.0)
    }

    pub(super) fn url(&self) -> Url {
        self.0.clone()
    }

    pub(super) fn path(&self) -> &str {
        self.0.path()
    }

    /// Returns the address of another path at the same origin.
    pub(super) fn at(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        url.set_path(path);
        url.set_query(None);
        Self(url)
    }
}

/// Leaves out the query, which may hold a secret.
impl fmt::Display for ProviderUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.0.clone();
        url.set_query(None);
        url.fmt(f)
    }
}

/// Returns whether the address is on this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::ProviderUrl;

    #[test]
    fn plain_http_is_for_this_machine() {
        for good in ["https://a.example/x?y", "http://localhost:1/", "http://127.1.2.3", "http://[::1]:8/x"] {
            assert!(ProviderUrl::parse(good).is_some(), "{good}");
        }
        for bad in [
            "http://a.example",
            "http://localhost.a.example",
            "http://127.0.0.1.a.example",
            "http://0.0.0.0",
            "ftp://localhost",
            "file:///etc/passwd",
            "https://u@a.example",
            "https://u:p@a.example",
            "https://a/#b",
            "a.example",
            "//a.example",
            "",
            "https://",
        ] {
            assert!(ProviderUrl::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn https_does_not_lead_to_plain_http() {
        let leads = |from, to| ProviderUrl::parse(from).is_some_and(|from| from.names(to).is_some());
        assert!(leads("https://a.example", "https://keys.example/jwks"));
        assert!(!leads("https://a.example", "http://localhost/jwks"));
        assert!(leads("http://localhost", "http://localhost/jwks"));
    }
}
