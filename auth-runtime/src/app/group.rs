//! Routes behind a prefix, with their own middleware, guards and data.

use std::any::Any;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse, Transform},
    guard::Guard,
    web,
};

use crate::{
    app::{gate::Gate, group_requirement::GroupRequirement},
    authorizer::Authorizer,
};

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
    pub(crate) settings: GroupSettings,
    pub(crate) scope: S,
}

/// What a group says beside its scope of actix-web's.
pub(crate) struct GroupSettings {
    pub(crate) prefix: String,
    pub(crate) guarded: bool,
    /// The requirements in which the group is wrapped, from the outermost inwards.
    pub(crate) requirements: Vec<GroupRequirement>,
    /// The gates in which the group is wrapped.
    gates: Vec<Gate>,
    /// The authorizer of the routes, unless it is that of the routes around.
    pub(crate) authorizer: Option<Authorizer>,
    /// Whether the group's data has an authorizer.
    has_authorizer_as_data: bool,
}

impl Group {
    /// Makes a group behind this prefix, which may be empty.
    pub fn new(prefix: &str) -> Self {
        let settings = GroupSettings {
            prefix: prefix.to_owned(),
            guarded: false,
            requirements: Vec::new(),
            gates: Vec::new(),
            authorizer: None,
            has_authorizer_as_data: false,
        };
        Self { settings, scope: web::scope(prefix) }
    }
}

impl<S> Group<S> {
    /// Sets another authorizer for the routes of the group. It needs the same not-found answer as the one of the
    /// [`Api`](crate::Api), because a path inside the group cannot be absent in two ways; otherwise the `Api` is not
    /// made.
    pub fn authorizer(mut self, authorizer: &Authorizer) -> Self {
        self.settings.authorizer = Some(authorizer.clone());
        self
    }
}

impl GroupSettings {
    /// Returns what is wrong with the group among routes of the authorizer `around`.
    pub(crate) fn mistakes(&self, around: &Authorizer) -> Vec<String> {
        let Self { prefix, requirements, gates, authorizer, has_authorizer_as_data, .. } = self;
        let inside = authorizer.as_ref().unwrap_or(around);
        let mut mistakes = Vec::new();
        if *has_authorizer_as_data {
            mistakes.push(AUTHORIZER_AS_DATA.to_owned());
        }
        if !inside.shares_not_found(around) {
            mistakes.push(format!(
                "the group `{prefix}` has an authorizer with another `not_found` answer than the routes around it, but a \
                 path cannot be absent in two ways; give both the same answer"
            ));
        }
        let is_foreign = requirements.iter().any(|requirement| !requirement.is_of(inside))
            || gates.iter().any(|gate| !gate.is_of(inside));
        if is_foreign {
            mistakes.push(format!(
                "the group `{prefix}` is wrapped in the requirement or the gate of an authorizer that its routes do not \
                 have; make it of `routes.authorizer()`, or give the routes that authorizer with `Group::authorizer`"
            ));
        }
        mistakes
    }
}

/// What is wrong with an authorizer among data, where it would have no effect.
pub(crate) const AUTHORIZER_AS_DATA: &str = "`app_data` has an `Authorizer`, but routes answer with the authorizer that \
                                             they are registered with; leave it out, or say `Group::authorizer` for \
                                             another one";

/// Returns whether the data is an authorizer, in whatever way it would be looked for.
pub(crate) fn is_authorizer(data: &dyn Any) -> bool {
    data.is::<Authorizer>() || data.is::<web::Data<Authorizer>>()
}

impl<T> Group<actix_web::Scope<T>>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    /// Adds data, as actix-web's `Scope::app_data` does. An [`Authorizer`] is refused when the [`Api`](crate::Api) is
    /// made: [`authorizer`](Self::authorizer) sets one.
    pub fn app_data<D: 'static>(mut self, data: D) -> Self {
        self.settings.has_authorizer_as_data |= is_authorizer(&data);
        self.scope = self.scope.app_data(data);
        self
    }

    /// Takes only requests that the guard lets through.
    pub fn guard(mut self, guard: impl Guard + 'static) -> Self {
        self.scope = self.scope.guard(guard);
        self.settings.guarded = true;
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
        let any: &dyn Any = &middleware;
        if let Some(requirement) = any.downcast_ref::<GroupRequirement>() {
            self.settings.requirements.insert(0, requirement.clone());
        }
        self.settings.gates.extend(any.downcast_ref::<Gate>().cloned());
        Group { settings: self.settings, scope: self.scope.wrap(middleware) }
    }
}
