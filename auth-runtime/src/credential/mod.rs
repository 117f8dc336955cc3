//! What a request presents, and how a principal is proved from it.

pub(crate) mod authenticate;
pub(crate) mod clock;
pub(crate) mod presented;
pub(crate) mod verified;
