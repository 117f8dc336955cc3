//! What has to be answered, said as plainly as possible. The oracle knows the guide and nothing of the runtime, not even
//! how a requirement is evaluated.
//!
//! `Asked::answer` is the way of a request, stage after stage. A further feature is one more stage there, or a line in
//! the function of its stage.

mod answers;
mod callers;
mod resources;
mod routing;

use std::collections::BTreeMap;

pub(crate) use self::answers::Answer;
use self::{
    answers::{Denial, denied, not_found},
    callers::{Caller, lacks, proof, scopes_of},
    routing::{collect_keepers, matched},
};
use crate::description::{
    Api, Application, Argument, Authorizer, Body, Handler, Hide, Node, Outcome, Request, Tree,
};

/// Says what `application` has to answer to `request`. `handlers` is the catalogue.
pub(crate) fn answer(application: &Application, handlers: &[Handler], request: &Request) -> Answer {
    let mut asked = Asked {
        application,
        handlers,
        request,
        askers: Vec::new(),
        groups: Vec::new(),
        is_private: false,
        events: Some(Vec::new()),
        site: Vec::new(),
    };
    let mut answer = asked.answer();
    answer.events = asked.events;
    answer.cache = match answer.status {
        401 | 403 | 404 if !asked.site.is_empty() => Some("no-store"),
        // Shared caches know of `Authorization` and of no other credential.
        _ if asked.is_private => Some("private"),
        _ => None,
    };
    answer
}

/// A request on its way.
struct Asked<'a> {
    application: &'a Application,
    handlers: &'a [Handler],
    request: &'a Request,
    /// The authorizers that have asked who the caller is.
    askers: Vec<&'a Authorizer>,
    /// The requirements of the groups that let the request in, each with its authorizer.
    groups: Vec<(&'a Authorizer, &'a Tree)>,
    /// Whether a gate or a group let somebody in whose credential stands outside `Authorization`.
    is_private: bool,
    events: Option<Vec<String>>,
    /// The `Api`s that share what does not exist here.
    site: Vec<&'a Api>,
}

impl<'a> Asked<'a> {
    /// The stages of a request, in their order.
    fn answer(&mut self) -> Answer {
        let path: Vec<_> = self.request.path.split('/').skip(1).collect();
        let (apis, beside) = (&self.application.apis, BTreeMap::new());
        let at_root: Vec<_> = apis.iter().filter(|api| api.scope.is_none()).collect();
        for api in apis {
            let Some(prefix) = &api.scope else {
                self.site.clone_from(&at_root);
                if let Some(answer) = self.route(&api.nodes, &path, &beside, &api.authorizer) {
                    return answer;
                }
                continue;
            };
            let Some((parameters, rest)) = matched(prefix, &path, true) else { continue };
            self.site = vec![api];
            // The gate comes before everything else.
            if api.gate
                && let Err(answer) = self.pass_gate(&api.authorizer)
            {
                return answer;
            }
            let answer = self.route(&api.nodes, rest, &parameters, &api.authorizer);
            return answer.unwrap_or_else(|| self.unmapped());
        }
        self.site = at_root;
        self.unmapped()
    }

    /// Lets on who has no credential, a good one, or a dead one that came by itself.
    fn pass_gate(&mut self, authorizer: &'a Authorizer) -> Result<(), Answer> {
        match self.prove(authorizer) {
            Ok(caller) => self.is_private |= caller.is_elsewhere,
            Err((Denial::Anonymous, _) | (_, true)) => {}
            Err((denial, _)) => return Err(denied(authorizer, denial, &[], "gate")),
        }
        Ok(())
    }

