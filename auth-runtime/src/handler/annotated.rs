//! The two forms of an annotated handler that can be registered: a service and a function.

use std::any::type_name;

use actix_web::{Handler, dev::HttpServiceFactory};

use crate::handler::{
    annotation::{Annotation, HandlerInfo, Route},
    authorized::Authorized,
};

/// The service of an annotated handler with a route attribute: a [`RoutedHandler`](super::routed::RoutedHandler), or the
/// service that actix-web's attribute makes. The expansion of our attribute above it implements this trait.
#[diagnostic::on_unimplemented(
    message = "`routes.service` takes a handler that states its authorization above its route attribute",
    label = "states no authorization above a route attribute",
    note = "add `#[require_auth]`, `#[require_scope(..)]` or `#[public(\"why\")]` above the route attribute; one below \
            it is not seen here, so move it up",
    note = "register an annotated function without a route attribute with `routes.route(path, method, function)`, and \
            the functions of a `web::resource` or a `web::scope` one by one",
    note = "register a service of others, such as static files, with `routes.public_service(path, \"why\", service)`"
)]
pub trait AnnotatedService: HttpServiceFactory {
    /// The path of the handler in the code.
    fn name(&self) -> String {
        type_name::<Self>().to_owned()
    }
    /// What the attribute says about the handler.
    fn info(&self) -> HandlerInfo;
    /// The routes of the handler.
    fn routes(&self) -> &'static [Route];
}

/// An annotated function: a handler whose arguments are [`AuthorizedArguments`].
#[diagnostic::on_unimplemented(
    message = "`routes.route` takes a function that states its authorization and has no route attribute",
    label = "is no function that states its authorization",
    note = "add `#[require_auth]`, `#[require_scope(..)]` or `#[public(\"why\")]` above the function",
    note = "pass the function itself: `routes.route(path, method, list)`, and not `web::get().to(list)`",
    note = "register a handler with a route attribute with `routes.service(list)`"
)]
pub trait AnnotatedFunction<Args, Response>: Handler<Args, Output = Response> {
    /// What the attribute says about the function.
    type Annotation: Annotation;
}

// The compiler infers the arguments from actix-web's trait. Its message shall be about the annotation alone.
#[diagnostic::do_not_recommend]
impl<F, Args, Response> AnnotatedFunction<Args, Response> for F
where
    F: Handler<Args, Output = Response>,
    Args: AuthorizedArguments,
{
    type Annotation = Args::Annotation;
}

/// The arguments of an expanded handler: one [`Authorized`], which only the expansion of an attribute can name.
pub trait AuthorizedArguments {
    /// What the attribute says about the handler.
    type Annotation: Annotation;
}

impl<A: Annotation> AuthorizedArguments for (Authorized<A>,) {
    type Annotation = A;
}
