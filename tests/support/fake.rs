//! A provider that a test tells what to answer: nothing, lies, or too much.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use serde_json::{Value, json};

use crate::issuer::fixture;

/// A server that gives fixed answers and remembers what it was asked.
#[derive(Clone)]
pub struct Fake {
    address: SocketAddr,
    scheme: &'static str,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    asked: Vec<Asked>,
    down: bool,
    waiting: usize,
    most_waiting: usize,
}

/// An answer that the server gives.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    fields: String,
    body: Vec<u8>,
    before_head: Duration,
    before_body: Duration,
    endless: bool,
}

impl Answer {
    /// Makes a 200 with this text.
    pub fn text(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            fields: String::new(),
            body: body.into(),
            before_head: Duration::ZERO,
            before_body: Duration::ZERO,
            endless: false,
        }
    }

    /// Makes a 200 with this JSON.
    pub fn json(body: &Value) -> Self {
        Self::text(body.to_string()).field("content-type", "application/json")
    }

    /// Makes an answer with this status and without a body.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::text("") }
    }

    /// Adds a field.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.extend([name, ": ", value, "\r\n"]);
        self
    }

    /// Sets the status.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Lets the server wait before the first byte.
    pub fn late(self, before_head: Duration) -> Self {
        Self { before_head, ..self }
    }

    /// Lets the server send the head and wait before the body.
    pub fn late_body(self, before_body: Duration) -> Self {
        Self { before_body, ..self }
    }

    /// Lets the server send the body over and over again.
    pub fn endless(self) -> Self {
        Self { endless: true, ..self }
    }
}

/// A request that came to the server.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The method and the target.
    pub line: String,
    /// The fields, with names in lower case.
    pub fields: HashMap<String, String>,
    /// The body.
    pub body: String,
}

impl Asked {
    /// Parses the form in the body.
    pub fn form(&self) -> HashMap<String, String> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

impl Fake {
    /// Starts a provider that speaks plain HTTP.
    pub fn start() -> Self {
        Self::listen("http", |stream| stream)
    }

    /// Starts a provider that speaks TLS. Its certificate is for `localhost` and comes from `tls.authority.pem`.
    pub fn start_with_tls() -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let certificate = CertificateDer::from_pem_slice(fixture("tls.certificate.pem").as_bytes());
        let key = PrivateKeyDer::from_pem_slice(fixture("tls.private.pem").as_bytes());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                let chain = vec![certificate.expect("a certificate")];
                config.with_no_client_auth().with_single_cert(chain, key.expect("a key"))
            })
            .expect("a server's configuration");
        let config = Arc::new(config);
        Self::listen("https", move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            StreamOwned::new(connection, stream)
        })
    }

    fn listen<S: Read + Write>(
        scheme: &'static str,
        wrap: impl Fn(TcpStream) -> S + Clone + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let fake = Self { address, scheme, state: Arc::default() };
        let serving = fake.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (serving, wrap) = (serving.clone(), wrap.clone());
                // A client may break its connection.
                thread::spawn(move || serving.serve(wrap(stream)).ok());
            }
        });
        fake
    }

    fn serve(&self, stream: impl Read + Write) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        if self.state().down {
            return Ok(());
        }
        let asked = read(&mut stream)?;
        let path = asked.line.split(' ').nth(1).unwrap_or_default().to_owned();
        let answer = {
            let mut state = self.state();
            state.asked.push(asked);
            state.waiting += 1;
            state.most_waiting = state.most_waiting.max(state.waiting);
            state.answers.get(&path).cloned().unwrap_or_else(|| Answer::status(404))
        };
        let stream = stream.get_mut();
        thread::sleep(answer.before_head);
        // The request stops waiting before it is answered, because the client may ask again at once.
        self.state().waiting -= 1;
        write!(stream, "HTTP/1.1 {} OK\r\nconnection: close\r\n{}", answer.status, answer.fields)?;
        if !answer.endless {
            write!(stream, "content-length: {}\r\n", answer.body.len())?;
        }
        write!(stream, "\r\n")?;
        stream.flush()?;
        thread::sleep(answer.before_body);
        loop {
            stream.write_all(&answer.body)?;
            if !answer.endless {
                return stream.flush();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panicked")
    }

    /// Returns the origin at which the provider listens.
    pub fn origin(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.address.port())
    }

    /// Sets the answer for this path.
    pub fn answer(&self, path: &str, answer: Answer) {
        self.state().answers.insert(path.to_owned(), answer);
    }

    /// Publishes `keys`, and metadata that name their place.
    pub fn publish(&self, keys: &[Value]) {
        let metadata = json!({
            "issuer": self.origin(), "jwks_uri": format!("{}/jwks", self.origin()),
            "introspection_endpoint": format!("{}/introspect", self.origin()),
        });
        self.answer("/.well-known/openid-configuration", Answer::json(&metadata));
        self.answer("/jwks", Answer::json(&json!({ "keys": keys })));
    }

    /// Sets whether the provider closes every connection unanswered.
    pub fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    /// Returns how many requests at most were waiting for their answers at the same time.
    pub fn most_waiting(&self) -> usize {
        self.state().most_waiting
    }

    /// Returns the requests for this path, in their order.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        let is_for = |asked: &&Asked| asked.line.split(' ').nth(1) == Some(path);
        self.state().asked.iter().filter(is_for).cloned().collect()
    }
}

fn read(stream: &mut BufReader<impl Read>) -> std::io::Result<Asked> {
    let mut line = || {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        Ok::<_, std::io::Error>(line.trim_end().to_owned())
    };
    let first = line()?;
    let mut fields = HashMap::new();
    while let Some((name, value)) = line()?.split_once(':') {
        fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = fields.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Asked { line: first, fields, body: String::from_utf8_lossy(&body).into_owned() })
}
