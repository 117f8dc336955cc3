//! What a challenge is sent for, which its parameters depend on.

use crate::policy::names::Scope;

/// What a challenge is sent for.
#[derive(Clone, Copy)]
pub(crate) struct Occasion<'denial> {
    /// The error of the credential that was refused; none where none was presented.
    pub(crate) error: Option<ErrorCode>,
    /// The scopes of the operation; empty where they are not disclosed.
    pub(crate) scopes: &'denial [Scope],
    /// The document that describes the service (RFC 9728).
    pub(crate) resource_metadata: Option<&'denial str>,
}

/// An error of RFC 6750 §3.1, with the text for people.
#[derive(Clone, Copy)]
pub(crate) struct ErrorCode {
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
}

/// Writes the parameters of a challenge that depend on its occasion.
pub(crate) type OccasionalParameters = fn(&Occasion<'_>) -> Vec<(&'static str, String)>;
