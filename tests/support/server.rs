//! A real `HttpServer` on a free port of this machine.

use std::net::SocketAddr;

use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    web::ServiceConfig,
};
use auth_runtime::{Api, Routes, TestServer};

use crate::app::Calls;

/// A running server, which stops when it is dropped.
pub struct Server {
    server: TestServer,
    calls: Option<Calls>,
}

impl Server {
    /// Starts a server with what `configure` registers.
    pub fn start(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> Self {
        Self::run(move || App::new().configure(configure.clone()))
    }

    /// Starts a server with the routes of an `Api`.
    pub fn of(api: Api<impl Fn(&mut Routes<'_>) + Clone + Send + 'static>) -> Self {
        Self::start(move |config| api.routes()(config))
    }

    /// Starts a server with an application.
    pub fn run<S, B>(app: impl Fn() -> App<S> + Clone + Send + 'static) -> Self
    where
        S: ServiceFactory<
                ServiceRequest,
                Config = (),
                Response = ServiceResponse<B>,
                Error = Error,
                InitError = (),
            > + 'static,
        B: MessageBody + 'static,
    {
        Self { server: TestServer::start(app), calls: None }
    }

    /// Lets the server look at the calls of its handlers, which a denial must not have.
    pub fn watching(mut self, calls: Calls) -> Self {
        self.calls = Some(calls);
        self
    }

    /// Returns how many handlers ran, if they are counted.
    pub fn calls(&self) -> Option<usize> {
        self.calls.as_ref().map(Calls::so_far)
    }

    /// Returns the server of the testing kit.
    pub fn test_server(&self) -> &TestServer {
        &self.server
    }

    /// Returns the address at which the server listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }
}
