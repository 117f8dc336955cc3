//! The check that a hidden resource cannot be told from an absent one.

use std::{collections::BTreeSet, io};

use actix_web::test::TestRequest;

use super::{
    answer::Answer,
    difference::{Comparison, Leaks, Outcome},
    server::TestServer,
    timing::{self, Timing},
    variation::{METHODS, Request, variations},
    wire::{self, Connection},
};

/// Asserts that a hidden resource cannot be told from an absent one. `hidden` is a request for a resource that its
/// principal must not know of, and `absent` is the same request for a resource that does not exist.
///
/// Both requests are sent over TCP with every method, and with some twenty variations of each. The variations are other
/// preferences, conditions, ranges and origins, a preflight, a body that is missing, malformed, huge, chunked or of
/// another type, and `expect: 100-continue`. A field of the request stays as it is unless the variation changes it.
///
/// The check compares the status line, the fields, the body, and whether the connection is good for another request.
/// `date` is not compared. The order of fields with different names is not compared either, because actix-web stores
/// fields in randomly seeded tables.
///
/// # Example
/// ```
/// use actix_web::{App, Either, patch, test::TestRequest, web};
/// use auth_runtime::{
///     require_scope, testing::assert_hidden, Api, ConfigError, NotFound, TestIssuer, TestServer,
/// };
///
/// #[require_scope("orders:write", hide)]
/// #[patch("/orders/{id}")]
/// async fn change(id: web::Path<u64>, _item: web::Json<String>) -> Either<&'static str, NotFound> {
///     if *id == 1 { Either::Left("changed") } else { Either::Right(NotFound) }
/// }
///
/// # fn main() -> Result<(), ConfigError> {
/// let issuer = TestIssuer::new();
/// let api = Api::new(issuer.authorizer()?, |routes| {
///     routes.service(change);
/// })?;
/// let app = TestServer::start(move || App::new().configure(api.routes()));
///
/// let stranger = issuer.token("carol");
/// let request = |path| TestRequest::patch().uri(path).insert_header(stranger.authorization()).set_json("tea");
/// assert_hidden(&app, request("/orders/1"), request("/orders/999"));
/// assert_hidden(&app, request("/orders/1"), request("/nothing"));
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// Panics if an answer differs. The message says which answer, what differs, and why that tells the two apart. Panics
/// also if one of the two requests is not answered 404 in its unchanged form, because then there is nothing to compare.
/// The message leaves out the values of `authorization`, `proxy-authorization` and `cookie`.
///
/// # Design
/// The check blocks its thread, even in an asynchronous test. Anything else that the application needs, such as a
/// server in place of another service, has to run in another thread. The check takes a few seconds. It gives up on a
/// request that is not answered within 20 seconds.
///
/// The check does not compare how long the answers take; [`Parity::timing`] measures it.
#[track_caller]
pub fn assert_hidden(app: &TestServer, hidden: TestRequest, absent: TestRequest) {
    Parity::new().assert_hidden(app, hidden, absent);
}

/// The settings of [`assert_hidden`]: which fields are ignored, and how often the time is measured.
///
/// # Example
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use actix_web::{App, dev::Service, http::header, test::TestRequest};
/// use auth_runtime::{testing::Parity, TestServer};
///
/// static NUMBER: AtomicU64 = AtomicU64::new(0);
///
/// let app = TestServer::start(|| {
///     App::new().wrap_fn(|request, service| {
///         let answer = service.call(request);
///         async {
///             let mut answer = answer.await?;
///             let (name, number) = ("x-request-id", NUMBER.fetch_add(1, Ordering::Relaxed));
///             answer.headers_mut().insert(header::HeaderName::from_static(name), number.into());
///             Ok(answer)
///         }
///     })
/// });
/// let (hidden, absent) = (TestRequest::get().uri("/orders/1"), TestRequest::get().uri("/orders/999"));
/// Parity::new().ignore("x-request-id").assert_hidden(&app, hidden, absent);
/// ```
#[derive(Clone, Debug)]
pub struct Parity {
    ignored: BTreeSet<String>,
    rounds: u32,
}

impl Parity {
    /// Makes the default settings: only `date` is ignored, and each request is measured 1000 times.
    pub fn new() -> Self {
        Self { ignored: BTreeSet::from(["date".to_owned()]), rounds: 1000 }
    }

    /// Ignores a field that differs in every answer, such as a request id.
    pub fn ignore(mut self, name: impl AsRef<str>) -> Self {
        self.ignored.insert(name.as_ref().to_ascii_lowercase());
        self
    }

    /// Sets how often each request is measured, at least once.
    pub fn rounds(mut self, rounds: u32) -> Self {
        self.rounds = rounds.max(1);
        self
    }

    /// Runs [`assert_hidden`] with these settings.
    ///
    /// # Panics
    /// Panics if [`assert_hidden`] would.
    #[track_caller]
    pub fn assert_hidden(&self, app: &TestServer, hidden: TestRequest, absent: TestRequest) {
        let pair = Pair::of(app, hidden, absent);
        if let Err(message) = pair.check().and_then(|()| pair.compare(&self.ignored)) {
            fail(&message);
        }
    }

