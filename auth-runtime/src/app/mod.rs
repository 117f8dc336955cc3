//! The registration of routes, and the middleware around them.

pub(crate) mod admission;
pub(crate) mod api;
pub(crate) mod denied_callers;
pub(crate) mod endpoints;
pub(crate) mod gate;
pub(crate) mod group;
pub(crate) mod group_requirement;
mod neighbours;
pub(crate) mod recorder;
mod table;
