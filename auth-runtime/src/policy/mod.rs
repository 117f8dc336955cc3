//! Who may do what: principals, requirements and decisions. Nothing in here knows actix-web.

pub(crate) mod credential_error;
pub(crate) mod credential_times;
pub(crate) mod decision;
mod held_names;
pub(crate) mod names;
pub(crate) mod principal;
pub(crate) mod principal_builder;
pub(crate) mod principal_id;
pub(crate) mod requirement;
pub(crate) mod rule;
pub(crate) mod statement;
mod weight;
