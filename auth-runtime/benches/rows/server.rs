//! A real server with the handlers of the rows, each under its own prefix.

use std::{net::SocketAddr, sync::mpsc, thread, thread::JoinHandle};

use actix_web::{App, HttpServer, dev::ServerHandle, rt::System, web};
use actix_web_httpauth::middleware::HttpAuthentication;

use super::{bare, ours, peers, tokens::Pair};

pub struct Server {
    pub address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<()>,
}

impl Server {
    /// Starts a server on a free port of this machine.
    pub fn start(pair: &Pair, workers: usize) -> Self {
        let (authorizer, decoder, cache) =
            (pair.authorizer(), peers::Decoder::of(pair), peers::Cache::default());
        let (sender, receiver) = mpsc::channel();
        let app = move || {
            App::new()
                .app_data(authorizer.clone())
                .app_data(decoder.clone())
                .app_data(cache.clone())
                .service(web::scope("/bare").service(bare))
                .service(web::scope("/ours").service(ours::scope))
                .service(web::scope("/hand").service(peers::by_hand))
                .service(web::scope("/cached").service(peers::cached_by_hand))
                .service(
                    web::scope("/grants")
                        .wrap(HttpAuthentication::bearer(peers::validate))
                        .service(peers::protected),
                )
        };
        let thread = thread::spawn(move || {
            System::new().block_on(async {
                let server = HttpServer::new(app).workers(workers).bind(("127.0.0.1", 0)).unwrap();
                let address = server.addrs()[0];
                let server = server.disable_signals().run();
                sender.send((address, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (address, handle) = receiver.recv().unwrap();
        Self { address, handle, thread }
    }

    pub fn stop(self) {
        System::new().block_on(self.handle.stop(false));
        self.thread.join().unwrap();
    }
}
