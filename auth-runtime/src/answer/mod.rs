//! What a denial sends over HTTP: its status, its challenges and its body.

pub(crate) mod body;
pub(crate) mod caching;
pub(crate) mod challenge;
pub(crate) mod denied;
pub(crate) mod errors;
pub(crate) mod not_found;
pub(crate) mod problem;
pub(crate) mod unsettled;
