//! The credentials of requests.

use serde::{Deserialize, Serialize};

use super::{Account, Grants, Known, Place, Request, Scheme, Store};

/// One `Authorization` field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Field {
    /// The scheme, so many spaces, and the credential or what stands in its place.
    Credential {
        scheme: String,
        spaces: usize,
        text: Text,
    },
    /// Something else than a space behind the scheme.
    Glued {
        scheme: String,
        glue: String,
    },
    Empty,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Text {
    Token(Token),
    Plain(String),
    Key(Made),
    Password(Made),
    Session(Made),
}

/// A key, a name with its password, or a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) flaw: Flaw,
    /// When the session began and when it was used last, in seconds since the beginning.
    pub(crate) began: u64,
    pub(crate) used: u64,
}

/// What is wrong with a key, a password or a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Flaw {
    #[default]
    None,
    /// It has not the form of one, so that no store is asked.
    Garbled,
    /// It has another secret. Of a session, somebody logged out.
    Wrong,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Token {
    pub(crate) grants: Grants,
    /// When the token expires, in seconds since the beginning.
    pub(crate) expires: u64,
    pub(crate) fault: Fault,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Fault {
    #[default]
    None,
    Audience,
    Early,
    NoExpiry,
    Signature,
    Type,
}

impl Scheme {
    /// Whether browsers send the credential by themselves.
    pub(crate) fn is_sent_by_browsers(&self) -> bool {
        self.is_ambient() || self.name == "Basic"
    }

    /// Whether the credential comes by itself.
    pub(crate) fn is_ambient(&self) -> bool {
        self.ambient || matches!(self.place, Place::Cookie(_) | Place::Connection(_))
    }
}

impl Store {
    pub(crate) fn find(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.credential == name)
    }

    /// Returns what a closure answers about a name.
    pub(crate) fn answer(&self, name: &str) -> Known {
        self.find(name).map_or(Known::Nobody, |account| account.answer.clone())
    }
}

impl Request {
    /// Returns what stands at a place outside `Authorization`.
    pub(crate) fn texts(&self, place: &Place) -> Vec<&Text> {
        self.elsewhere.iter().filter(|(at, _)| at == place).map(|(_, text)| text).collect()
    }
}
