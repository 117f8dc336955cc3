//! What a session holds: who logged in and when, and what the application keeps in it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

/// What a store keeps of a session: texts of JSON by their names.
pub(crate) type Stored = HashMap<String, String>;

/// The name of the login among the texts. No name of the application's is like it.
const LOGIN: &str = "login";
/// The name of the time when a session without a login began.
const BEGAN: &str = "began";
/// What the names of the application's data begin with.
const DATA: &str = "data:";

/// What a session holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) login: Option<LoginState>,
    /// The application's data: texts of JSON by their names.
    pub(crate) data: BTreeMap<String, String>,
    /// When a session without a login began, in seconds since 1970.
    pub(crate) began: Option<u64>,
}

/// Who logged in, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LoginState {
    /// When the session began, in seconds since 1970.
    pub(crate) began: u64,
    /// The user, as the application describes it: a text of JSON.
    pub(crate) user: String,
}

impl State {
    /// Reads what a store kept. A login that cannot be read is none.
    pub(crate) fn of(stored: &Stored) -> Self {
        let data = stored.iter().filter_map(|(name, value)| Some((name.strip_prefix(DATA)?, value)));
        Self {
            login: stored.get(LOGIN).and_then(|login| serde_json::from_str(login).ok()),
            data: data.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
            began: stored.get(BEGAN).and_then(|began| began.parse().ok()),
        }
    }

    /// Writes what a store is to keep.
    pub(crate) fn to_stored(&self) -> Stored {
        let login = self.login.as_ref().and_then(|login| serde_json::to_string(login).ok());
        let login = login.map(|login| (LOGIN.to_owned(), login));
        let data = self.data.iter().map(|(name, value)| (format!("{DATA}{name}"), value.clone()));
        let began = self.began.map(|began| (BEGAN.to_owned(), began.to_string()));
        login.into_iter().chain(began).chain(data).collect()
    }

    /// Returns when the session began; `None` if nothing says it, as in an empty session.
    pub(crate) fn began(&self) -> Option<u64> {
        self.login.as_ref().map(|login| login.began).or(self.began)
    }

    /// Returns how many bytes a store keeps of the session, as the stores of actix-session write it.
    pub(crate) fn size(&self) -> usize {
        serde_json::to_string(&self.to_stored()).map_or(usize::MAX, |text| text.len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.login.is_none() && self.data.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{LoginState, State, Stored};

    #[test]
    fn what_is_stored_is_read_again() {
        let login = LoginState { began: 7, user: r#"{"name":"alice"}"#.to_owned() };
        let data = [("login".to_owned(), "1".to_owned()), ("basket".to_owned(), "[]".to_owned())].into();
        let state = State { login: Some(login), data, began: Some(6) };
        assert_eq!(State::of(&state.to_stored()), state);
    }

    #[test]
    fn a_login_that_cannot_be_read_is_none() {
        for login in ["", "null", "{}", r#"{"began":"7","user":"x"}"#] {
            let stored = Stored::from([("login".to_owned(), login.to_owned())]);
            assert!(State::of(&stored).is_empty(), "{login}");
        }
    }
}
