//! A real `HttpServer` on a free port of this machine.

use std::{net::SocketAddr, sync::mpsc, thread};

use actix_web::{
    App, Error, HttpServer,
    body::MessageBody,
    dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse},
    web::ServiceConfig,
};

use crate::app::Calls;

/// A running server. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    calls: Option<Calls>,
}

impl Server {
    /// Starts a server with what `configure` registers.
    pub fn start(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> Self {
        Self::run(move || App::new().configure(configure.clone()))
    }

    /// Starts a server with an application of one's own.
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
        let (report, started) = mpsc::channel();
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(app)
                    .workers(1)
                    .disable_signals()
                    .bind(("127.0.0.1", 0))
                    .expect("a free port");
                let address = server.addrs()[0];
                let server = server.run();
                report.send((address, server.handle())).expect("somebody waits");
                server.await.expect("a server that runs");
            });
        });
        let (address, handle) = started.recv().expect("a server that starts");
        Self { address, handle, calls: None }
    }

    /// Counts the calls of its handlers: a denial must not have any.
    pub fn watching(mut self, calls: Calls) -> Self {
        self.calls = Some(calls);
        self
    }

    /// How many calls of its handlers there were, if they are counted.
    pub fn calls(&self) -> Option<usize> {
        self.calls.as_ref().map(Calls::so_far)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}
