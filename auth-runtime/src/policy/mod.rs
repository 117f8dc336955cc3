//! Who may do what: principals, requirements and decisions. Nothing in here knows actix-web.

pub(crate) mod credential_error;
pub(crate) mod decision;
pub(crate) mod names;
pub(crate) mod principal;
pub(crate) mod requirement;
pub(crate) mod rule;
pub(crate) mod statement;
