//! The variations of a request that are sent for both resources.

use std::{net::SocketAddr, pin::pin, task};

use actix_web::{
    body::{BodyStream, to_bytes},
    test::TestRequest,
    web::Bytes,
};

/// The methods that are tried in addition to the request's own. The last one does not exist.
pub(super) const METHODS: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "FROBNICATE"];

/// The size of a huge body in bytes, which is more than actix-web and most applications accept.
const HUGE: usize = 4 << 20;

/// A request that can be sent more than once.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    fields: Vec<(String, Vec<u8>)>,
    body: Bytes,
    chunked: bool,
}

impl Request {
    /// Copies the method, target, fields and body of `request`. Fields about the body's length are left out, because
    /// [`head`](Self::head) writes them.
    pub(super) fn of(request: TestRequest, address: SocketAddr) -> Self {
        let (request, payload) = request.to_http_parts();
        // The body is in memory, so it is ready at the first poll.
        let body = pin!(to_bytes(BodyStream::new(payload)));
        let body = match body.poll(&mut task::Context::from_waker(task::Waker::noop())) {
            task::Poll::Ready(Ok(body)) => body,
            _ => Bytes::new(),
        };
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let fields = request.headers().iter();
        let fields = fields.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()));
        let mut this = Self {
            method: request.method().to_string(),
            target: target.to_owned(),
            fields: fields.collect(),
            body,
            chunked: false,
        };
        this.remove("content-length");
        this.remove("transfer-encoding");
        if this.value("host").is_none() {
            let host = request.uri().authority().map_or_else(|| address.to_string(), ToString::to_string);
            this.set("host", host);
        }
        this
    }

    /// Returns the path without the query, because a query may be private.
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the texts that must not be shown, each with and without the name of its scheme. Any field may hold a
    /// credential, but for those that browsers fill in, and so may the query.
    pub(super) fn secrets(&self) -> Vec<String> {
        let is_open = |name: &str| {
            ["host", "origin", "referer", "user-agent", "range", "expect", "connection"].contains(&name)
                || ["accept", "content-", "if-", "sec-"].iter().any(|start| name.starts_with(start))
        };
        let fields = self.fields.iter().filter(|(name, _)| !is_open(name));
        let values = fields.map(|(_, value)| String::from_utf8_lossy(value).into_owned());
        let query = self.target.split_once('?').map_or("", |(_, query)| query).split('&');
        let query = query.filter_map(|pair| pair.split_once('=').map(|(_, value)| value.to_owned()));
        let values = values.chain(query).flat_map(|value| {
            let bare = value.split_once(' ').map(|(_, bare)| bare.trim().to_owned());
            [Some(value), bare].into_iter().flatten()
        });
        // A text of fewer than four characters is no secret, and masking it would hide half of a message.
        values.filter(|secret| secret.len() >= 4).collect()
    }

    /// Copies the request with another method and without its body.
    pub(super) fn plain(&self, method: &str) -> Self {
        let mut this = Self { method: method.to_owned(), body: Bytes::new(), chunked: false, ..self.clone() };
        this.remove("content-type");
        this.remove("expect");
        this
    }

    pub(super) fn vary(&self, method: &str, variation: &Variation) -> Self {
        let mut this = Self { method: method.to_owned(), ..self.clone() };
        for (name, value) in &variation.fields {
            this.set(name, value.as_str());
        }
        match &variation.body {
            Body::None => this = this.plain(method),
            Body::Any | Body::Chunked if this.body.is_empty() => this.replace("{}".into()),
            Body::Own | Body::Any | Body::Chunked => {}
            Body::Other(body) => this.replace(body.clone()),
        }
        this.chunked = matches!(variation.body, Body::Chunked);
        this
    }

    fn replace(&mut self, body: Bytes) {
        self.body = body;
        if self.value("content-type").is_none() {
            self.set("content-type", "application/json");
        }
    }

    /// Returns whether the body waits until the server has had time to ask for it.
    pub(super) fn expects(&self) -> bool {
        self.value("expect").is_some()
    }

    /// Returns the bytes of the head.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.fields {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if self.chunked {
            head.extend_from_slice(b"transfer-encoding: chunked\r\n");
        } else if !self.body.is_empty() {
            head.extend(format!("content-length: {}\r\n", self.body.len()).into_bytes());
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// Returns the bytes of the body.
    pub(super) fn body(&self) -> Bytes {
        if !self.chunked {
            return self.body.clone();
        }
        let (first, second) = self.body.split_at(self.body.len().div_ceil(2));
        let mut body = Vec::new();
        for chunk in [first, second].into_iter().filter(|chunk| !chunk.is_empty()) {
            body.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            body.extend([chunk, b"\r\n"].concat());
        }
        body.extend_from_slice(b"0\r\n\r\n");
        body.into()
    }

    fn value(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_slice())
    }

    fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.remove(name);
        self.fields.push((name.to_owned(), value.into()));
    }

    fn remove(&mut self, name: &str) {
        self.fields.retain(|(other, _)| other != name);
    }
}

/// A change to a request. A field of the request stays as it is unless the variation sets it.
pub(super) struct Variation {
    pub(super) name: String,
    /// The only method that the variation is for; `None` for all methods.
    pub(super) method: Option<&'static str>,
    fields: Vec<(&'static str, String)>,
    body: Body,
}

enum Body {
    Own,
    None,
    /// The request's own body, or an empty JSON object if it has none.
    Any,
    Chunked,
    Other(Bytes),
}

/// Returns the variations that are sent with each method. The first one changes nothing. `method` is the method that a
/// preflight asks about.
pub(super) fn variations(method: &str) -> Vec<Variation> {
    let variation = |name: &str, fields: &[(&'static str, &str)], body| Variation {
        name: name.to_owned(),
        method: None,
        fields: fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        body,
    };
    let mut all = vec![variation("as it is", &[], Body::Own)];
    for field in [
        ("accept", "text/html"),
        ("accept", "application/json"),
        ("accept", "image/png"),
        ("accept-language", "de"),
        ("accept-encoding", "gzip"),
        ("accept-encoding", "br"),
        ("accept-encoding", "identity;q=0"),
        ("origin", "https://elsewhere.example"),
        ("if-match", "*"),
        ("if-none-match", "*"),
        ("if-modified-since", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("range", "bytes=0-0"),
    ] {
        all.push(variation(&format!("`{}: {}`", field.0, field.1), &[field], Body::Own));
    }
    let preflight = [("origin", "https://elsewhere.example"), ("access-control-request-method", method)];
    all.push(Variation { method: Some("OPTIONS"), ..variation("a preflight", &preflight, Body::None) });
    let (json, huge) = (("content-type", "application/json"), format!("\"{}\"", "x".repeat(HUGE)));
    all.extend([
        variation("no body", &[], Body::None),
        variation("a malformed body", &[json], Body::Other("{".into())),
        variation("a body of another type", &[("content-type", "text/plain")], Body::Other("text".into())),
        variation("a huge body", &[], Body::Other(huge.into())),
        variation("a chunked body", &[], Body::Chunked),
        variation("`expect: 100-continue`", &[("expect", "100-continue")], Body::Any),
    ]);
    all
}
