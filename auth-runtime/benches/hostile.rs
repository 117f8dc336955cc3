//! The benchmark of how long a client waits while others flood the service.
//!
//! `cargo bench --package auth-runtime --bench hostile` floods the service over loopback, as fast as the service
//! answers. The floods are requests without a token, with garbage, with a different forged token each time, and with
//! forged tokens of 8 KB. Meanwhile, a client with a good token sends a request each millisecond. The benchmark prints
//! how long this client waits. For comparison, it prints the wait without a flood, and the wait while a bare handler is
//! flooded.
//!
//! The floods and the client share the server's cores, so compare with the flood of the bare handler and not with
//! silence.
#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark fails by panicking and prints what it finds"
)]

mod rows;

use std::{
    env,
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::rows::{
    PATH,
    server::Server,
    tokens::{self, Pair},
};

const WORKERS: usize = 2;
/// The number of flooding connections, which is enough for every worker. Each has `AT_ONCE` requests on its way.
const STRANGERS: u64 = 8;
const AT_ONCE: usize = 8;
const PATIENCE: Duration = Duration::from_secs(4);
const PACE: Duration = Duration::from_millis(1);

const LIMITS: &str = "what limits a flood: a worker answers one request after the other, so a client waits for the requests \
     of strangers that came to its worker before its own, each as long as its refusal takes; that of a forged token \
     takes one verification, and nothing of it is kept";

/// The name, the path prefix and the token of a flood. The number makes each token different.
type Flood = (&'static str, &'static str, fn(&Forger, u64) -> Option<String>);

const FLOODS: [Flood; 5] = [
    ("a bare handler", "/bare", |_, _| None),
    ("anonymous", "/ours", |_, _| None),
    ("garbage", "/ours", |_, number| Some(format!("{number:016x}garbage"))),
    ("forged", "/ours", |forger, number| Some(forger.forge(&forger.token, number))),
    ("forged, 8 KB", "/ours", |forger, number| Some(forger.forge(&forger.long, number))),
];

fn main() {
    if !env::args().any(|word| word == "--bench") {
        println!("run it by `cargo bench --package auth-runtime --bench hostile`");
        return;
    }
    for pair in [tokens::rs256(), tokens::es256()] {
        let server = Server::start(&pair, WORKERS);
        let forger = Forger::of(&pair);
        println!("\n{:18}{:>10}{:>10}{:>10}{:>20}", pair.name, "median", "p99", "most", "answers/s");
        let good = forger.token.as_str();
        // The first requests are not measured, because some things are made only once.
        wait(server.address, good, Duration::from_millis(500));
        print_line("nobody floods", wait(server.address, good, PATIENCE), 0.0);
        for (name, prefix, token) in FLOODS {
            let (stop, answers) = (AtomicBool::new(false), AtomicU64::new(0));
            let waited = thread::scope(|scope| {
                for stranger in 0..STRANGERS {
                    let (stop, answers, forger) = (&stop, &answers, &forger);
                    scope.spawn(move || {
                        let token = |number| token(forger, stranger << 32 | number);
                        flood(server.address, prefix, token, stop, answers);
                    });
                }
                let waited = wait(server.address, good, PATIENCE);
                stop.store(true, Ordering::Relaxed);
                waited
            });
            let answers = answers.into_inner();
            print_line(name, waited, f64::from(u32::try_from(answers).unwrap()) / PATIENCE.as_secs_f64());
        }
        server.stop();
    }
    println!("\n{LIMITS}");
}

fn print_line(name: &str, mut waited: Vec<Duration>, rate: f64) {
    waited.sort();
    let at = |hundredths: usize| waited[(waited.len() - 1) * hundredths / 100].as_secs_f64() * 1e6;
    println!("{name:18}{:7.0} µs{:7.0} µs{:7.0} µs{rate:20.0}", at(50), at(99), at(100));
}

/// Makes tokens that are refused as late as possible.
struct Forger {
    token: String,
    long: String,
}

impl Forger {
    fn of(pair: &Pair) -> Self {
        let token = pair.token(0, "");
        // Four characters of base64url encode three bytes.
        let long = pair.token(0, &"x".repeat((8_150 - token.len()) * 3 / 4));
        assert!((8_000..8_192).contains(&long.len()), "{} bytes", long.len());
        Self { token, long }
    }

    /// Forges a token with a wrong signature of the right length, which is different for each number.
    #[expect(clippy::unused_self, reason = "all floods are called alike")]
    fn forge(&self, token: &str, number: u64) -> String {
        let (says, signature) = token.rsplit_once('.').unwrap();
        format!("{says}.{number:016x}{}", &signature[16..])
    }
}

/// Measures how long a client with a good token waits for each answer.
fn wait(address: SocketAddr, token: &str, patience: Duration) -> Vec<Duration> {
    let mut connection = connect(address);
    let request = request("/ours", Some(token));
    let (begin, mut waited) = (Instant::now(), Vec::new());
    while begin.elapsed() < patience {
        let sent = Instant::now();
        connection.write_all(request.as_bytes()).unwrap();
        let answer = read(&mut connection, 1);
        waited.push(sent.elapsed());
        assert!(answer.starts_with(b"HTTP/1.1 200"));
        thread::sleep(PACE.saturating_sub(sent.elapsed()));
    }
    waited
}

fn flood(
    address: SocketAddr,
    prefix: &str,
    token: impl Fn(u64) -> Option<String>,
    stop: &AtomicBool,
    answers: &AtomicU64,
) {
    let mut connection = connect(address);
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut requests = String::new();
        for _ in 0..AT_ONCE {
            number += 1;
            requests.push_str(&request(prefix, token(number).as_deref()));
        }
        connection.write_all(requests.as_bytes()).unwrap();
        let answer = read(&mut connection, AT_ONCE);
        assert!(prefix == "/bare" || answer.starts_with(b"HTTP/1.1 401"));
        answers.fetch_add(AT_ONCE.try_into().unwrap(), Ordering::Relaxed);
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let connection = TcpStream::connect(address).unwrap();
    connection.set_nodelay(true).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    connection
}

fn request(prefix: &str, token: Option<&str>) -> String {
    let mut request = format!("GET {prefix}{PATH} HTTP/1.1\r\nhost: orders.example\r\n");
    if let Some(token) = token {
        write!(request, "authorization: Bearer {token}\r\n").unwrap();
    }
    request.push_str("\r\n");
    request
}

/// Reads this many answers. None of their bodies looks like the start of an answer.
fn read(connection: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut answers = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let length = connection.read(&mut buffer).unwrap();
        assert!(length > 0, "the service closed the connection");
        answers.extend_from_slice(&buffer[..length]);
        if complete(&answers) == count {
            return answers;
        }
    }
}

/// Returns how many complete answers the bytes begin with.
fn complete(mut rest: &[u8]) -> usize {
    let mut count = 0;
    while let Some(head) = rest.windows(4).position(|end| end == b"\r\n\r\n") {
        let text = String::from_utf8_lossy(&rest[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let end = head + 4 + length.map_or(0, |length| length.parse::<usize>().unwrap());
        if rest.len() < end {
            break;
        }
        rest = &rest[end..];
        count += 1;
    }
    count
}
