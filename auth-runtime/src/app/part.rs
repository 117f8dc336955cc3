//! The pattern of one service, taken apart as actix-web does.

use std::{collections::HashMap, panic::catch_unwind, rc::Rc};

use actix_web::dev::ResourceDef;

use super::language::{Language, search};
use crate::handler::function::with_slash;

/// The expression of a parameter that states none.
pub(super) const PARAMETER: &str = "[^/]+";
/// The expression of a tail.
pub(super) const TAIL: &str = ".*";

/// The pattern of one service: of a route, or the prefix of a scope.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) pieces: Vec<Piece>,
    pub(super) is_prefix: bool,
    /// Whether the part is a prefix that need not end where a segment ends.
    pub(super) ends_anywhere: bool,
    pub(super) router: ResourceDef,
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    Parameter { expression: String, crosses_slashes: bool },
}

impl Piece {
    /// Returns an expression for this piece alone.
    pub(super) fn expression(&self) -> String {
        match self {
            Self::Text(text) => escaped(text),
            Self::Parameter { expression, .. } => format!("(?:{expression})"),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// Reads patterns, and remembers which expressions match a slash.
#[derive(Debug, Default)]
pub(super) struct Reader {
    crosses_slashes: HashMap<String, bool>,
}

impl Reader {
    /// Reads the pattern of a route; `None` if actix-web cannot read it.
    pub(super) fn route(&mut self, text: &str) -> Option<Rc<Part>> {
        self.part(text, false)
    }

    /// Reads the prefix of a scope; `None` if actix-web cannot read it.
    pub(super) fn scope(&mut self, prefix: &str) -> Option<Rc<Part>> {
        self.part(prefix, true)
    }

    fn part(&mut self, text: &str, is_prefix: bool) -> Option<Rc<Part>> {
        let text = with_slash(text);
        let (mut pieces, mut rest, mut ends_anywhere) = (Vec::new(), text.as_str(), false);
        while let Some((before, after)) = rest.split_once('{') {
            let (parameter, behind) = split_parameter(after)?;
            let is_tail = behind == "*";
            let expression = match parameter.split_once(':') {
                Some(_) if is_tail => return None,
                Some((_, expression)) => expression,
                None if is_tail => TAIL,
                None => PARAMETER,
            };
            ends_anywhere |= is_tail;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(self.parameter(expression));
            rest = if is_tail { "" } else { behind };
        }
        // actix-web leaves out a text that ends in a star, so such a pattern matches other paths than it says.
        if rest.ends_with('*') {
            return None;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        // actix-web panics at a pattern that it cannot read.
        let make =
            || if is_prefix { ResourceDef::prefix(text.as_str()) } else { ResourceDef::new(text.as_str()) };
        let router = catch_unwind(make).ok()?;
        Some(Rc::new(Part { pieces, is_prefix, ends_anywhere, router }))
    }

    fn parameter(&mut self, expression: &str) -> Piece {
        let crosses_slashes = match (expression, self.crosses_slashes.get(expression)) {
            (PARAMETER, _) => false,
            (TAIL, _) => true,
            (_, Some(known)) => *known,
            (_, None) => {
                let crosses = crosses_slashes(expression);
                self.crosses_slashes.insert(expression.to_owned(), crosses);
                crosses
            }
        };
        Piece::Parameter { expression: expression.to_owned(), crosses_slashes }
    }
}

/// Returns whether an expression matches a text with a slash. An expression that is not understood may.
fn crosses_slashes(expression: &str) -> bool {
    match (Language::of(expression), Language::of(".*/.*")) {
        (Some(own), Some(slash)) => !search(&[&own, &slash], &[]).is_empty(),
        _ => true,
    }
}

/// Writes a text as an expression that matches this text only.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Replaces the parameters of a path by their expressions: `/{id}`, `/{order}` and `/{id:[^/]+}` match the same.
pub(super) fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, (parameter, behind))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, split_parameter(after)?)))
    {
        let expression = parameter.split_once(':').map_or(PARAMETER, |(_, expression)| expression);
        shape = shape + before + "{" + expression + "}";
        rest = behind;
    }
    shape + rest
}

/// Splits a text at the brace that closes a parameter. The parameter's expression may hold braces too.
fn split_parameter(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1_usize;
    for (position, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(..position)?, text.get(position + 1..)?));
        }
    }
    None
}
