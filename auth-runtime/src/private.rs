//! All that an expansion may name. Not part of the public interface.

use std::{future::Future, marker::PhantomData, panic};

use actix_web::{HttpRequest, web};

use crate::{
    answer::challenge::Denied,
    handler::{
        access::{Access, ResourceAccess},
        caller::Claims,
        resource::{Action, Resource},
    },
    policy::rule::RuleOutcome,
};
pub use crate::{
    handler::{
        annotated::AnnotatedService,
        annotation::{Annotation, Arguments, HandlerInfo, Route},
        argument_kind::ArgumentKind,
        authorized::Authorized,
        signature::*,
    },
    policy::{
        decision::Decision,
        names::{Role, Scope},
        principal::Principal,
        requirement::Requirement,
        statement::{Hide, Statement},
    },
};

/// Where an attribute stands.
pub type Location = &'static panic::Location<'static>;

/// The place of the caller.
#[track_caller]
pub const fn here() -> Location {
    panic::Location::caller()
}

/// Asks of an argument's type what is known of it. An inherent constant goes before that of a trait, so the few types
/// below answer for themselves and [`AnyArgument`] answers for all others.
pub struct Argument<T>(PhantomData<T>);

/// The answer for all other types.
pub trait AnyArgument {
    /// Nothing is known of it.
    const KIND: ArgumentKind = ArgumentKind::Other;
}

impl<T> AnyArgument for Argument<T> {}

macro_rules! kinds {
    ($($T:ty $(where [$($parameter:tt)+])? => $kind:expr;)+) => {$(
        impl$(<$($parameter)+>)? Argument<$T> {
            /// What is known of it.
            pub const KIND: ArgumentKind = $kind;
        }
    )+};
}

kinds! {
    Principal => ArgumentKind::Caller;
    Claims<T> where [T] => ArgumentKind::Caller;
    Access<R, A> where [R: Resource, A: Action<R>] => ArgumentKind::Access(ResourceAccess::by::<R, A>());
    Result<Access<R, A>, Denied> where [R: Resource, A: Action<R>] => ArgumentKind::Access(ResourceAccess::by::<R, A>());
    Option<Access<R, A>> where [R: Resource, A: Action<R>] => ArgumentKind::PerhapsAccess;
    Option<Principal> => ArgumentKind::Context;
    Result<Principal, Denied> => ArgumentKind::Context;
    HttpRequest => ArgumentKind::Context;
    web::Data<T> where [T: ?Sized] => ArgumentKind::Data;
    web::Bytes => ArgumentKind::Part;
    web::Form<T> where [T] => ArgumentKind::Part;
    web::Json<T> where [T] => ArgumentKind::Part;
    web::Path<T> where [T] => ArgumentKind::Part;
    web::Payload => ArgumentKind::Part;
    web::Query<T> where [T] => ArgumentKind::Part;
    String => ArgumentKind::Part;
}

/// Checks that the argument at this position may stand where it stands. The panic ends the compilation, and the compiler
/// shows it at the caller.
#[track_caller]
pub const fn check<A: Annotation>(position: usize) {
    ArgumentKind::check(A::ARGUMENTS, position, matches!(A::STATEMENT, Statement::Public { .. }));
}

/// What the function behind `when` answers.
pub fn decide<When>(answer: impl RuleOutcome<When>) -> impl Future<Output = Decision> {
    answer.decide()
}

/// No enum of scopes names roles. The derive of scopes writes a method with this bound, so that the compiler says so.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names scopes, and a role is required here",
    label = "names scopes",
    note = "write `#[require_scope(..)]`, or `scope(..)` inside `#[require(..)]`, or name a role"
)]
pub trait NamesRoles {}

/// No enum of roles names scopes. The derive of roles writes a method with this bound, so that the compiler says so.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names roles, and a scope is required here",
    label = "names roles",
    note = "write `#[require_role(..)]`, or `role(..)` inside `#[require(..)]`, or name a scope"
)]
pub trait NamesScopes {}

/// The constants are told apart like the enums.
impl Role {
    #[doc(hidden)]
    pub const fn as_scope(&self) -> Scope
    where
        for<'call> Self: NamesScopes,
    {
        Scope::new("never")
    }
}

impl Scope {
    #[doc(hidden)]
    pub const fn as_role(&self) -> Role
    where
        for<'call> Self: NamesRoles,
    {
        Role::new("never")
    }
}