    /// Measures how long the two requests of [`assert_hidden`] take. The result is a report and not a verdict: there is
    /// always some difference, and how much is too much depends on who measures and how often.
    ///
    /// The two requests are sent in turn on one connection that is kept alive. Some requests at the start are not
    /// counted.
    ///
    /// # Example
    /// ```
    /// use actix_web::{App, test::TestRequest};
    /// use auth_runtime::{testing::Parity, TestServer};
    ///
    /// let app = TestServer::start(App::new);
    /// let (hidden, absent) = (TestRequest::get().uri("/orders/1"), TestRequest::get().uri("/orders/999"));
    /// let timing = Parity::new().rounds(100).timing(&app, hidden, absent);
    /// assert_eq!(timing.rounds, 100);
    /// // Such as: hidden 61.2µs, absent 60.9µs (medians of 100), effect +0.030 (negligible)
    /// println!("{timing}");
    /// ```
    ///
    /// # Panics
    /// Panics if one of the two requests is not answered, or not with 404.
    #[track_caller]
    pub fn timing(&self, app: &TestServer, hidden: TestRequest, absent: TestRequest) -> Timing {
        let pair = Pair::of(app, hidden, absent);
        match pair
            .check()
            .and_then(|()| timing::measure(app.address(), &pair.hidden, &pair.absent, self.rounds))
        {
            Ok(timing) => timing,
            Err(message) => fail(&message),
        }
    }
}

impl Default for Parity {
    fn default() -> Self {
        Self::new()
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "it is for tests, which fail by panicking")]
fn fail(message: &str) -> ! {
    panic!("{message}")
}

struct Pair<'a> {
    app: &'a TestServer,
    hidden: Request,
    absent: Request,
}

impl<'a> Pair<'a> {
    fn of(app: &'a TestServer, hidden: TestRequest, absent: TestRequest) -> Self {
        let [hidden, absent] = [hidden, absent].map(|request| Request::of(request, app.address()));
        Self { app, hidden, absent }
    }

    /// Checks that both requests are answered 404, so that there is something to compare.
    fn check(&self) -> Result<(), String> {
        for (what, request) in [("hidden", &self.hidden), ("absent", &self.absent)] {
            let (method, path) = (&request.method, request.path());
            let (status, answer) = match self.send(request).answer {
                Ok(answer) if answer.status == 404 => continue,
                Ok(answer) => (answer.status, answer.status_line),
                Err(reason) => (0, reason),
            };
            let advice = advice(status, what == "hidden");
            return Err(format!(
                "the {what} `{method} {path}` gets `{answer}` and not 404, so that comparing is worth nothing: {advice}"
            ));
        }
        Ok(())
    }

    fn compare(&self, ignored: &BTreeSet<String>) -> Result<(), String> {
        let secrets = [&self.hidden, &self.absent].map(Request::secrets).concat();
        let comparison = Comparison { ignored, secrets };
        let own = self.hidden.method.as_str();
        let variations = variations(own);
        let mut leaks = Leaks::default();
        for method in [own].into_iter().chain(METHODS.into_iter().filter(|method| *method != own)) {
            let variations = variations.iter();
            for variation in variations.filter(|variation| variation.method.is_none_or(|only| only == method))
            {
                let [hidden, absent] =
                    [&self.hidden, &self.absent].map(|request| self.send(&request.vary(method, variation)));
                let name = format!("{method}, {}", variation.name);
                leaks.add(&name, comparison.differences(&hidden, &absent));
                if hidden.stuck || absent.stuck {
                    leaks.told(self.hidden.path(), self.absent.path())?;
                    return Err(format!(
                        "both get no complete answer in time, and so cannot be compared: {name}"
                    ));
                }
            }
        }
        leaks.told(self.hidden.path(), self.absent.path())
    }

    /// Sends a request on a connection of its own, and then a second request, which is always the same.
    fn send(&self, request: &Request) -> Outcome {
        let (answer, next) = match Connection::open(self.app.address()) {
            Ok(connection) => self.send_on(connection, request),
            Err(error) => (Err(error), Err(io::ErrorKind::NotConnected.into())),
        };
        let stuck = [answer.as_ref().err(), next.as_ref().err()].into_iter().flatten().any(wire::is_late);
        let next = next.map_or_else(|error| wire::failure(&error), |next| next.status_line);
        Outcome { answer: answer.map_err(|error| wire::failure(&error)), next, stuck }
    }

    fn send_on(
        &self,
        mut connection: Connection,
        request: &Request,
    ) -> (io::Result<Answer>, io::Result<Answer>) {
        let (answer, sent) =
            connection.exchange(&request.head(), &request.body(), &request.method, request.expects());
        let next = match &answer {
            Ok(answer) if sent && !answer.closes() => connection.ask(&self.absent.plain("GET").head(), "GET"),
            _ => Err(io::ErrorKind::NotConnected.into()),
        };
        (answer, next)
    }
}

/// Returns what to do about a status that is not 404.
fn advice(status: u16, hidden: bool) -> &'static str {
    match status {
        0 => "the application does not answer; look at its output",
        401 => {
            "the credential is refused, or there is none; present one of an issuer that the application trusts"
        }
        403 => "the denial is not hidden; let the attribute say `hide`",
        405 => "the path has no such method; take one that it has",
        200..=299 if hidden => "its principal may see it; take one that may not",
        200..=299 => "it is there; take a path that is not",
        300..=399 => "it is redirected; take the path that it leads to",
        400..=499 => {
            "the request is refused for another reason; take one that would be answered if it were allowed"
        }
        _ => "the application failed; look at its output",
    }
}
