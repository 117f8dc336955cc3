//! All of HTTP outwards: the status, the challenge and the body of every denial.

pub(crate) mod body;
pub(crate) mod challenge;
pub(crate) mod not_found;
