//! Registration, and what wraps routes.

pub(crate) mod api;
pub(crate) mod endpoints;
pub(crate) mod front;
pub(crate) mod gate;
pub(crate) mod group;
pub(crate) mod group_requirement;
pub(crate) mod recorder;
mod table;
