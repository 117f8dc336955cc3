//! The registration of routes, and the middleware around them.

pub(crate) mod admission;
pub(crate) mod api;
pub(crate) mod denied_callers;
pub(crate) mod endpoints;
pub(crate) mod gate;
pub(crate) mod group;
pub(crate) mod group_requirement;
mod language;
pub(crate) mod matrix;
mod matrix_text;
mod neighbours;
mod part;
mod pattern;
mod pattern_index;
mod reach;
pub(crate) mod recorder;
mod routing;
#[cfg(feature = "session")]
pub(crate) mod session_middleware;
mod table;
pub(crate) mod verdict;
