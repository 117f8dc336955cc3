//! What stands in the signature of a handler.

pub(crate) mod access;
pub(crate) mod arguments;
pub(crate) mod extract;
pub(crate) mod not_found;
pub(crate) mod resource;
