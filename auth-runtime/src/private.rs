//! All that an expansion may name. Not part of the public interface.

pub use crate::{
    extract::Authorized,
    requirement::{Requirement, Role, Scope},
    statement::{Hide, Statement, States},
};
