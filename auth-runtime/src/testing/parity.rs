//! The check that a hidden resource cannot be told from an absent one.

use std::collections::BTreeSet;

use actix_web::test::TestRequest;

use super::{
    asked::{Absent, Owner},
    difference::Ignored,
    pair::Pair,
    server::TestServer,
    timing::{self, Timing},
    variation::Request,
};

/// Asserts that a hidden resource cannot be told from an absent one. `hidden` is a request for a resource that its
/// principal must not know of, and `absent` is the same request for a resource that does not exist. `owner` is the request
/// of somebody who gets the hidden resource, which shows that there is something to hide.
///
/// Both requests are sent over TCP with every method, and with some twenty variations of each. The variations are other
/// preferences, conditions, ranges and origins, a preflight, a body that is missing, malformed, huge, chunked or of
/// another type, and `expect: 100-continue`. A field of the request stays as it is unless the variation changes it.
///
/// The check compares the status line, the fields, the body, and whether the connection is good for another request.
/// `date` is not compared. The order of fields with different names is not compared either, because actix-web stores
/// fields in randomly seeded tables.
///
/// Where the answers differ, `absent` is sent again, three times at most. What differs between two answers about what is
/// absent, such as a request id in a field or in the body, is no difference. Two requests for absent resources,
/// `[absent, another]`, show also what repeats the path. Only words are left out so, and not the text around them. Fields
/// that count requests, such as `x-ratelimit-remaining`, are always compared: a limit may count one of the two only.
///
/// Cookies that are set are compared by name, value and attributes. An encrypted value, which is another one each time,
/// excuses no other cookie and no attribute.
///
/// `owner` is sent once and last, so it may delete the resource. Its method may be another one, such as GET. If nobody
/// gets the resource, [`without_owner`](super::without_owner) says why.
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
/// let owner = || {
///     let alice = issuer.token("alice").scope("orders:write");
///     TestRequest::patch().uri("/orders/1").insert_header(alice.authorization()).set_json("tea")
/// };
/// assert_hidden(&app, request("/orders/1"), [request("/orders/998"), request("/orders/999")], owner());
/// assert_hidden(&app, request("/orders/1"), request("/nothing"), owner());
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// Panics if an answer differs. The message says which answer, what differs, and why that tells the two apart. Panics
/// also if `hidden` or `absent` is not answered 404 in its unchanged form, because then there is nothing to compare; if
/// `owner` has another path than `hidden`, or is not answered with a success (2xx); and if the reason for having no owner
/// is empty. The message leaves out the values of `authorization`, `proxy-authorization` and `cookie`.
///
/// # Design
/// The check blocks its thread, even in an asynchronous test. Anything else that the application needs, such as a
/// server in place of another service, has to run in another thread. The check takes a few seconds. It gives up on a
/// request that is not answered within 20 seconds.
///
/// The check does not compare how long the answers take; [`Parity::timing`] measures it.
#[track_caller]
pub fn assert_hidden(
    app: &TestServer,
    hidden: TestRequest,
    absent: impl Into<Absent>,
    owner: impl Into<Owner>,
) {
    Parity::new().assert_hidden(app, hidden, absent, owner);
}

/// The settings of [`assert_hidden`]: what is ignored, and how often the time is measured.
///
/// # Example
/// ```
/// use actix_web::{App, HttpRequest, HttpResponse, test::TestRequest, web};
/// use auth_runtime::{TestServer, testing::{Parity, without_owner}};
/// use serde_json::json;
///
/// async fn nothing(request: HttpRequest) -> HttpResponse {
///     let body = json!({ "title": "not found", "instance": request.path() });
///     HttpResponse::NotFound().insert_header(("x-shard", request.path().len())).json(body)
/// }
///
/// let app = TestServer::start(|| App::new().default_service(web::to(nothing)));
/// let request = |path| TestRequest::get().uri(path);
/// Parity::new().ignore("x-shard").ignore("/instance").assert_hidden(
///     &app,
///     request("/orders/1"),
///     request("/orders/999"),
///     without_owner("this application has no orders"),
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Parity {
    ignored: Ignored,
    rounds: u32,
}

impl Parity {
    /// Makes the default settings: only `date` is ignored, and each request is measured 1000 times.
    pub fn new() -> Self {
        let fields = BTreeSet::from(["date".to_owned()]);
        Self { ignored: Ignored { fields, pointers: BTreeSet::new() }, rounds: 1000 }
    }

    /// Ignores a field, such as `x-request-id`, or a value in JSON bodies: `/instance` is a JSON pointer (RFC 6901), which
    /// begins with a slash as no name of a field does.
    ///
    /// Bodies are compared as JSON then, without white space and without the order of members. Whether there is such a
    /// value at all is still compared.
    pub fn ignore(mut self, what: impl AsRef<str>) -> Self {
        let what = what.as_ref();
        if what.starts_with('/') {
            self.ignored.pointers.insert(what.to_owned());
        } else {
            self.ignored.fields.insert(what.to_ascii_lowercase());
        }
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
    pub fn assert_hidden(
        &self,
        app: &TestServer,
        hidden: TestRequest,
        absent: impl Into<Absent>,
        owner: impl Into<Owner>,
    ) {
        let Owner(owner) = owner.into();
        let owner = owner.map(|owner| Request::of(owner, app.address()));
        let pair = Pair::of(app, hidden, absent.into());
        let checked = pair.check_owner(&owner).and_then(|()| pair.check());
        let checked = checked.and_then(|()| pair.compare(&self.ignored));
        // The owner comes last, because the owner's request may delete the resource.
        if let Err(message) = checked.and_then(|()| owner.map_or(Ok(()), |owner| pair.ask_owner(&owner))) {
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
        let pair = Pair::of(app, hidden, absent.into());
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
