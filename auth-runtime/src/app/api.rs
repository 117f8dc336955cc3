//! Registration of routes, which takes only handlers that state their authorization and records the access table.

use std::rc::Rc;

use actix_web::{
    Error, HttpRequest, Responder, Route,
    body::MessageBody,
    dev::{HttpServiceFactory, ServiceFactory, ServiceRequest, ServiceResponse},
    http::Method,
    web::{self, ServiceConfig},
};

use crate::{
    app::{
        endpoints::{Endpoint, Endpoints, GroupTerms},
        group::{AUTHORIZER_AS_DATA, Group, GroupSettings, is_authorizer},
        neighbours::Introduction,
        recorder::Recorder,
    },
    authorizer::{Authorizer, in_force::ApiAuthorizer},
    config::ConfigError,
    handler::{
        annotated::{AnnotatedFunction, AnnotatedService},
        annotation::HandlerInfo,
        function::FunctionRoute,
        registering::{RouteData, WithRouteData},
    },
    policy::statement::{Hide, Statement},
};

/// The routes of an application, each of which states its authorization, and the [`Authorizer`] that they need.
///
/// A handler without an attribute does not compile here, and the authorizer cannot be forgotten.
///
/// # Example
/// ```
/// use actix_web::{App, get};
/// use auth_runtime::{Api, Authorizer, ConfigError, Routes, public, require_scope};
///
/// #[public("the load balancer polls it")]
/// #[get("/health")]
/// async fn health() -> &'static str {
///     "ok"
/// }
///
/// #[require_scope("orders:read")]
/// #[get("/orders")]
/// async fn list() -> &'static str {
///     "orders"
/// }
///
/// fn routes(routes: &mut Routes<'_>) {
///     routes.service(health);
///     routes.scope("/v1", |v1| {
///         v1.service(list);
///     });
/// }
///
/// fn serve(authorizer: Authorizer) -> Result<(), ConfigError> {
///     let api = Api::new(authorizer, routes)?;
///     println!("{}", api.endpoints());
///     let app = App::new().configure(api.routes());
///     Ok(())
/// }
/// ```
///
/// A handler that states nothing does not compile:
/// ```compile_fail
/// # use auth_runtime::Routes;
/// #[actix_web::get("/open")]
/// async fn open() -> &'static str {
///     "open"
/// }
///
/// fn routes(routes: &mut Routes<'_>) {
///     routes.service(open); // handler `open` states no authorization
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Api<F> {
    authorizer: Authorizer,
    routes: F,
    endpoints: Endpoints,
}

impl<F: Fn(&mut Routes<'_>)> Api<F> {
    /// Makes an API of the routes that `routes` registers. `routes` is called once here and once for every worker of
    /// the server, and has to register the same each time.
    ///
    /// # Errors
    /// [`ConfigError`] if no path would reach a route, because others before it answer its method on all of its paths or a
    /// scope takes its prefix; if actix-web cannot read a path; if a reason is empty; or if a handler of DELETE, PUT or
    /// another method that is not safe takes nothing but `Access` for reading. What stands behind a guard refuses nothing,
    /// because it may let a request pass.
    pub fn new(authorizer: Authorizer, routes: F) -> Result<Self, ConfigError> {
        let mut recorder = Recorder::default();
        let api = ApiAuthorizer::new(&authorizer);
        // Only actix-web can make a `ServiceConfig`, so this one comes from an application that is dropped at once.
        drop(
            actix_web::App::new()
                .configure(|config| Routes::register(config, &api, &authorizer, &mut recorder, &routes)),
        );
        Ok(Self { authorizer, routes, endpoints: recorder.finish()? })
    }

    /// Returns the access table: every route, and who may reach it.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Returns the function that configures an application: `App::new().configure(api.routes())`, or a scope.
    ///
    /// The routes answer with the authorizer of this `Api`, whatever else there is in the application's data. Several
    /// `Api`s may configure one application, in any order; they need the same not-found answer, because one path cannot
    /// be absent in two ways. Otherwise paths that do not exist are answered 500, and the log says what to change.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) {
        |config| {
            let api = ApiAuthorizer::new(&self.authorizer);
            config.service(Introduction(Rc::clone(&api)));
            Routes::register(config, &api, &self.authorizer, &mut Recorder::default(), &self.routes);
            config.default_service(unmapped(&api));
            config.app_data(api);
        }
    }
}

/// Answers requests for paths that do not exist.
fn unmapped(api: &Rc<ApiAuthorizer>) -> Route {
    let api = Rc::clone(api);
    web::to(move |request: HttpRequest| {
        let api = Rc::clone(&api);
        async move { api.answer_unmapped(&request).await }
    })
}

/// Registers routes that state their authorization.
pub struct Routes<'api> {
    config: &'api mut ServiceConfig,
    api: &'api Rc<ApiAuthorizer>,
    authorizer: &'api Authorizer,
    recorder: &'api mut Recorder,
    data: RouteData,
    /// The services that state nothing. They are registered after all others.
    open: Vec<Registration>,
}

type Registration = Box<dyn FnOnce(&mut ServiceConfig)>;

impl<'api> Routes<'api> {
    /// Calls `routes` and then registers the services that state nothing.
    fn register(
        config: &'api mut ServiceConfig,
        api: &'api Rc<ApiAuthorizer>,
        authorizer: &'api Authorizer,
        recorder: &'api mut Recorder,
        routes: impl FnOnce(&mut Self),
    ) {
        let data = RouteData::of(authorizer);
        let mut all = Self { config, api, authorizer, recorder, data, open: Vec::new() };
        routes(&mut all);
        for register in all.open {
            register(all.config);
        }
    }

