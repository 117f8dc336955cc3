//! What has to be answered, said as plainly as possible. The oracle knows the guide and nothing of the runtime, not even
//! how a requirement is evaluated. A further feature is one more stage in `Asked::answer`, or a line in its stage.

mod answers;
mod callers;

use self::{
    answers::denied,
    callers::{dead, is_foreign, known, lacks, presented, proof, scopes_of},
};
use crate::{
    answer::*,
    description::{Place::*, *},
    desk::COOKIE,
    routing::{End, Place, hidden, place},
};

/// Says what `application` has to answer to `request`. `handlers` is the catalogue.
pub(crate) fn answer(application: &Application, handlers: &[Handler], request: &Request) -> Answer {
    let place = place(application, handlers, request);
    let mut asked =
        Asked { page: application.page, request, place: &place, passed: Vec::new(), seen: Seen::default() };
    let answer = asked.answer(handlers).unwrap_or_else(|denied| denied);
    // A request that was denied has not used its session.
    let (is_success, is_denied) = (answer.status < 400, answer.status >= 400 && answer.stage != "body");
    let cache = match answer.status {
        401 | 403 | 404 if !place.site.is_empty() => Some("no-store"),
        // Shared caches know of `Authorization` and of no other credential.
        _ => (asked.seen.elsewhere || asked.seen.session && !is_denied).then_some("private"),
    };
    Answer { cache, keeps_session: asked.seen.old_session && is_success, ..answer }
}

/// A request on its way.
struct Asked<'a> {
    page: Option<Page>,
    request: &'a Request,
    place: &'a Place<'a>,
    /// The requirements that were met, each with its authorizer.
    passed: Vec<(&'a Authorizer, &'a Tree)>,
    seen: Seen,
}

impl<'a> Asked<'a> {
    /// The stages of a request, in their order. An error is an answer as well, which ends the way early.
    fn answer(&mut self, handlers: &[Handler]) -> Result<Answer, Answer> {
        if let Some(gate) = self.place.gate {
            // The gate lets on who has no credential, a good one from anywhere, or a dead one that came by itself.
            match self.see(proof(gate, self.request)) {
                Ok(_) | Err((ANONYMOUS | CROSS_SITE, _)) => {}
                Err((_, scheme)) if scheme.is_some_and(Scheme::is_ambient) => {}
                Err(denial) => return Err(self.deny(gate, denial, Hide::Never, None, "gate")),
            }
        }
        for (authorizer, terms) in &self.place.groups {
            self.admit(authorizer, terms, "group")?;
        }
        let mut all = self.place.site.iter().flat_map(|api| hidden(&api.nodes, &api.authorizer, handlers));
        let fails = |of| matches!(proof(of, self.request), Err((UNAVAILABLE, _)));
        match self.place.end {
            End::Handler(authorizer, handler) => self.handle(authorizer, handler),
            End::Open => Ok(self.run("open", &[], Outcome::Shown)),
            // What is hidden from everybody fails if its provider does, so what does not exist fails as well.
            End::Nothing if all.any(|(of, hide)| hide == Hide::Anonymous && fails(of)) => {
                Err(denied(&Authorizer::default(), (UNAVAILABLE, None), &[], "unmapped"))
            }
            // Where there is no `Api`, nobody answers but actix-web.
            End::Nothing => Ok(self.absent(if self.place.site.is_empty() { "nobody" } else { "unmapped" })),
        }
    }

    /// Notes what was found out about the caller.
    fn see(&mut self, found: Result<Caller<'a>, Denial<'a>>) -> Result<Caller<'a>, Denial<'a>> {
        let (why, scheme) = found.as_ref().map_or_else(|it| *it, |caller| (ALLOWED, Some(caller.scheme)));
        let is = |of: fn(&Scheme) -> bool| scheme.is_some_and(of);
        // The guide does not say so of a caller whom another site sends.
        self.seen.elsewhere |= [ALLOWED, CROSS_SITE].contains(&why) && is(|it| it.place != Authorization);
        let is_away = why == UNAVAILABLE && self.request.away;
        let is_session = is(|it| matches!(it.proof, Proof::Sessions(_))) && why != MALFORMED && !is_away;
        self.seen.session |= is_session;
        self.seen.old_session |= is_session && [ALLOWED, UNAVAILABLE].contains(&why) && self.is_old();
        found
    }

    /// Says whether the use of the session has to be noted.
    fn is_old(&self) -> bool {
        let is_old = |it: &Text| matches!(it, Text::Session(it) if self.request.at >= it.used + NOTED_AFTER);
        self.request.elsewhere.iter().any(|(_, text)| is_old(text))
    }

