//! What has to be answered, said as plainly as possible. The oracle knows the guide and nothing of the runtime, not even
//! how a requirement is evaluated. A further feature is one more stage in `Asked::answer`, or a line in its stage.

mod answers;
mod callers;

use self::{
    answers::denied,
    callers::{is_foreign, known, lacks, lives, presented, proof, scopes_of},
};
use crate::{
    answer::*,
    description::{
        Place::{Authorization, Cookie},
        *,
    },
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

/// What was found out about the caller on the way.
#[derive(Default)]
struct Seen {
    /// Whether somebody was known by a credential outside `Authorization`.
    elsewhere: bool,
    /// Whether somebody looked for a session, and whether a session was found whose use has to be noted.
    session: bool,
    old_session: bool,
}

impl<'a> Asked<'a> {
    /// The stages of a request, in their order. An error is an answer as well, which ends the way early.
    fn answer(&mut self, handlers: &[Handler]) -> Result<Answer, Answer> {
        if let Some(gate) = self.place.gate {
            // The gate lets on who has no credential, a good one, or a dead one that came by itself.
            match self.see(known(gate, self.request)) {
                Ok(_) => {}
                Err((why, scheme)) if why == ANONYMOUS || scheme.is_some_and(Scheme::is_ambient) => {}
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
        let (scheme, why) = match &found {
            Ok(caller) => (Some(caller.scheme), None),
            Err((why, scheme)) => (*scheme, Some(*why)),
        };
        // The guide does not say so of a caller whom another site sends.
        let is_known = why.is_none_or(|why| why == CROSS_SITE);
        self.seen.elsewhere |= is_known && scheme.is_some_and(|it| it.place != Authorization);
        if scheme.is_some_and(|it| matches!(it.proof, Proof::Sessions(_))) && why != Some(MALFORMED) {
            let is_found = why != Some(UNAVAILABLE) || !self.request.away;
            self.seen.session |= is_found;
            self.seen.old_session |= is_found && why != Some(INVALID) && is_old(self.request);
        }
        found
    }

    /// Lets in who meets the requirement of a group or a handler.
    fn admit(
        &mut self,
        of: &'a Authorizer,
        terms: &'a (Tree, Hide),
        at: Stage,
    ) -> Result<Caller<'a>, Answer> {
        let (tree, hide) = terms;
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
        // A public handler hides as the group around it, of which the guide says nothing.
        let group = self.place.groups.last().map(|(_, terms)| *terms);
        let hide = handler.terms.as_ref().or(group).map_or(Hide::Never, |(_, hide)| *hide);
        let caller = handler.terms.as_ref().map(|terms| self.admit(of, terms, "handler")).transpose()?;
        let mut shown = Vec::new();
        for argument in &handler.arguments {
            shown.push(match (*argument, &caller) {
                (Argument::Principal, Some(caller)) => caller.shown(),
                (Argument::Maybe | Argument::Attempt, _) => {
                    let is_silent = *argument == Argument::Maybe;
                    let word = |(why, _): Denial<'_>| if is_silent { "nobody" } else { why.0 }.to_owned();
                    self.see(proof(of, self.request)).map_or_else(word, |caller| caller.shown())
                }
                (Argument::Session, _) => match self.open(of) {
                    Ok(true) => "a session".to_owned(),
                    Ok(false) => "no session".to_owned(),
                    Err(why) => return Err(self.deny(of, (why, None), hide, None, "session")),
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
                    Err((why, _)) if resource == Argument::TryEdit => {
                        // The guide does not say that such a request has not used its session.
                        self.seen.old_session = false;
                        why.0.to_owned()
                    }
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

    /// Opens the session of the browser, and says whether there is one with a login.
    fn open(&mut self, of: &'a Authorizer) -> Result<bool, Why> {
        let place = Cookie(COOKIE.to_owned());
        let foreign = Scheme { ambient: true, ..Scheme::default() };
        if is_foreign(of.schemes.iter().find(|it| it.place == place).unwrap_or(&foreign), self.request) {
            return Err(CROSS_SITE);
        }
        // Beside what was presented on purpose, good or not, the session is empty.
        let decides = presented(of, self.request);
        let by = decides.map_or_else(|(_, by)| Some(by), |found| found.map(|(by, _)| Some(by)));
        let is_apart = by.is_some_and(|by| !by.is_some_and(Scheme::is_ambient));
        let here: Vec<_> = self.request.elsewhere.iter().filter(|(it, _)| *it == place).collect();
        let found = match here.as_slice() {
            [(_, Text::Session(made))] if !is_apart => lives(made, self.request),
            _ => Err(Known::Nobody),
        };
        if found == Err(Known::Down) {
            return Err(UNAVAILABLE);
        }
        // The scheme may refuse a session that lives.
        let is_asked = by.flatten().is_some_and(|by| by.place == place);
        let refusal = known(of, self.request).err().filter(|_| is_asked).map(|(why, _)| why);
        self.seen.session = true;
        self.seen.old_session |= found.is_ok() && refusal != Some(INVALID) && is_old(self.request);
        match refusal.filter(|_| found.is_ok()) {
            Some(INVALID) => Ok(false),
            Some(why) => Err(why),
            None => Ok(found.is_ok()),
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

/// Says whether the use of the session has to be noted.
fn is_old(request: &Request) -> bool {
    let is_old = |made: &Made| request.at >= made.used + NOTED_AFTER;
    request.elsewhere.iter().any(|(_, text)| matches!(text, Text::Session(made) if is_old(made)))
}