    /// Finds what answers, in the order of registration; other people's services come last. `None` is nothing.
    fn route(
        &mut self,
        nodes: &'a [Node],
        path: &[&str],
        before: &BTreeMap<String, String>,
        authorizer: &'a Authorizer,
    ) -> Option<Answer> {
        let (open, stated): (Vec<_>, Vec<_>) =
            nodes.iter().partition(|node| matches!(node, Node::Open { .. }));
        for node in stated.into_iter().chain(open) {
            let pattern = match node {
                Node::Route { path, method, .. } if *method == self.request.method => path.as_str(),
                Node::Route { .. } => continue,
                Node::Service { handler } => {
                    let (path, methods) = self.handler(handler).route.expect("a route attribute");
                    if !methods.contains(&self.request.method.as_str()) {
                        continue;
                    }
                    path
                }
                Node::Open { path } => path,
                Node::Group(group) => &group.prefix,
            };
            let is_prefix = matches!(node, Node::Group(_));
            let Some((mut parameters, rest)) = matched(pattern, path, is_prefix) else { continue };
            parameters.extend(before.clone());
            return Some(match node {
                Node::Route { handler, .. } | Node::Service { handler } => {
                    self.handle(self.handler(handler), &parameters, authorizer)
                }
                Node::Open { .. } => self.run("open", &[], Outcome::Shown),
                Node::Group(group) => {
                    let inside = group.authorizer.as_ref().unwrap_or(authorizer);
                    for (tree, hide) in &group.requires {
                        match self.admit(inside, tree, *hide, "group") {
                            Ok(caller) => self.is_private |= caller.is_elsewhere,
                            Err(answer) => return Some(answer),
                        }
                        self.groups.push((inside, tree));
                    }
                    let found = self.route(&group.nodes, rest, &parameters, inside);
                    found.unwrap_or_else(|| self.unmapped())
                }
            });
        }
        None
    }

