//! Every refusal: what an attribute may not say, and which functions it may not stand on.

mod handler;
mod names;
mod options;
mod tree;
mod words;

use proc_macro2::TokenStream;
use syn::{Lit, LitStr, Result};

pub(crate) use self::{
    names::{role, scope},
    words::nearest,
};
use self::{options::Options, tree::Leaves};
use crate::{
    args::{Arg, Args, Kind},
    errors::Errors,
    handler::Handler,
    requirement::{Requirement, Stated, Statement},
};

/// What an attribute states about a handler, or all mistakes of both.
pub(crate) fn check(kind: Kind, args: TokenStream, handler: &Handler) -> Result<Stated> {
    let mut errors = Errors::default();
    let stated = match syn::parse2(args) {
        Ok(args) => stated(kind, args, &mut errors),
        Err(error) => {
            errors.add(error);
            None
        }
    };
    handler::check(kind, stated.as_ref(), handler, &mut errors);
    errors.finish(stated)
}

/// What the arguments state; `None` if they have a mistake, which is then among `errors`.
fn stated(kind: Kind, args: Args, errors: &mut Errors) -> Option<Stated> {
    let mut options = Options::default();
    let mut required = Vec::new();
    for arg in args.0 {
        if options.take(kind, &arg, errors) {
            continue;
        }
        if let Some(option) = &options.first {
            errors.at(
                &arg,
                format_args!("an option stands behind the requirement: move `{option}` to the end"),
            );
        }
        required.push(arg);
    }
    let hide = options.hide.unwrap_or_default();
    let statement = match kind {
        Kind::Public => Statement::Public(reason(&required, errors)?),
        Kind::Require => Statement::Require(trees(kind, Leaves::Trees, required, errors)?, hide),
        Kind::RequireAuth => Statement::Require(nothing(&required, errors)?, hide),
        Kind::RequireRole => Statement::Require(trees(kind, Leaves::Roles, required, errors)?, hide),
        Kind::RequireScope => Statement::Require(trees(kind, Leaves::Scopes, required, errors)?, hide),
    };
    Some(Stated { statement, when: options.when, krate: options.krate })
}

/// The requirement of all these trees.
fn trees(kind: Kind, leaves: Leaves, args: Vec<Arg>, errors: &mut Errors) -> Option<Requirement> {
    if args.is_empty() {
        // A word that is not known was meant to be something.
        if !errors.is_empty() {
            return None;
        }
        let example = leaves.example();
        errors.whole(format_args!("nothing is required; write `#[{kind}({example})]` or `#[require_auth]`"));
        return None;
    }
    tree::list(leaves, args, errors).map(Requirement::all)
}

fn nothing(args: &[Arg], errors: &mut Errors) -> Option<Requirement> {
    for arg in args {
        errors.at(
            arg,
            "`require_auth` lets in every principal; for more, write `#[require_scope(..)]`, `#[require_role(..)]` or \
             `#[require(..)]`",
        );
    }
    args.is_empty().then_some(Requirement::Authenticated)
}

fn reason(args: &[Arg], errors: &mut Errors) -> Option<LitStr> {
    const EXAMPLE: &str = "`#[public(\"the load balancer polls it\")]`";
    match args {
        [] => errors.whole(format_args!("say why it is open: {EXAMPLE}")),
        [Arg::Literal(Lit::Str(reason))] if reason.value().trim().is_empty() => {
            errors.at(reason, format_args!("an empty reason says nothing; say why it is open: {EXAMPLE}"));
        }
        [Arg::Literal(Lit::Str(reason))] => return Some(reason.clone()),
        [Arg::Literal(Lit::Str(_)), rest @ ..] => {
            for arg in rest {
                errors.at(arg, "one reason is enough");
            }
        }
        [other, ..] => errors.at(other, format_args!("the reason is a text in quotes: {EXAMPLE}")),
    }
    None
}