    /// Adds data, as `App::app_data` does. An [`Authorizer`] is refused when the [`Api`] is made, because the routes
    /// have theirs: [`Group::authorizer`] sets another one for a group.
    pub fn app_data<T: 'static>(&mut self, data: T) -> &mut Self {
        if is_authorizer(&data) {
            self.recorder.refuse(AUTHORIZER_AS_DATA);
        }
        self.config.app_data(data);
        self
    }

    /// Returns the authorizer of these routes, for `authorizer.require(..)`.
    pub fn authorizer(&self) -> &'api Authorizer {
        self.authorizer
    }

    /// Registers a group of routes behind a prefix, with its own middleware, guards and data.
    pub fn group<T, B>(
        &mut self,
        group: Group<actix_web::Scope<T>>,
        routes: impl FnOnce(&mut Routes<'_>),
    ) -> &mut Self
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
        let Group { settings, mut scope } = group;
        settings.mistakes(self.authorizer).into_iter().for_each(|mistake| self.recorder.refuse(mistake));
        let GroupSettings { prefix, guarded, requirements, authorizer, .. } = settings;
        let has_own = authorizer.is_some() || !requirements.is_empty();
        let authorizer = authorizer.as_ref().unwrap_or(self.authorizer);
        if has_own {
            // Middleware of the group, and services that state nothing, ask for the caller as well.
            scope = scope.app_data(authorizer.clone());
        }
        let groups: Vec<_> = requirements
            .iter()
            .map(|requirement| GroupTerms::of(requirement.admission.0, authorizer))
            .collect();
        if groups.iter().any(|terms| terms.hide == Hide::Anonymous) {
            self.api.hide(authorizer);
        }
        let scope = self.recorder.nested(&prefix, guarded, groups, |recorder| {
            scope.configure(|config| {
                Routes::register(config, self.api, authorizer, recorder, routes);
                // Otherwise a scope takes the default service of the application, even inside another scope.
                config.default_service(unmapped(self.api));
            })
        });
        self.config.service(scope);
        self
    }

    /// Registers a service that states nothing, such as static files or metrics. `reason` says why the service is
    /// public.
    ///
    /// The service is open to everyone. It is asked last, so it cannot take requests from a route that states its
    /// authorization. The access table shows `path`, but the service itself decides where it answers. A handler in it that
    /// asks for the caller without stating anything takes the [`Authorizer`] in the data around it.
    pub fn public_service<S: HttpServiceFactory + 'static>(
        &mut self,
        path: &str,
        reason: &'static str,
        service: S,
    ) -> &mut Self {
        self.recorder.record_open(Endpoint::open(reason, std::any::type_name::<S>()), path);
        let service = WithRouteData { data: self.data.clone(), service };
        self.open.push(Box::new(|config| {
            config.service(service);
        }));
        self
    }

    /// Registers an annotated function for a method and a path. [`Api::new`] refuses a function that takes an
    /// [`Access`](crate::Access) for reading alone for a method that is not safe (RFC 9110 §9.2.1).
    ///
    /// # Example
    /// ```
    /// use actix_web::http::Method;
    /// use auth_runtime::{Routes, require_auth};
    ///
    /// #[require_auth]
    /// async fn me() -> &'static str {
    ///     "you"
    /// }
    ///
    /// fn routes(routes: &mut Routes<'_>) {
    ///     routes.route("/me", Method::GET, me);
    /// }
    /// ```
    pub fn route<H, Args, Response>(&mut self, path: &str, method: Method, handler: H) -> &mut Self
    where
        H: AnnotatedFunction<Args, Response>,
        Args: actix_web::FromRequest + 'static,
        Response: Responder + 'static,
    {
        let info = HandlerInfo::of::<H::Annotation>();
        let endpoint = Endpoint::of(info, std::any::type_name::<H>(), self.authorizer);
        self.recorder.refuse_read(info.arguments, &endpoint, &method, path);
        self.hide(info);
        self.recorder.record(endpoint, &[method.as_str()], path, false);
        self.register_service(FunctionRoute::new(path, method, handler))
    }

    /// Registers a group of routes behind a prefix. A group with middleware or guards is a [`Group`].
    pub fn scope(&mut self, prefix: &str, routes: impl FnOnce(&mut Routes<'_>)) -> &mut Self {
        self.group(Group::new(prefix), routes)
    }

    /// Registers an annotated handler with its route attribute.
    pub fn service<S: AnnotatedService + 'static>(&mut self, service: S) -> &mut Self {
        for route in service.routes() {
            let endpoint = Endpoint::of(service.info(), &service.name(), self.authorizer);
            self.recorder.record(endpoint, route.methods, route.path, !route.guards.is_empty());
        }
        self.hide(service.info());
        self.register_service(service)
    }

    /// Notes whether the handler is hidden from everybody.
    fn hide(&self, info: HandlerInfo) {
        if matches!(info.statement, Statement::Require { hide: Hide::Anonymous, .. }) {
            self.api.hide(self.authorizer);
        }
    }

    fn register_service(&mut self, service: impl HttpServiceFactory + 'static) -> &mut Self {
        self.config.service(WithRouteData { data: self.data.clone(), service });
        self
    }
}
