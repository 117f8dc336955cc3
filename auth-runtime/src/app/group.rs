//! Routes behind a prefix, with their own middleware, guards and data.

use std::any::Any;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse, Transform},
    guard::Guard,
    web,
};

use crate::{app::group_requirement::GroupRequirement, policy::statement::Terms};

/// A group of routes behind a prefix, like actix-web's `Scope`.
///
/// # Example
/// ```
/// use actix_web::{guard, middleware::Logger};
/// use auth_runtime::{Group, Routes};
///
/// fn routes(routes: &mut Routes<'_>) {
///     let admin = Group::new("/admin").guard(guard::Host("admin.example")).wrap(Logger::default());
///     routes.group(admin, |admin| {
///         // admin.service(report);
///     });
/// }
/// ```
pub struct Group<S = actix_web::Scope> {
    pub(crate) prefix: String,
    pub(crate) guarded: bool,
    /// What the middleware requires, from the outermost inwards.
    pub(crate) groups: Vec<Terms>,
    pub(crate) scope: S,
}

impl Group {
    /// Makes a group behind this prefix, which may be empty.
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), guarded: false, groups: Vec::new(), scope: web::scope(prefix) }
    }
}

impl<T> Group<actix_web::Scope<T>>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    /// Adds data, as actix-web's `Scope::app_data` does. An [`Authorizer`](crate::Authorizer) that is added here
    /// replaces the application's inside the group.
    pub fn app_data<D: 'static>(mut self, data: D) -> Self {
        self.scope = self.scope.app_data(data);
        self
    }

    /// Takes only requests that the guard lets through.
    pub fn guard(mut self, guard: impl Guard + 'static) -> Self {
        self.scope = self.scope.guard(guard);
        self.guarded = true;
        self
    }
}

impl<T, B> Group<actix_web::Scope<T>>
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    /// Wraps the group in middleware, which runs before the handlers are authorized. The middleware that is wrapped
    /// last runs first, so wrap a [`GroupRequirement`] last. The access table shows such a requirement.
    pub fn wrap<M, N>(
        mut self,
        middleware: M,
    ) -> Group<
        actix_web::Scope<
            impl ServiceFactory<
                ServiceRequest,
                Config = (),
                Response = ServiceResponse<N>,
                Error = Error,
                InitError = (),
            >,
        >,
    >
    where
        M: Transform<
                T::Service,
                ServiceRequest,
                Response = ServiceResponse<N>,
                Error = Error,
                InitError = (),
            > + 'static,
        N: MessageBody,
    {
        let requirement = (&middleware as &dyn Any).downcast_ref::<GroupRequirement>();
        if let Some(requirement) = requirement {
            self.groups.insert(0, requirement.admission.0);
        }
        Group {
            prefix: self.prefix,
            guarded: self.guarded,
            groups: self.groups,
            scope: self.scope.wrap(middleware),
        }
    }
}
