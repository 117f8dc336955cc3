//! The tree of requirements in an attribute.

use syn::{Lit, Path};

use super::{names, words};
use crate::{
    annotation::{Name, Requirement},
    args::Arg,
    errors::Errors,
};

/// The leaves of a tree, which depend on the attribute and on the calls around them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    Issuers,
    Roles,
    Schemes,
    Scopes,
    /// `scope(..)`, `role(..)`, `issuer(..)`, `scheme(..)` and `authenticated`
    Trees,
}

impl Leaves {
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Issuers => "\"https://id.example\"",
            Self::Roles => "\"admin\"",
            Self::Schemes => "\"Session\"",
            Self::Scopes => "\"orders:read\"",
            Self::Trees => "role(\"admin\"), scope(\"orders:read\")",
        }
    }

    fn article(self) -> &'static str {
        if self == Self::Issuers { "an" } else { "a" }
    }

    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Issuers | Self::Roles | Self::Schemes | Self::Scopes => words::of_names(),
            Self::Trees => words::of_trees(),
        }
    }
}

/// Reads a list of requirements, each of which stands in it once.
pub(super) fn list(leaves: Leaves, args: Vec<Arg>, errors: &mut Errors) -> Option<Vec<Requirement>> {
    let count = args.len();
    let mut seen = Vec::new();
    let mut list = Vec::new();
    for arg in args {
        let tokens = quote::ToTokens::to_token_stream(&arg);
        let Some(requirement) = node(leaves, arg, errors) else { continue };
        let shown = requirement.to_string();
        if seen.contains(&shown) {
            errors.at(tokens, format_args!("`{shown}` is there twice; leave one out"));
        }
        seen.push(shown);
        list.push(requirement);
    }
    (list.len() == count).then_some(list)
}

fn node(leaves: Leaves, arg: Arg, errors: &mut Errors) -> Option<Requirement> {
    match arg {
        Arg::Literal(literal) => leaf_literal(leaves, literal, errors),
        Arg::Path(path) if path.is_ident("authenticated") => {
            if leaves == Leaves::Trees {
                return Some(Requirement::Authenticated);
            }
            errors.at(path, "`authenticated` stands in `#[require(..)]`");
            None
        }
        Arg::Path(path) => leaf_path(leaves, path, errors),
        Arg::Call { name, args } => call(leaves, &name, args, errors),
        Arg::Assign { name, .. } => {
            errors.at(
                &name,
                format_args!("`{name}` is no requirement; options stand at the end of the attribute"),
            );
            None
        }
    }
}

fn leaf_literal(leaves: Leaves, literal: Lit, errors: &mut Errors) -> Option<Requirement> {
    match (leaves, literal) {
        (Leaves::Issuers, Lit::Str(name)) => {
            names::issuer(&name, errors).then_some(Requirement::Issuer(Name::Literal(name)))
        }
        (Leaves::Schemes, Lit::Str(name)) => {
            names::scheme(&name, errors).then_some(Requirement::Scheme(Name::Literal(name)))
        }
        (Leaves::Scopes, Lit::Str(name)) => {
            names::scope(&name, errors).then_some(Requirement::Scope(Name::Literal(name)))
        }
        (Leaves::Roles, Lit::Str(name)) => {
            names::role(&name, errors).then_some(Requirement::Role(Name::Literal(name)))
        }
        (Leaves::Trees, Lit::Str(name)) => {
            let shown = name.value();
            errors.at(
                name,
                format_args!("is `{shown}` a scope or a role? write `scope({shown:?})` or `role({shown:?})`"),
            );
            None
        }
        (_, other) => {
            errors.at(other, format_args!("a name is a text in quotes, such as `{}`", leaves.example()));
            None
        }
    }
}

fn leaf_path(leaves: Leaves, path: Path, errors: &mut Errors) -> Option<Requirement> {
    match leaves {
        Leaves::Issuers if !is_word(&path) => Some(Requirement::Issuer(Name::Path(path))),
        Leaves::Schemes if !is_word(&path) => Some(Requirement::Scheme(Name::Path(path))),
        Leaves::Scopes if !is_word(&path) => Some(Requirement::Scope(Name::Path(path))),
        Leaves::Roles if !is_word(&path) => Some(Requirement::Role(Name::Path(path))),
        Leaves::Trees if !is_word(&path) => {
            let shown = Name::Path(path.clone());
            errors.at(
                path,
                format_args!("is `{shown}` a scope or a role? write `scope({shown})` or `role({shown})`"),
            );
            None
        }
        _ => unknown(leaves, &path, errors),
    }
}

/// Whether a path looks like a word of the grammar, and not like a constant.
fn is_word(path: &Path) -> bool {
    path.get_ident().is_some_and(words::is_word)
}

fn call(leaves: Leaves, name: &Path, args: Vec<Arg>, errors: &mut Errors) -> Option<Requirement> {
    let word = name.get_ident().map(ToString::to_string).unwrap_or_default();
    let inner = match word.as_str() {
        "any" | "all" => leaves,
        "scope" if leaves == Leaves::Trees => Leaves::Scopes,
        "role" if leaves == Leaves::Trees => Leaves::Roles,
        "issuer" if leaves == Leaves::Trees => Leaves::Issuers,
        "scheme" if leaves == Leaves::Trees => Leaves::Schemes,
        "scope" | "role" | "issuer" | "scheme" => {
            errors.at(
                name,
                format_args!(
                    "`{word}(..)` stands in `#[require(..)]`; here every name is {} {leaves}",
                    leaves.article()
                ),
            );
            return None;
        }
        _ => return unknown(leaves, name, errors),
    };
    if args.is_empty() {
        let example = inner.example();
        errors.at(name, format_args!("`{word}()` requires nothing; write what, as in `{word}({example})`"));
        return None;
    }
    let list = list(inner, args, errors)?;
    if matches!(inner, Leaves::Issuers | Leaves::Schemes) && word != "any" && list.len() > 1 {
        errors.at(name, format_args!("nobody has two {inner}s; write `any(..)` around them"));
        return None;
    }
    Some(if word == "any" { Requirement::any(list) } else { Requirement::all(list) })
}

fn unknown(leaves: Leaves, name: &Path, errors: &mut Errors) -> Option<Requirement> {
    let shown = Name::Path(name.clone()).to_string();
    if matches!(shown.as_str(), "hide" | "anonymous") {
        errors
            .at(name, format_args!("`{shown}` is no requirement; options stand at the end of the attribute"));
    } else {
        errors.at(name, words::unknown(&shown, leaves.words()));
    }
    None
}

impl std::fmt::Display for Leaves {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Issuers => "issuer",
            Self::Roles => "role",
            Self::Schemes => "scheme",
            Self::Scopes => "scope",
            Self::Trees => "requirement",
        })
    }
}
