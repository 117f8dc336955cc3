//! Every refusal of an attribute: arguments that mean nothing, and functions that cannot be handlers.

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
    annotation::{Annotation, Requirement, Statement},
    args::{Arg, Args, AttributeName},
    errors::Errors,
    handler::Handler,
};

/// Finds out what an attribute says about a handler, or returns all mistakes of both.
pub(crate) fn check(attribute: AttributeName, args: TokenStream, handler: &Handler) -> Result<Annotation> {
    let mut errors = Errors::default();
    let annotation = match syn::parse2(args) {
        Ok(args) => annotation(attribute, args, &mut errors),
        Err(error) => {
            errors.add(error);
            None
        }
    };
    handler::check(attribute, annotation.as_ref(), handler, &mut errors);
    errors.finish(annotation)
}

/// Finds out what the arguments mean. `None` means that a mistake was added to `errors`.
fn annotation(attribute: AttributeName, args: Args, errors: &mut Errors) -> Option<Annotation> {
    let mut options = Options::default();
    let mut required = Vec::new();
    for arg in args.0 {
        if options.take(attribute, &arg, errors) {
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
    let statement = match attribute {
        AttributeName::Public => Statement::Public(reason(&required, errors)?),
        AttributeName::Require => {
            Statement::Require(trees(attribute, Leaves::Trees, required, errors)?, hide)
        }
        AttributeName::RequireAuth => Statement::Require(nothing(&required, errors)?, hide),
        AttributeName::RequireRole => {
            Statement::Require(trees(attribute, Leaves::Roles, required, errors)?, hide)
        }
        AttributeName::RequireScope => {
            Statement::Require(trees(attribute, Leaves::Scopes, required, errors)?, hide)
        }
    };
    Some(Annotation { statement, rule: options.rule, private: options.private.unwrap_or_default() })
}

/// Reads the trees, all of which are required.
fn trees(
    attribute: AttributeName,
    leaves: Leaves,
    args: Vec<Arg>,
    errors: &mut Errors,
) -> Option<Requirement> {
    if args.is_empty() {
        // An unknown word was reported already, and was meant to be a requirement.
        if !errors.is_empty() {
            return None;
        }
        let example = leaves.example();
        errors.whole(format_args!(
            "nothing is required; write `#[{attribute}({example})]` or `#[require_auth]`"
        ));
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
