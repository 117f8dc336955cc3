//! All that an expansion may name. Not part of the public interface.

use std::{future::Future, marker::PhantomData, panic};

use actix_web::{HttpRequest, web};

use crate::{
    answer::denied::Denied,
    handler::{
        access::{Access, Accessed},
        extract::Claims,
        resource::{Action, Resource},
    },
    policy::rule::Answer,
};
pub use crate::{
    app::api::StatedService,
    handler::{arguments::Kind, extract::Authorized},
    policy::{
        decision::Decision,
        names::{Role, Scope},
        principal::Principal,
        requirement::Requirement,
        statement::{Hide, Route, Stated, Statement, States},
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
    const KIND: Kind = Kind::Other;
}

impl<T> AnyArgument for Argument<T> {}

macro_rules! kinds {
    ($($T:ty $(where [$($parameter:tt)+])? => $kind:expr;)+) => {$(
        impl$(<$($parameter)+>)? Argument<$T> {
            /// What is known of it.
            pub const KIND: Kind = $kind;
        }
    )+};
}

kinds! {
    Principal => Kind::Caller;
    Claims<T> where [T] => Kind::Caller;
    Access<R, A> where [R: Resource, A: Action<R>] => Kind::Access(Accessed::by::<R, A>());
    Result<Access<R, A>, Denied> where [R: Resource, A: Action<R>] => Kind::Access(Accessed::by::<R, A>());
    Option<Access<R, A>> where [R: Resource, A: Action<R>] => Kind::PerhapsAccess;
    Option<Principal> => Kind::Context;
    Result<Principal, Denied> => Kind::Context;
    HttpRequest => Kind::Context;
    web::Data<T> where [T: ?Sized] => Kind::Data;
    web::Bytes => Kind::Part;
    web::Form<T> where [T] => Kind::Part;
    web::Json<T> where [T] => Kind::Part;
    web::Path<T> where [T] => Kind::Part;
    web::Payload => Kind::Part;
    web::Query<T> where [T] => Kind::Part;
    String => Kind::Part;
}

/// What the function behind `when` answers.
pub fn decide<When>(answer: impl Answer<When>) -> impl Future<Output = Decision> {
    answer.decide()
}
