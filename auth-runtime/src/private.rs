//! All that an expansion may name. Applications do not use this module, and it may change in any release.

use std::{future::Future, marker::PhantomData, panic};

use actix_web::{Either, HttpRequest, web};

use crate::{
    answer::denied::Denied,
    handler::{
        access::{Access, ResourceAccess},
        caller::Claims,
        resource::{Action, Resource},
        resources::Resources,
    },
    policy::rule::RuleOutcome,
};

pub use crate::{
    handler::{
        annotated::AnnotatedService,
        annotation::{Annotation, Arguments, HandlerInfo, Route},
        argument_kind::ArgumentKind,
        arguments::Extractor,
        arity::*,
        asked::{Rule, ask},
        authorized::Authorized,
        output::Returned,
        registering::RouteDataMiddleware,
        routed::{RoutedHandler, respond},
        signature::*,
    },
    policy::{
        decision::Decision,
        names::{Role, Scope},
        principal::Principal,
        requirement::{AsRequirement, Requirement},
        statement::{Hide, Statement},
    },
};

/// The line of an attribute.
pub type Location = &'static panic::Location<'static>;

/// Returns the place of the caller.
#[track_caller]
pub const fn here() -> Location {
    panic::Location::caller()
}

/// Finds the kind of an argument's type. The compiler prefers an inherent constant to the constant of a trait, so the few
/// types below have their own kinds, and all others have the kind of [`AnyArgument`].
pub struct Argument<T>(PhantomData<T>);

/// The kind of all types that have no kind of their own.
pub trait AnyArgument {
    /// The kind of a type that nothing is known about.
    const KIND: ArgumentKind = ArgumentKind::Other;
}

impl<T> AnyArgument for Argument<T> {}

macro_rules! kinds {
    ($($T:ty $(where [$($parameter:tt)+])? => $kind:expr;)+) => {$(
        impl$(<$($parameter)+>)? Argument<$T> {
            /// The kind of this type.
            pub const KIND: ArgumentKind = $kind;
        }
    )+};
}

kinds! {
    Principal => ArgumentKind::Caller;
    Claims<T> where [T] => ArgumentKind::Caller;
    Access<R, A> where [R: Resource, A: Action<R>] => ArgumentKind::Access(ResourceAccess::of::<R, A>());
    Result<Access<R, A>, Denied> where [R: Resource, A: Action<R>] =>
        ArgumentKind::Access(ResourceAccess::of::<R, A>().handed_on());
    Resources<R, A> where [R: Resource, A: Action<R>] => resources::<R, A>();
    Option<Resources<R, A>> where [R: Resource, A: Action<R>] => resources::<R, A>();
    Result<Resources<R, A>, Denied> where [R: Resource, A: Action<R>] => resources::<R, A>();
    Option<Access<R, A>> where [R: Resource, A: Action<R>] => ArgumentKind::PerhapsAccess;
    Result<Access<R, A>, actix_web::Error> where [R: Resource, A: Action<R>] => ArgumentKind::LostAccess;
    Option<Result<Access<R, A>, E>> where [R: Resource, A: Action<R>, E] => ArgumentKind::LostAccess;
    Either<Access<R, A>, T> where [R: Resource, A: Action<R>, T] => ArgumentKind::LostAccess;
    Either<T, Access<R, A>> where [T: Unpin, R: Resource, A: Action<R>] => ArgumentKind::LostAccess;
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

/// The kind of a `Resources`. The handler runs although a resource is refused, because it asks for resources itself.
const fn resources<R: Resource, A: Action<R>>() -> ArgumentKind {
    ArgumentKind::Resources(ResourceAccess::of::<R, A>().handed_on())
}

/// Checks that the argument at this position may stand there. A panic ends the compilation, and the compiler shows the
/// panic where it shows the call: at the type of the argument.
#[track_caller]
pub const fn check(arguments: &[ArgumentKind], position: usize) {
    ArgumentKind::check(arguments, position);
}

/// Checks an argument under `public`.
#[track_caller]
pub const fn check_public(arguments: &[ArgumentKind], position: usize) {
    ArgumentKind::check_public(arguments, position);
}

/// Checks an argument of a handler that answers `method`, which is not a safe one (RFC 9110 §9.2.1).
#[track_caller]
pub const fn check_unsafe(arguments: &[ArgumentKind], position: usize, method: &str) {
    ArgumentKind::check_unsafe(arguments, position, method);
}

/// Waits for the decision of a rule.
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

/// A constant role has the method of the derived enums, too.
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
