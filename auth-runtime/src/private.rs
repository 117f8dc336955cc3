//! All that an expansion may name. Not part of the public interface.

use std::{marker::PhantomData, panic};

pub use crate::{
    api::StatedService,
    extract::Authorized,
    names::{Role, Scope},
    requirement::Requirement,
    statement::{Hide, Route, Stated, Statement, States},
};
use crate::{extract::Claims, principal::Principal};

/// Where an attribute stands.
pub type Location = &'static panic::Location<'static>;

/// The place of the caller.
#[track_caller]
pub const fn here() -> Location {
    panic::Location::caller()
}

/// Asks of an argument's type whether it may stand under `public`. An inherent constant goes before that of a trait, so
/// the few types below answer for themselves and [`AnyArgument`] answers for all others.
pub struct Argument<T>(PhantomData<T>);

impl Argument<Principal> {
    /// Without a credential it answers 401.
    pub const IS_OPEN: bool = false;
}

impl<T> Argument<Claims<T>> {
    /// Without a credential it answers 401.
    pub const IS_OPEN: bool = false;
}

/// The answer for all other types.
pub trait AnyArgument {
    /// Nothing is known against it.
    const IS_OPEN: bool = true;
}

impl<T> AnyArgument for Argument<T> {}