    fn handler(&self, name: &str) -> &'a Handler {
        self.handlers.iter().find(|handler| handler.name == name).expect("a handler of the catalogue")
    }

    /// Answers for what does not exist. What is hidden from everybody fails if its provider does, so this does as well.
    fn unmapped(&mut self) -> Answer {
        let mut keepers = Vec::new();
        for api in &self.site {
            collect_keepers(&api.nodes, &api.authorizer, self.handlers, &mut keepers);
        }
        // Nobody says in which order several are asked. The guide promises one question for each request, but whoever was
        // asked before another authorizer is asked a second time, and nothing depends on the answer.
        let is_forgotten = self.askers.iter().rev().skip(1).any(|asker| keepers.contains(asker));
        let failed = keepers.iter().any(|keeper| matches!(self.prove(keeper), Err((Denial::Unavailable, _))));
        if keepers.len() > 1 || is_forgotten {
            self.events = None;
        }
        match keepers.first() {
            Some(keeper) if failed => denied(keeper, Denial::Unavailable, &[], "unmapped"),
            _ if self.site.is_empty() => {
                // Nobody answers here but actix-web.
                Answer { closes: None, ..not_found(&Application::default(), self.request, "nobody") }
            }
            _ => not_found(self.application, self.request, "unmapped"),
        }
    }

    /// Asks who the caller is, once for each authorizer. The second value of an error is whether the credential came by
    /// itself.
    fn prove(&mut self, authorizer: &'a Authorizer) -> Result<Caller<'a>, (Denial<'a>, bool)> {
        let (proof, event) = proof(authorizer, self.request);
        if !self.askers.contains(&authorizer) {
            self.askers.push(authorizer);
            self.note(event);
        }
        proof
    }

    fn note(&mut self, event: impl IntoIterator<Item = String>) {
        if let Some(events) = &mut self.events {
            events.extend(event);
        }
    }

    /// Lets in who meets the requirement of a group or a handler.
    fn admit(
        &mut self,
        authorizer: &'a Authorizer,
        tree: &'a Tree,
        hide: Hide,
        stage: &'static str,
    ) -> Result<Caller<'a>, Answer> {
        let (denial, scopes) = match self.prove(authorizer) {
            Ok(caller) => match lacks(tree, &caller) {
                None => return Ok(caller),
                Some(denial) => (denial, self.operation(authorizer, &[tree], Some(&caller))),
            },
            Err((Denial::Anonymous, _)) if hide == Hide::Never => {
                (Denial::Anonymous, self.operation(authorizer, &[tree], None))
            }
            Err((denial, _)) => (denial, Vec::new()),
        };
        Err(self.deny(authorizer, denial, hide, &scopes, stage))
    }

    fn deny(
        &self,
        authorizer: &Authorizer,
        denial: Denial<'_>,
        hide: Hide,
        scopes: &[String],
        stage: &'static str,
    ) -> Answer {
        if denial.is_concealed(hide) {
            return not_found(self.application, self.request, stage);
        }
        denied(authorizer, denial, scopes, stage)
    }

    /// Returns the scopes of the whole operation: of the groups around it and of its own requirements. Where a group has
    /// another authorizer, its scopes are those of another credential.
    fn operation(&self, authorizer: &Authorizer, own: &[&Tree], caller: Option<&Caller<'_>>) -> Vec<String> {
        let mut scopes = Vec::new();
        let groups = self.groups.iter().filter(|(of, _)| *of == authorizer).map(|(_, tree)| tree);
        for tree in groups.chain(own) {
            for scope in scopes_of(tree, caller).unwrap_or_default() {
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
            }
        }
        scopes
    }

    /// The stages of a handler: its attribute, its arguments one after the other, its rule.
    fn handle(
        &mut self,
        handler: &'a Handler,
        parameters: &BTreeMap<String, String>,
        authorizer: &'a Authorizer,
    ) -> Answer {
        let caller = match &handler.terms {
            None => None,
            Some((tree, hide)) => match self.admit(authorizer, tree, *hide, "handler") {
                Ok(caller) => Some(caller),
                Err(answer) => return answer,
            },
        };
        let hide = handler.terms.as_ref().map_or(Hide::Never, |(_, hide)| *hide);
        let mut shown = Vec::new();
        for argument in &handler.arguments {
            let text = match (argument, &caller) {
                (Argument::Principal, Some(caller)) => caller.shown(),
                (Argument::Maybe, _) => {
                    self.prove(authorizer).map_or("nobody".to_owned(), |caller| caller.shown())
                }
                (Argument::Attempt, _) => match self.prove(authorizer) {
                    Ok(caller) => caller.shown(),
                    Err((denial, _)) => denial.word().to_owned(),
                },
                (Argument::Claims, Some(caller)) => match &caller.grants.tenant {
                    Some(tenant) => tenant.clone(),
                    None => return self.deny(authorizer, Denial::Forbidden, hide, &[], "claims"),
                },
                (Argument::Item, _) => match self.request.body {
                    Body::Item(price) => price.to_string(),
                    Body::None | Body::Malformed => {
                        return Answer { body: None, ..Answer::new(400, "", String::new(), "body") };
                    }
                },
                (resource, Some(caller)) => match self.access(*resource, parameters, caller) {
                    Ok(name) => name,
                    Err((denial, _)) if *resource == Argument::TryEdit => denial.word().to_owned(),
                    Err((denial, action)) => {
                        let own: Vec<_> =
                            handler.terms.iter().map(|(tree, _)| tree).chain(action.as_ref()).collect();
                        let scopes = self.operation(authorizer, &own, Some(caller));
                        return self.deny(authorizer, denial, Hide::Never, &scopes, "resource");
                    }
                },
                (_, None) => unreachable!("the argument needs a principal"),
            };
            shown.push(text);
        }
        if let Some(denial) = handler.rule.and_then(|rule| self.breaks(rule, caller.as_ref(), parameters)) {
            return self.deny(authorizer, denial, Hide::Never, &[], "rule");
        }
        self.run(handler.name, &shown, handler.outcome)
    }

    fn run(&mut self, name: &str, shown: &[String], outcome: Outcome) -> Answer {
        self.note([format!("ran {name}")]);
        let text = [&[name.to_owned()], shown].concat().join(", ");
        let kind = "text/plain; charset=utf-8";
        match outcome {
            Outcome::Shown => Answer::new(200, kind, text, "allowed"),
            Outcome::Refusal => Answer::new(403, kind, text, "refusal"),
            Outcome::NotFound => not_found(self.application, self.request, "not found"),
        }
    }
}
