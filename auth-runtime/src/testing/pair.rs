//! The requests of the check, and how they are sent and compared.

use std::{io, iter};

use actix_web::test::TestRequest;

use super::{
    answer::Answer,
    asked::Absent,
    difference::{Comparison, Difference, Ignored, Leaks, Outcome},
    server::TestServer,
    variation::{METHODS, Request, Variation, variations},
    varying::Varying,
    wire::{self, Connection},
};

/// How often what is absent is asked for again where there is a difference.
const AGAIN: usize = 3;

/// The requests for what is hidden and for what is absent.
pub(super) struct Pair<'a> {
    app: &'a TestServer,
    pub(super) hidden: Request,
    pub(super) absent: Request,
    /// The request that shows what varies: for another absent resource, if there is one.
    another: Request,
}

impl<'a> Pair<'a> {
    pub(super) fn of(app: &'a TestServer, hidden: TestRequest, Absent { first, another }: Absent) -> Self {
        let request = |request| Request::of(request, app.address());
        let (hidden, absent) = (request(hidden), request(first));
        let another = another.map_or_else(|| absent.clone(), request);
        Self { app, hidden, absent, another }
    }

    /// Checks that both requests are answered 404, so that there is something to compare.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_hidden = |request: &&Request| {
            // A resource is named by the path, or by a body.
            let named_alike = (&request.method, request.path()) == (&self.hidden.method, self.hidden.path());
            named_alike && request.body() == self.hidden.body()
        };
        if let Some(absent) = [&self.absent, &self.another].into_iter().find(is_hidden) {
            return Err(format!(
                "`{} {}` is hidden and absent at once; ask for something that does not exist as the absent thing",
                absent.method,
                absent.path()
            ));
        }
        for (who, request) in
            [(Who::Hidden, &self.hidden), (Who::Absent, &self.absent), (Who::Absent, &self.another)]
        {
            let (status, answer) = self.status(request);
            if status != 404 {
                let (what, method, path) = (who.what(), &request.method, request.path());
                let advice = advice(status, who);
                return Err(format!(
                    "{what} `{method} {path}` gets `{answer}` and not 404, so that comparing is worth nothing: {advice}"
                ));
            }
        }
        Ok(())
    }

    /// Checks that the owner asks for what is hidden, or that there is a reason for having no owner.
    pub(super) fn check_owner(&self, owner: &Result<Request, &str>) -> Result<(), String> {
        match owner {
            Ok(owner) if owner.path() != self.hidden.path() => Err(format!(
                "the owner asks for `{}`, and `{}` is hidden; let both ask for the same path",
                owner.path(),
                self.hidden.path()
            )),
            Err(reason) if reason.trim().is_empty() => {
                Err("`without_owner` has no reason; say why nobody gets what is hidden".to_owned())
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Checks that the owner gets what is hidden.
    pub(super) fn ask_owner(&self, owner: &Request) -> Result<(), String> {
        let (status, answer) = self.status(owner);
        if (200..300).contains(&status) {
            return Ok(());
        }
        let (what, method, path, advice) =
            (Who::Owner.what(), &owner.method, owner.path(), advice(status, Who::Owner));
        Err(format!(
            "{what} `{method} {path}` gets `{answer}` and no success, so that there may be nothing to hide: {advice}"
        ))
    }

    /// Returns the status of the answer, and the answer as text. The status is 0 if there is no answer.
    fn status(&self, request: &Request) -> (u16, String) {
        match self.send(request).answer {
            Ok(answer) => (answer.status, answer.status_line),
            Err(reason) => (0, reason),
        }
    }

    pub(super) fn compare(&self, ignored: &Ignored) -> Result<(), String> {
        let secrets = [&self.hidden, &self.absent, &self.another].map(Request::secrets).concat();
        let comparison = Comparison::new(ignored, secrets);
        let own = self.hidden.method.as_str();
        let variations = variations(own);
        let mut leaks = Leaks::default();
        for method in [own].into_iter().chain(METHODS.into_iter().filter(|method| *method != own)) {
            let variations = variations.iter();
            for variation in variations.filter(|variation| variation.method.is_none_or(|only| only == method))
            {
                let (differences, stuck) = self.differences(&comparison, method, variation);
                let name = format!("{method}, {}", variation.name);
                leaks.add(&name, differences);
                if stuck {
                    leaks.told(self.hidden.path(), self.absent.path())?;
                    return Err(format!(
                        "both get no complete answer in time, and so cannot be compared: {name}"
                    ));
                }
            }
        }
        leaks.told(self.hidden.path(), self.absent.path())
    }

    /// Finds the differences between the answers to one variation, without those that absent resources show too. The
    /// result says also whether there is no complete answer.
    fn differences(
        &self,
        comparison: &Comparison<'_>,
        method: &str,
        variation: &Variation,
    ) -> (Vec<Difference>, bool) {
        let send = |request: &Request| self.send(&request.vary(method, variation));
        // What grows with time, such as a counter, has grown between the first answer and each later one.
        let (absent, hidden) = (send(&self.absent), send(&self.hidden));
        let mut varying = Varying::default();
        let mut differences = comparison.differences(&hidden, &absent, &varying);
        let stuck = hidden.stuck || absent.stuck;
        for request in iter::repeat([&self.another, &self.absent]).flatten().take(AGAIN) {
            if stuck || !differences.iter().any(Difference::may_vary) {
                break;
            }
            if !comparison.learn(&mut varying, &absent, &send(request)) {
                break;
            }
            differences = comparison.differences(&hidden, &absent, &varying);
        }
        (differences, stuck)
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

/// Whose request has another status than it should have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Absent,
    Hidden,
    Owner,
}

impl Who {
    fn what(self) -> &'static str {
        match self {
            Self::Absent => "the absent",
            Self::Hidden => "the hidden",
            Self::Owner => "the owner's",
        }
    }
}

/// Returns what to do about the status.
fn advice(status: u16, who: Who) -> &'static str {
    match status {
        0 => "the application does not answer; look at its output",
        401 => {
            "the credential is refused, or there is none; present one of an issuer that the application trusts"
        }
        403 if who == Who::Owner => "the owner may not do so; take somebody who may",
        403 => "the denial is not hidden; let the attribute say `hide`",
        404 => {
            "the resource is absent, or was deleted by an earlier request, or the owner may not see it; take a path that \
             is there, and somebody who may see it, or say `without_owner(\"why\")`"
        }
        405 => "the path has no such method; take one that it has",
        200..=299 if who == Who::Hidden => "its principal may see it; take one that may not",
        200..=299 => "it is there; take a path that is not",
        300..=399 => "it is redirected; take the path that it leads to",
        400..=499 => {
            "the request is refused for another reason; take one that would be answered if it were allowed"
        }
        _ => "the application failed; look at its output",
    }
}
