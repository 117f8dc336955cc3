//! What the catalogue says about handlers.

use super::{Hide, Tree};

/// What the catalogue says about a handler.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    pub(crate) name: &'static str,
    /// Who may call the handler; `None` for everybody.
    pub(crate) terms: Option<(Tree, Hide)>,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) rule: Option<Rule>,
    pub(crate) outcome: Outcome,
    /// The path and the methods of its own route attribute.
    pub(crate) route: Option<(&'static str, &'static [&'static str])>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    Principal,
    /// `Option<Principal>`
    Maybe,
    /// `Result<Principal, Denied>`
    Attempt,
    /// The session of the browser, and whether it holds what was put into it before the login
    Session,
    /// The claim `tenant`
    Claims,
    Item,
    /// A document to read, whose id is the path's only parameter.
    Read,
    /// A document to edit, which takes the scope `write` and a document of the caller's that is not locked.
    Edit,
    /// A document for an action that is invisible to everybody.
    Vanish,
    /// A document to edit, or why not.
    TryEdit,
    /// The team of the path's parameter `team`
    Team,
    /// The document of the path's parameter `page`, to edit
    Page,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The caller is alice.
    Alice,
    /// The item is cheap. Some prices fail in ways of their own.
    Cheap,
    /// The document belongs to the caller.
    Owner,
}

/// What a handler answers when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 200, its name and its arguments
    Shown,
    /// The one not-found answer
    NotFound,
    /// 403 of its own
    Refusal,
}

/// Returns what the action on a resource takes.
pub(crate) fn action(resource: Argument) -> Tree {
    let (admin, write) = (Tree::Role("admin".to_owned()), Tree::Scope("write".to_owned()));
    if resource == Argument::Page { Tree::Any(vec![admin, write]) } else { write }
}
