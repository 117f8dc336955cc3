//! The connection to the server, which sends requests and reads answers as bytes, because a client library would
//! normalize them.

use std::{
    collections::BTreeMap,
    io::{self, ErrorKind, Read as _, Write as _},
    mem,
    net::{Shutdown, SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use httparse::Status;

use super::answer::{Answer, malformed};

/// The time for one request and its answer.
const TIME: Duration = Duration::from_secs(20);
/// The time for an answer without the body, if the server is asked whether it wants the body.
const PATIENCE: Duration = Duration::from_millis(50);
/// The largest answer, in bytes.
const SIZE: usize = 64 << 20;

/// A connection to the server.
pub(super) struct Connection {
    stream: TcpStream,
    /// The bytes that were read but not used yet.
    ahead: Vec<u8>,
    deadline: Instant,
}

impl Connection {
    pub(super) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, TIME)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(TIME))?;
        Ok(Self { stream, ahead: Vec::new(), deadline: Instant::now() + TIME })
    }

    /// Sends a request and reads the answer at the same time, because a server may answer before it has read
    /// everything. The second value is whether the whole request was sent; only then can the connection take another
    /// one.
    pub(super) fn exchange(
        &mut self,
        head: &[u8],
        body: &[u8],
        method: &str,
        expects: bool,
    ) -> (io::Result<Answer>, bool) {
        self.deadline = Instant::now() + TIME;
        let deadline = self.deadline;
        let sent = if expects { self.send_and_wait(head) } else { Ok(()) };
        let bytes = if expects { body.to_vec() } else { [head, body].concat() };
        let writer = match sent.and_then(|()| self.stream.try_clone()) {
            Ok(writer) => writer,
            Err(error) => return (Err(error), false),
        };
        thread::scope(|scope| {
            let writer = scope.spawn(move || write(writer, &bytes, deadline));
            let answer = self.receive(method);
            if !answer.as_ref().is_ok_and(|answer| !answer.closes()) {
                // The server does not read the rest of the request, so writing it has to stop.
                let _ = self.stream.shutdown(Shutdown::Both);
            }
            (answer, writer.join().is_ok_and(|sent| sent.is_ok()))
        })
    }

    /// Sends a small request and reads the answer.
    pub(super) fn ask(&mut self, request: &[u8], method: &str) -> io::Result<Answer> {
        self.deadline = Instant::now() + TIME;
        self.stream.write_all(request)?;
        self.receive(method)
    }

    /// Sends the head and gives the server time to answer without the body. If the body came at once, chance would
    /// decide how much of it is there when a late answer is written.
    fn send_and_wait(&mut self, head: &[u8]) -> io::Result<()> {
        self.stream.write_all(head)?;
        let deadline = mem::replace(&mut self.deadline, Instant::now() + PATIENCE);
        while !self.is_answered() && self.read().is_ok_and(|count| count > 0) {}
        self.deadline = deadline;
        Ok(())
    }

    /// Returns whether more than an interim answer has come.
    fn is_answered(&self) -> bool {
        let end = self.ahead.windows(4).position(|end| end == b"\r\n\r\n");
        end.is_some_and(|end| self.ahead.len() > end + 4 || !self.ahead.starts_with(b"HTTP/1.1 1"))
    }

    fn receive(&mut self, method: &str) -> io::Result<Answer> {
        let mut interim = Vec::new();
        let mut answer = loop {
            let answer = self.head()?;
            if !(100..200).contains(&answer.status) || answer.status == 101 {
                break answer;
            }
            interim.push(answer.status_line);
        };
        answer.interim = interim;
        if method != "HEAD" && !matches!(answer.status, 101 | 204 | 304) {
            self.body(&mut answer)?;
        }
        Ok(answer)
    }

    fn head(&mut self) -> io::Result<Answer> {
        loop {
            let mut fields = [httparse::EMPTY_HEADER; 200];
            let mut head = httparse::Response::new(&mut fields);
            if let Status::Complete(length) = head.parse(&self.ahead).map_err(malformed)? {
                let status = head.code.unwrap_or_default();
                let (version, reason) = (head.version.unwrap_or_default(), head.reason.unwrap_or_default());
                let mut answer = Answer {
                    interim: Vec::new(),
                    status,
                    status_line: format!("HTTP/1.{version} {status} {reason}"),
                    fields: BTreeMap::new(),
                    body: Vec::new(),
                };
                answer.add(head.headers);
                self.ahead.drain(..length);
                return Ok(answer);
            }
            self.more()?;
        }
    }

    /// Reads the body (RFC 9112 §6.3).
    fn body(&mut self, answer: &mut Answer) -> io::Result<()> {
        if answer.has("transfer-encoding", "chunked") {
            return self.chunks(answer);
        }
        answer.body = match answer.length()? {
            Some(length) if !answer.fields.contains_key("transfer-encoding") => self.take(length)?,
            _ => self.rest()?,
        };
        Ok(())
    }

    /// Reads a chunked body (RFC 9112 §7.1). It does not keep where chunks end, because that depends on timing.
    fn chunks(&mut self, answer: &mut Answer) -> io::Result<()> {
        loop {
            let (start, size) = loop {
                match httparse::parse_chunk_size(&self.ahead).map_err(|error| malformed(error.to_string()))? {
                    Status::Complete(found) => break found,
                    Status::Partial => self.more()?,
                }
            };
            self.take(start)?;
            if size == 0 {
                return self.trailer(answer);
            }
            let size = usize::try_from(size).map_err(malformed)?;
            answer.body.extend(self.take(size)?);
            if answer.body.len() > SIZE {
                return Err(malformed("it has no end"));
            }
            if self.take(2)? != b"\r\n" {
                return Err(malformed("a chunk has no end"));
            }
        }
    }

    fn trailer(&mut self, answer: &mut Answer) -> io::Result<()> {
        loop {
            let mut fields = [httparse::EMPTY_HEADER; 200];
            if let Status::Complete((length, fields)) =
                httparse::parse_headers(&self.ahead, &mut fields).map_err(malformed)?
            {
                answer.add(fields);
                self.ahead.drain(..length);
                return Ok(());
            }
            self.more()?;
        }
    }

    fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < count {
            self.more()?;
        }
        Ok(self.ahead.drain(..count).collect())
    }

    fn rest(&mut self) -> io::Result<Vec<u8>> {
        while self.read()? > 0 {}
        Ok(mem::take(&mut self.ahead))
    }

    fn more(&mut self) -> io::Result<()> {
        match self.read()? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    fn read(&mut self) -> io::Result<usize> {
        if self.ahead.len() > SIZE {
            return Err(malformed("it has no end"));
        }
        self.stream.set_read_timeout(Some(left(self.deadline)?))?;
        let mut buffer = [0; 16 << 10];
        let count = self.stream.read(&mut buffer)?;
        self.ahead.extend_from_slice(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn write(mut stream: TcpStream, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.set_write_timeout(Some(left(deadline)?))?;
        let count = stream.write(bytes)?;
        bytes = bytes.get(count..).unwrap_or_default();
    }
    Ok(())
}

/// Returns the time until `deadline`.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Returns whether the error means that the answer took too long.
pub(super) fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Describes the error as a client sees it, in words that do not depend on timing.
pub(super) fn failure(error: &io::Error) -> String {
    match error.kind() {
        _ if is_late(error) => format!("no complete answer in {} seconds", TIME.as_secs()),
        ErrorKind::InvalidData => format!("an answer that is malformed: {error}"),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::NotConnected => "a connection that was closed before the answer was complete".to_owned(),
        _ => format!("no answer: {error}"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::net::TcpListener;

    use super::*;

    /// Returns what a client reads of an answer to `method`.
    fn read(method: &str, answer: &'static str) -> Result<Answer, String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            // The answer is sent in pieces, as it would come over a network.
            for piece in answer.as_bytes().chunks(7) {
                let _ = stream.write_all(piece);
            }
        });
        let answer = Connection::open(address).unwrap().ask(b"request", method);
        server.join().unwrap();
        answer.map_err(|error| failure(&error))
    }

    #[test]
    fn a_body_ends_where_the_head_says() {
        for (method, answer, body) in [
            ("GET", "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngone more", "gone"),
            ("GET", "HTTP/1.1 404 Not Found\r\n\r\ngone", "gone"),
            (
                "GET",
                "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n2\r\ngo\r\n2;a=b\r\nne\r\n0\r\n\r\n",
                "gone",
            ),
            ("HEAD", "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\n", ""),
            ("GET", "HTTP/1.1 204 No Content\r\n\r\nnone", ""),
            ("GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 4\r\n\r\n", ""),
        ] {
            assert_eq!(read(method, answer).unwrap().body, body.as_bytes(), "{answer}");
        }
    }

    #[test]
    fn what_comes_before_and_after_is_kept() {
        let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Nothing Here\r\nTransfer-Encoding: Chunked\r\n\
            Via: a\r\nVia: b\r\n\r\n0\r\nDigest: c\r\n\r\n";
        let answer = read("GET", answer).unwrap();
        assert_eq!(answer.interim, ["HTTP/1.1 100 Continue"]);
        assert_eq!((answer.status, &*answer.status_line), (404, "HTTP/1.1 404 Nothing Here"));
        assert_eq!(answer.fields.get("via").unwrap(), &[b"a", b"b"]);
        assert_eq!(answer.fields.get("digest").unwrap(), &[b"c"]);
    }

    #[test]
    fn a_bad_answer_is_none() {
        for answer in [
            "HTTP/1.1 404",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngo",
            "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n2\r\ngo\r\n",
        ] {
            let closed = "a connection that was closed before the answer was complete";
            assert_eq!(read("GET", answer).unwrap_err(), closed, "{answer}");
        }
        for answer in [
            "SSH-2.0-OpenSSH_9.9\r\n",
            "HTTP/1.1 404 Not Found\r\ncontent-length: +4\r\n\r\ngone",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 99999999999999999999999\r\n\r\ngone",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\ngone",
            "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n2\r\ngone\r\n",
        ] {
            let why = read("GET", answer).unwrap_err();
            assert!(why.starts_with("an answer that is malformed: "), "{answer}: {why}");
        }
    }
}
