//! The occasion of a challenge, which decides its parameters.

use crate::policy::names::Scope;

/// The occasion of a challenge: why it is sent.
#[derive(Clone, Copy)]
pub(crate) struct Occasion<'denial> {
    /// The error of the refused credential; `None` if none was presented.
    pub(crate) error: Option<ErrorCode>,
    /// The scopes of the operation; empty if they are not disclosed.
    pub(crate) scopes: &'denial [Scope],
    /// The address of the document that describes the service (RFC 9728).
    pub(crate) resource_metadata: Option<&'denial str>,
}

/// An error code of RFC 6750 §3.1, with a text for people.
#[derive(Clone, Copy)]
pub(crate) struct ErrorCode {
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
}

/// Writes the parameters of a challenge that depend on its occasion.
pub(crate) type OccasionalParameters = fn(&Occasion<'_>) -> Vec<(&'static str, String)>;
