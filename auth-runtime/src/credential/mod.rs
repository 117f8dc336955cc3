//! The credential of a request, and how an authenticator proves a principal from it.

pub(crate) mod accepted_issuers;
pub(crate) mod authenticate;
pub(crate) mod bearer;
pub(crate) mod clock;
pub(crate) mod eventual;
pub(crate) mod grammar;
pub(crate) mod head;
pub(crate) mod occasion;
pub(crate) mod refusal;
pub(crate) mod scheme;
pub(crate) mod site;
pub(crate) mod source;
pub(crate) mod store;
pub(crate) mod verified;
