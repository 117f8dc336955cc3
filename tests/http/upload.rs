//! A request with a large body and without a credential is answered before the body is read.

use std::{
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use auth_tests::{Server, app::Orders, wire::Connection};

const LENGTH: usize = 100 << 20;

fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn head(server: &Server) -> String {
    format!("PUT /upload HTTP/1.1\r\nhost: {}\r\ncontent-length: {LENGTH}\r\n\r\n", server.address())
}

#[test]
fn it_is_answered_from_its_head_alone() {
    let orders = Orders::start();
    let mut connection = Connection::open(&orders);
    connection.send(head(&orders).as_bytes()).unwrap();
    let asked = Instant::now();
    let response = connection.receive(false).unwrap();
    assert_eq!((response.status(), response.challenge()), (401, r#"Bearer realm="orders""#));
    assert!(asked.elapsed() < Duration::from_secs(5));
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn it_is_not_kept_in_memory() {
    let orders = Orders::start();
    let before = resident_kib();
    let mut stream = TcpStream::connect(orders.address()).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(head(&orders).as_bytes()).unwrap();
    let chunk = vec![b'x'; 1 << 20];
    let mut sent = 0;
    // The server may close the connection at any time after its answer.
    while sent < LENGTH && stream.write_all(&chunk).is_ok() {
        sent += chunk.len();
    }
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 64 << 10, "{grown} KiB more after {sent} bytes");
    assert_eq!(orders.calls.take(), 0);
}
