//! Requests and answers as raw bytes, which no client library normalizes.

use std::{
    io::{BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::{invariants, server::Server};

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status line, without its line end.
    pub status_line: String,
    /// The fields in their order, with names in lower case.
    pub fields: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns the status code.
    pub fn status(&self) -> u16 {
        self.status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status code")
    }

    /// Returns the values of a field, one for each line.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Returns the value of a field that is there once at most.
    pub fn field(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(values.len() <= 1, "`{name}` is there {} times", values.len());
        values.first().copied()
    }

    /// Returns the challenges, one for each line.
    pub fn challenges(&self) -> Vec<&str> {
        self.all("www-authenticate")
    }

    /// Returns the only challenge.
    pub fn challenge(&self) -> &str {
        self.field("www-authenticate").expect("a challenge")
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a body of text")
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }

    /// Returns the answer without `date` and with its fields in a fixed order, so that equal answers compare as equal.
    pub fn masked(&self) -> Self {
        let mut masked = self.clone();
        masked.fields.retain(|(name, _)| name != "date");
        masked.fields.sort();
        masked
    }
}

/// A connection that is kept alive. Answers are read through a buffer, because a system call for each byte takes longer
/// than the server.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects to a server of this process.
    pub fn open(server: &Server) -> Self {
        Self::to(server.address())
    }

    /// Connects to this address.
    pub fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
        stream.set_write_timeout(Some(Duration::from_secs(20))).expect("a time limit");
        stream.set_nodelay(true).expect("small packets");
        Self(BufReader::new(stream))
    }

    /// Sends bytes. The peer may have closed its side already.
    ///
    /// # Errors
    /// Fails as the socket does.
    pub fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.get_mut().write_all(bytes)
    }

    /// Reads one answer, or returns `None` if the peer closed the connection before.
    pub fn receive(&mut self, to_head: bool) -> Option<Response> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            match self.0.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ if head.is_empty() => return None,
                other => panic!("the answer ends in its head: {other:?}"),
            }
        }
        let head = String::from_utf8(head).expect("a head of text");
        let mut lines = head.trim_end().split("\r\n");
        let status_line = lines.next().expect("a status line").to_owned();
        let fields = lines.map(|line| line.split_once(": ").expect("a field"));
        let fields: Vec<_> =
            fields.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let mut response = Response { status_line, fields, body: Vec::new() };
        if !to_head && !matches!(response.status(), 100 | 204 | 304) {
            response.body = self.read_body(&response);
        }
        Some(response)
    }

    fn read_body(&mut self, response: &Response) -> Vec<u8> {
        if let Some(length) = response.field("content-length") {
            let mut body = vec![0; length.parse().expect("a length")];
            self.0.read_exact(&mut body).expect("the whole body");
            return body;
        }
        assert_eq!(response.field("transfer-encoding"), Some("chunked"));
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.read_line(), 16).expect("a chunk's length");
            let mut chunk = vec![0; length];
            self.0.read_exact(&mut chunk).expect("the whole chunk");
            body.extend(chunk);
            assert_eq!(self.read_line(), "");
            if length == 0 {
                return body;
            }
        }
    }

    fn read_line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("a line");
            line.push(byte[0]);
        }
        String::from_utf8(line).expect("a line of text").trim_end().to_owned()
    }

    /// Sends a request and reads its answer, which has to keep to the invariants.
    pub fn exchange(&mut self, request: &[u8]) -> Response {
        // A server may answer and close before it has read everything.
        let _ = self.send(request);
        let response = self.receive(request.starts_with(b"HEAD ")).expect("an answer");
        invariants::check(request, &response);
        response
    }

    /// Sends a GET request with a bearer token and reads its answer.
    pub fn get_as(&mut self, path: &str, token: impl AsRef<str>) -> Response {
        self.exchange(request("GET", path, &[&bearer(token)], "").as_bytes())
    }
}

impl Server {
    /// Sends bytes on a connection of their own and reads the answer, which has to keep to the invariants.
    pub fn raw(&self, request: impl AsRef<[u8]>) -> Response {
        let before = self.calls();
        let response = Connection::open(self).exchange(request.as_ref());
        let success = (200..300).contains(&response.status());
        assert!(success || self.calls() == before, "a handler ran, and its answer is {response:?}");
        response
    }

    /// Sends a request without a body. `lines` are further lines of its head.
    pub fn send(&self, method: &str, path: &str, lines: &[&str]) -> Response {
        self.raw(request(method, path, lines, ""))
    }

    /// Sends a request with a JSON body.
    pub fn send_json(&self, method: &str, path: &str, lines: &[&str], body: &str) -> Response {
        let lines = [&["content-type: application/json"], lines].concat();
        self.raw(request(method, path, &lines, body))
    }

    /// Sends a GET request with these lines in its head.
    pub fn get(&self, path: &str, lines: &[&str]) -> Response {
        self.send("GET", path, lines)
    }

    /// Sends a GET request with a bearer token.
    pub fn get_as(&self, path: &str, token: impl AsRef<str>) -> Response {
        self.get(path, &[&bearer(token)])
    }
}

/// Returns the header line of a bearer token.
pub fn bearer(token: impl AsRef<str>) -> String {
    format!("authorization: Bearer {}", token.as_ref())
}

/// Returns the text of a request.
pub fn request(method: &str, path: &str, lines: &[&str], body: &str) -> String {
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: orders.example\r\n");
    for line in lines {
        request.push_str(line);
        request.push_str("\r\n");
    }
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    request + &length + "\r\n" + body
}
