//! What an attribute says about its handler, after every mistake was refused.

use std::fmt;

use syn::{Ident, LitStr, Path};

use crate::private::Private;

/// One attribute, in whole.
pub(crate) struct Annotation {
    pub(crate) statement: Statement,
    /// `when = path(..)`
    pub(crate) rule: Option<Rule>,
    /// `crate = path`
    pub(crate) private: Private,
}

pub(crate) enum Statement {
    Public(LitStr),
    Require(Requirement, Hide),
}

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hide {
    #[default]
    Never,
    Unauthorized,
    Anonymous,
}

#[derive(Clone)]
pub(crate) enum Requirement {
    All(Vec<Requirement>),
    Any(Vec<Requirement>),
    Authenticated,
    Issuer(Name),
    Role(Name),
    Scheme(Name),
    Scope(Name),
}

#[derive(Clone)]
pub(crate) enum Name {
    Literal(LitStr),
    Path(Path),
}

/// The rule behind `when`: a function of the user's, and the names of what the function is called with.
pub(crate) struct Rule {
    pub(crate) function: Path,
    pub(crate) args: Vec<Ident>,
}

impl Requirement {
    /// Requires all of these, without needless nesting.
    pub(crate) fn all(list: Vec<Self>) -> Self {
        let mut flat = Vec::new();
        for requirement in list {
            match requirement {
                Self::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match <[Self; 1]>::try_from(flat) {
            Ok([only]) => only,
            Err(flat) => Self::All(flat),
        }
    }

    /// Requires one of these.
    pub(crate) fn any(list: Vec<Self>) -> Self {
        match <[Self; 1]>::try_from(list) {
            Ok([only]) => only,
            Err(list) => Self::Any(list),
        }
    }
}

/// Writes the tree as `#[require(..)]` takes it.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(list) => write!(f, "all({})", join(list)),
            Self::Any(list) => write!(f, "any({})", join(list)),
            Self::Authenticated => f.write_str("authenticated"),
            Self::Issuer(name) => write!(f, "issuer({name})"),
            Self::Role(name) => write!(f, "role({name})"),
            Self::Scheme(name) => write!(f, "scheme({name})"),
            Self::Scope(name) => write!(f, "scope({name})"),
        }
    }
}

fn join(list: &[Requirement]) -> String {
    list.iter().map(Requirement::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(name) => write!(f, "{:?}", name.value()),
            Self::Path(path) => f.write_str(&written(path)),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let args: Vec<_> = self.args.iter().map(Ident::to_string).collect();
        write!(f, "{}({})", written(&self.function), args.join(", "))
    }
}

/// Writes a path as the user wrote it.
pub(crate) fn written(path: &Path) -> String {
    let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let root = if path.leading_colon.is_some() { "::" } else { "" };
    format!("{root}{}", segments.join("::"))
}
