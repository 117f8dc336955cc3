//! A real `HttpServer` on a free port of this machine.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::mpsc,
    thread,
};

use actix_web::{
    App, Error, HttpServer,
    body::MessageBody,
    dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse},
    rt::System,
};

/// A running server, for tests that need the bytes on a socket. It is an `HttpServer` with one worker in its own
/// thread, on a free port of 127.0.0.1. It stops when it is dropped.
///
/// # Example
/// ```
/// use std::{io::{Read, Write}, net::TcpStream};
///
/// use actix_web::{App, web};
/// use auth_runtime::TestServer;
///
/// # fn main() -> std::io::Result<()> {
/// let app = TestServer::start(|| App::new().route("/", web::get().to(|| async { "hello" })));
/// let mut stream = TcpStream::connect(app.address())?;
/// stream.write_all(b"GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// stream.read_to_string(&mut answer)?;
/// assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhello"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TestServer {
    address: SocketAddr,
    handle: ServerHandle,
}

impl TestServer {
    /// Starts a server, as `HttpServer::new(app)` does:
    /// `TestServer::start(move || App::new().configure(api.routes()))`.
    ///
    /// # Panics
    /// Panics if the system gives no port or no thread.
    #[track_caller]
    pub fn start<S, B>(app: impl Fn() -> App<S> + Clone + Send + 'static) -> Self
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
        match Self::run(app) {
            Ok(server) => server,
            #[expect(clippy::panic, reason = "it is for tests, which fail by panicking")]
            Err(error) => panic!("the server does not start: {error}"),
        }
    }

    fn run<S, B>(app: impl Fn() -> App<S> + Clone + Send + 'static) -> io::Result<Self>
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
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let (report, started) = mpsc::channel();
        thread::Builder::new().name("test-server".to_owned()).spawn(move || {
            System::new().block_on(async move {
                let server = HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run();
                // Sending cannot fail, because the thread that starts the server waits for this.
                let _ = report.send(server.handle());
                server.await
            })
        })?;
        let handle = started.recv().map_err(|_| io::Error::other("its thread ended"))?;
        Ok(Self { address, handle })
    }

    /// Returns the address on which the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // The server gets the command at once. The returned future only waits until the server has stopped.
        drop(self.handle.stop(false));
    }
}