    /// Lets in who meets the requirement of a group or a handler.
    fn admit(&mut self, of: &'a Authorizer, own: &'a (Tree, Hide), at: Stage) -> Result<Caller<'a>, Answer> {
        let (tree, hide) = own;
        let met =
            self.see(proof(of, self.request)).and_then(|caller| lacks(tree, &caller).map_or(Ok(caller), Err));
        let caller = met.map_err(|denial| self.deny(of, denial, *hide, Some(tree), at))?;
        self.passed.push((of, tree));
        Ok(caller)
    }

    /// Says no, or that nothing is there. `own` is required beside what was met.
    fn deny(&self, of: &Authorizer, why: Denial<'_>, hide: Hide, own: Option<&Tree>, at: Stage) -> Answer {
        let is_concealed = match why.0.1 {
            400 | 401 => hide == Hide::Anonymous,
            403 => hide != Hide::Never,
            status => status == 404,
        };
        if is_concealed {
            return self.absent(at);
        }
        // Whoever must not know of an operation is told none of its scopes, and a dead credential does not lack scopes.
        if hide != Hide::Never || ![ANONYMOUS, LACKING].contains(&why.0) {
            return denied(of, why, &[], at);
        }
        let (caller, mut scopes) = (proof(of, self.request).ok(), Vec::new());
        // The scopes of another authorizer are those of another credential.
        let met = self.passed.iter().filter(|(other, _)| *other == of).map(|(_, tree)| *tree);
        for scope in met.chain(own).filter_map(|tree| scopes_of(tree, caller.as_ref())).flatten() {
            scopes.extend((!scopes.contains(&scope)).then_some(scope));
        }
        denied(of, why, &scopes, at)
    }

    /// Returns the one answer to everything that is absent or hidden.
    fn absent(&self, stage: Stage) -> Answer {
        let page = self.page.filter(|_| stage != "nobody");
        let (kind, body, field) = page.map_or(("", "", None), Page::parts);
        Answer { status: 404, body: Some((kind, body.to_owned())), field, stage, ..Answer::default() }
    }

    /// The stages of a handler: its attribute, its arguments one after the other, its rule.
    fn handle(&mut self, of: &'a Authorizer, handler: &'a Handler) -> Result<Answer, Answer> {
        // Inside, a public handler hides as the group around it, of which the guide says nothing.
        let terms = handler.terms.as_ref().or(self.place.groups.last().map(|(_, terms)| *terms));
        let hide = terms.map_or(Hide::Never, |(_, hide)| *hide);
        let caller = handler.terms.as_ref().map(|terms| self.admit(of, terms, "handler")).transpose()?;
        let mut shown = Vec::new();
        for argument in &handler.arguments {
            shown.push(match (*argument, &caller) {
                (Argument::Principal, Some(caller)) => caller.shown(),
                (Argument::Maybe | Argument::Attempt, _) => match self.see(proof(of, self.request)) {
                    Ok(caller) => caller.shown(),
                    Err(_) if *argument == Argument::Maybe => "nobody".to_owned(),
                    Err((why, _)) => why.0.to_owned(),
                },
                (Argument::Session, _) => match self.open(of) {
                    Err(why) => return Err(self.deny(of, (why, None), hide, None, "session")),
                    Ok(text) => text.to_owned(),
                },
                (Argument::Claims, Some(caller)) => match &caller.grants.tenant {
                    Some(tenant) => tenant.clone(),
                    None => return Err(self.deny(of, (FORBIDDEN, None), hide, None, "claims")),
                },
                (Argument::Item, _) => match self.request.body {
                    Body::Item(price) => price.to_string(),
                    _ => return Err(Answer { status: 400, stage: "body", ..Answer::default() }),
                },
                (resource, Some(caller)) => match self.access(resource, caller) {
                    Ok(name) => name,
                    Err((why, _)) if resource == Argument::TryEdit => why.0.to_owned(),
                    Err(why) => {
                        return Err(self.deny(of, why, Hide::Never, Some(&action(resource)), "resource"));
                    }
                },
                (_, None) => unreachable!("the argument needs a principal"),
            });
        }
        match handler.rule.and_then(|rule| self.breaks(rule, caller.as_ref())) {
            // A rule says nothing of scopes.
            Some(LACKING) => Err(denied(of, (LACKING, caller.map(|it| it.scheme)), &[], "rule")),
            Some(why) => Err(self.deny(of, (why, None), Hide::Never, None, "rule")),
            None => Ok(self.run(handler.name, &shown, handler.outcome)),
        }
    }

    /// Opens the session of the browser, and says whether somebody has logged in there.
    fn open(&mut self, of: &'a Authorizer) -> Result<&'static str, Why> {
        let place = Cookie(COOKIE.to_owned());
        let anyone = Scheme { ambient: true, ..Scheme::default() };
        if is_foreign(of.schemes.iter().find(|it| it.place == place).unwrap_or(&anyone), self.request) {
            return Err(CROSS_SITE);
        }
        self.seen.session = true;
        let decides = presented(of, self.request);
        let by = decides.map_or_else(|(_, by)| Some(by), |found| found.map(|(by, _)| Some(by)));
        let made = match self.request.texts(&place).as_slice() {
            // Where another credential decides, good or not, the session is empty.
            [Text::Session(made)] if by.is_none_or(|by| by.is_some_and(|by| by.place == place)) => made,
            _ => return Ok("no session"),
        };
        // The scheme may refuse a session that lives.
        let refusal =
            || known(of, self.request).err().filter(|(_, by)| by.is_some_and(|it| it.place == place));
        match dead(made, self.request) {
            Some(Known::Down) => Err(UNAVAILABLE),
            Some(_) => Ok("no session"),
            None => match refusal() {
                Some((UNAVAILABLE, _)) => Err(UNAVAILABLE),
                // Nobody accepts a login that no scheme reads.
                None if by.is_some() => {
                    self.seen.old_session |= self.is_old();
                    Ok("a session")
                }
                _ => {
                    self.seen.old_session = false;
                    Ok("no session")
                }
            },
        }
    }

    fn run(&self, name: &'static str, shown: &[String], outcome: Outcome) -> Answer {
        let (status, stage) = match outcome {
            Outcome::Shown => (200, "allowed"),
            Outcome::Refusal => (403, "refusal"),
            Outcome::NotFound => return Answer { ran: Some(name), ..self.absent("not found") },
        };
        let body = Some(("text/plain; charset=utf-8", [&[name.to_owned()], shown].concat().join(", ")));
        Answer { status, body, ran: Some(name), stage, ..Answer::default() }
    }

    /// Loads a resource and asks whether the caller sees it and may act on it.
    fn access(&self, resource: Argument, caller: &Caller<'a>) -> Result<String, Denial<'a>> {
        let parameters = &self.place.parameters;
        let name = match resource {
            Argument::Team => parameters.get("team"),
            Argument::Page => parameters.get("page"),
            _ => parameters.values().next().filter(|_| parameters.len() == 1),
        };
        let name = name.ok_or((FAILED, None))?;
        let (is_owner, is_seen, locked) = match stored(name) {
            _ if resource == Argument::Team => {
                let team = TEAMS.iter().find(|(known, _)| known == name);
                (false, team.is_some_and(|(_, members)| members.iter().any(|it| caller.is(it))), false)
            }
            Some(Stored::Fails) => return Err((FAILED, None)),
            Some(Stored::IsDown) => return Err((UNAVAILABLE, None)),
            Some(Stored::Document { owner, locked }) => {
                let is_auditor = caller.grants.roles.iter().any(|role| role == "auditor");
                (caller.is(owner), caller.is(owner) || is_auditor, locked)
            }
            None | Some(Stored::Denies) => return Err((ABSENT, None)),
        };
        match lacks(&action(resource), caller) {
            _ if !is_seen || resource == Argument::Vanish => Err((ABSENT, None)),
            _ if [Argument::Team, Argument::Read].contains(&resource) => Ok(name.clone()),
            Some(denial) => Err(denial),
            None if locked || !is_owner => Err((FORBIDDEN, None)),
            None => Ok(name.clone()),
        }
    }

    /// Asks a handler's rule, and returns why it says no.
    fn breaks(&self, rule: Rule, caller: Option<&Caller<'_>>) -> Option<Why> {
        let is = |name: &str| caller.is_some_and(|caller| caller.is(name));
        let document = self.place.parameters.values().next().and_then(|id| stored(id));
        match (rule, self.request.body, document) {
            (Rule::Alice, ..) if is("alice") => None,
            (Rule::Owner, _, Some(Stored::Document { owner, .. })) if is(owner) => None,
            (Rule::Cheap, Body::Item(..100), _) => None,
            (Rule::Cheap, Body::Item(403), _) => Some(LACKING),
            (Rule::Cheap, Body::Item(404), _) => Some(ABSENT),
            (Rule::Cheap, Body::Item(500), _) => Some(FAILED),
            (Rule::Cheap, Body::Item(503), _) => Some(UNAVAILABLE),
            _ => Some(FORBIDDEN),
        }
    }
}
