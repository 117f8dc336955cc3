//! Registration, and what wraps routes.

pub(crate) mod api;
pub(crate) mod endpoints;
pub(crate) mod gate;
pub(crate) mod group;
pub(crate) mod recorder;
pub(crate) mod require;
