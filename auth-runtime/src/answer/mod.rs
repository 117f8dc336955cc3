//! All of HTTP outwards: the status, the challenges and the body of every denial.

pub(crate) mod body;
pub(crate) mod challenge;
pub(crate) mod denied;
pub(crate) mod not_found;
pub(crate) mod problem;
