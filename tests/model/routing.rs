//! Where a request arrives, which is a matter of actix-web and of no authorization.

use std::collections::BTreeMap;

use crate::description::{Api, Application, Authorizer, Handler, Hide, Node, Request, Tree};

/// Where a request arrives.
#[derive(Default)]
pub(crate) struct Place<'a> {
    /// The `Api`s that share what does not exist here.
    pub(crate) site: Vec<&'a Api>,
    /// The authorizer of the gate that the request passes.
    pub(crate) gate: Option<&'a Authorizer>,
    /// What the groups on the way require, from the outermost inwards, each with its authorizer.
    pub(crate) groups: Vec<(&'a Authorizer, &'a (Tree, Hide))>,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) end: End<'a>,
}

/// What answers.
#[derive(Default)]
pub(crate) enum End<'a> {
    Handler(&'a Authorizer, &'a Handler),
    #[default]
    Nothing,
    /// Somebody else's service.
    Open,
}

/// Says where a request arrives.
pub(crate) fn place<'a>(
    application: &'a Application,
    handlers: &'a [Handler],
    request: &Request,
) -> Place<'a> {
    let path: Vec<_> = request.path.split('/').skip(1).collect();
    let at_root: Vec<_> = application.apis.iter().filter(|api| api.scope.is_none()).collect();
    for api in &application.apis {
        let prefix = api.scope.as_deref().unwrap_or_default();
        let Some((parameters, rest)) = matched(prefix, &path, true) else { continue };
        let mut place = Place { parameters, ..Place::default() };
        let is_found = place.enter(&api.nodes, rest, &api.authorizer, handlers, &request.method);
        if api.scope.is_some() {
            place.gate = api.gate.then_some(&api.authorizer);
            return Place { site: vec![api], ..place };
        }
        if is_found {
            return Place { site: at_root, ..place };
        }
    }
    Place { site: at_root, ..Place::default() }
}

impl<'a> Place<'a> {
    /// Goes to what is registered, in that order; other people's services come last. Returns whether there is something.
    fn enter(
        &mut self,
        nodes: &'a [Node],
        path: &[&str],
        authorizer: &'a Authorizer,
        handlers: &'a [Handler],
        asked: &str,
    ) -> bool {
        let (open, stated): (Vec<_>, Vec<_>) =
            nodes.iter().partition(|node| matches!(node, Node::Open { .. }));
        for node in stated.into_iter().chain(open) {
            let (pattern, is_asked, end) = match node {
                Node::Route { path, method, handler } => {
                    (path.as_str(), method == asked, End::Handler(authorizer, named(handler, handlers)))
                }
                Node::Service { handler } => {
                    let handler = named(handler, handlers);
                    let (path, methods) = handler.route.expect("a route attribute");
                    (path, methods.contains(&asked), End::Handler(authorizer, handler))
                }
                Node::Open { path } => (path.as_str(), true, End::Open),
                Node::Group(group) => (group.prefix.as_str(), true, End::Nothing),
            };
            let is_prefix = matches!(node, Node::Group(_));
            let Some((parameters, rest)) = matched(pattern, path, is_prefix).filter(|_| is_asked) else {
                continue;
            };
            self.parameters.extend(parameters);
            self.end = end;
            if let Node::Group(group) = node {
                let inside = group.authorizer.as_ref().unwrap_or(authorizer);
                self.groups.extend(group.requires.iter().map(|terms| (inside, terms)));
                self.enter(&group.nodes, rest, inside, handlers, asked);
            }
            return true;
        }
        false
    }
}

fn named<'a>(name: &str, handlers: &'a [Handler]) -> &'a Handler {
    handlers.iter().find(|handler| handler.name == name).expect("a handler of the catalogue")
}

/// Returns how everything below is hidden, each with its authorizer.
pub(crate) fn hidden<'a>(
    nodes: &'a [Node],
    authorizer: &'a Authorizer,
    handlers: &[Handler],
) -> Vec<(&'a Authorizer, Hide)> {
    let of_node = |node: &'a Node| match node {
        Node::Open { .. } => Vec::new(),
        Node::Route { handler, .. } | Node::Service { handler } => {
            let terms = named(handler, handlers).terms.iter();
            terms.map(|(_, hide)| (authorizer, *hide)).collect()
        }
        Node::Group(group) => {
            let inside = group.authorizer.as_ref().unwrap_or(authorizer);
            let mut all = hidden(&group.nodes, inside, handlers);
            all.extend(group.requires.iter().map(|(_, hide)| (inside, *hide)));
            all
        }
    };
    nodes.iter().flat_map(of_node).collect()
}

/// Matches a path against a pattern, segment by segment, and returns the parameters and what is left of the path.
fn matched<'p, 's>(
    pattern: &str,
    path: &'p [&'s str],
    is_prefix: bool,
) -> Option<(BTreeMap<String, String>, &'p [&'s str])> {
    let (mut parameters, mut rest) = (BTreeMap::new(), path);
    for part in pattern.split('/').skip(1) {
        let (first, others) = rest.split_first()?;
        if let Some(name) = part.strip_suffix(":.*}") {
            parameters.insert(name[1..].to_owned(), rest.join("/"));
            return Some((parameters, &[]));
        }
        match part.strip_prefix('{') {
            Some(_) if first.is_empty() => return None,
            Some(name) => _ = parameters.insert(name.trim_end_matches('}').to_owned(), (*first).to_owned()),
            None if part != *first => return None,
            None => {}
        }
        rest = others;
    }
    (is_prefix || rest.is_empty()).then_some((parameters, rest))
}
