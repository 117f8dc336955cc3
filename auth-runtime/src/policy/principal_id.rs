//! The identity of a principal: the issuer and the subject, together.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// Who a principal is: the issuer and the subject, together. An id is cheap to clone.
///
/// A subject is unique only within its issuer, so a service compares and stores the id, and not the subject alone.
///
/// # Example
/// ```
/// use auth_runtime::{Principal, PrincipalId};
///
/// struct Order {
///     owner: PrincipalId,
/// }
///
/// let order = Order { owner: PrincipalId::new("https://id.example", "alice") };
/// let alice = |issuer| Principal::builder().issuer(issuer).subject("alice").build();
/// assert!(alice("https://id.example").id() == Some(&order.owner));
/// assert!(alice("https://partner.example").id() != Some(&order.owner));
/// assert_eq!(order.owner.to_string(), "https://id.example alice");
/// assert_eq!(serde_json::to_string(&order.owner)?, r#"{"issuer":"https://id.example","subject":"alice"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Parts", into = "Parts")]
pub struct PrincipalId {
    issuer: Arc<str>,
    subject: Arc<str>,
}

impl PrincipalId {
    /// Makes the id of this subject of this issuer, such as one that a store kept in two columns.
    pub fn new(issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        Self { issuer: issuer.into().into(), subject: subject.into().into() }
    }

    /// Replaces the issuer.
    pub(super) fn of_issuer(self, issuer: Arc<str>) -> Self {
        Self { issuer, ..self }
    }

    /// Returns the issuer, who vouches for the principal.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns whom the issuer means.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// Writes the issuer, a space and the subject. Two ids never have the same text: `\`, quotes and control characters are
/// escaped as in a Rust string, and so is a space in the issuer.
impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.issuer.chars() {
            match character {
                ' ' => f.write_str(r"\u{20}")?,
                other => write!(f, "{}", other.escape_debug())?,
            }
        }
        write!(f, " {}", self.subject.escape_debug())
    }
}

/// What the issuer of a principal begins with that names none. The name of the scheme follows. No `Jwt` and no introspection
/// can have an issuer of this kind.
pub(crate) const SCHEME_AS_ISSUER: &str = "scheme:";

/// Returns the issuer of principals for whom nobody but this scheme vouches.
pub(crate) fn scheme_as_issuer(name: &str) -> String {
    format!("{SCHEME_AS_ISSUER}{name}")
}

/// The id as it is stored.
#[derive(Serialize, Deserialize)]
struct Parts {
    issuer: String,
    subject: String,
}

impl From<Parts> for PrincipalId {
    fn from(Parts { issuer, subject }: Parts) -> Self {
        Self::new(issuer, subject)
    }
}

impl From<PrincipalId> for Parts {
    fn from(PrincipalId { issuer, subject }: PrincipalId) -> Self {
        Self { issuer: issuer.as_ref().to_owned(), subject: subject.as_ref().to_owned() }
    }
}
