//! The pattern of a route and of the scopes around it, and how one pattern stands to another.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use super::{
    language::{Language, Relation},
    part::{PARAMETER, Part, Piece, TAIL, escaped},
};

/// The patterns of a route and of the scopes around it, taken together.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    parts: Vec<Rc<Part>>,
    segments: Vec<Segment>,
    rest: Rest,
    expression: String,
}

/// What a pattern says about one segment of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Segment {
    /// A text.
    Plain(String),
    /// Any text but the empty one.
    Parameter,
    /// A text that an expression matches, without a slash.
    Mixed(String),
}

/// What a pattern says about the path behind its segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// The path ends.
    Nothing,
    /// There is a slash, and anything behind it.
    Anything,
    /// The path ends, or there is a slash and anything behind it.
    Scope,
    /// An expression decides, which does not end with a segment.
    Unknown,
}

/// Remembers how segments stand to each other, because the routes of an application share their expressions.
#[derive(Debug, Default)]
pub(super) struct Known(RefCell<HashMap<(Segment, Segment), Option<Relation>>>);

impl Pattern {
    /// Makes the pattern of these scopes and a last part, which may be a scope too.
    pub(super) fn new(parts: Vec<Rc<Part>>) -> Self {
        let pieces = parts.iter().flat_map(|part| &part.pieces);
        let mut expression: String = pieces.map(Piece::expression).collect();
        let (is_scope, ends_anywhere) =
            parts.last().map_or((true, false), |part| (part.is_prefix, part.ends_anywhere));
        if is_scope {
            expression.push_str(if ends_anywhere { ".*" } else { "(?:/.*)?" });
        }
        let (segments, rest) = segments(&parts, is_scope);
        Self { parts, segments, rest, expression }
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    pub(super) fn rest(&self) -> Rest {
        self.rest
    }

    /// Returns the paths that the pattern matches; `None` if its expressions are not understood.
    pub(super) fn language(&self) -> Option<Language> {
        Language::of(&self.expression)
    }

    /// Returns whether a scope takes as much of a path as it can, before the parts behind it are asked. The router then
    /// matches fewer paths than the expressions do.
    pub(super) fn takes_what_it_can(&self) -> bool {
        let before = self.parts.split_last().map_or_else(Default::default, |(_, before)| before);
        let mut pieces = before.iter().flat_map(|part| &part.pieces);
        pieces.any(|piece| matches!(piece, Piece::Parameter { crosses_slashes: true, .. }))
    }

    /// Returns whether a scope takes the whole path, and a part behind it needs some of the path.
    pub(super) fn leads_nowhere(&self) -> bool {
        let takes_all = |part: &Part| {
            let mut pieces = part.pieces.iter().rev().skip_while(|piece| piece.is_nothing());
            pieces
                .next()
                .is_some_and(|last| matches!(last, Piece::Parameter { expression, .. } if expression == TAIL))
        };
        let mut behind = self.parts.iter().skip_while(|part| !takes_all(part)).skip(1);
        behind.any(|part| !part.pieces.iter().all(Piece::is_nothing))
    }

    /// Asks actix-web's router whether the pattern matches this path.
    pub(super) fn matches(&self, path: &str) -> bool {
        let mut rest = path.starts_with('/').then_some(path);
        for part in &self.parts {
            rest = rest.and_then(|rest| part.router.find_match(rest).and_then(|length| rest.get(length..)));
        }
        rest.is_some()
    }

    /// Returns a path that the pattern matches, with `filling` for every parameter; `None` if an expression decides.
    pub(super) fn sample(&self, filling: &str) -> Option<String> {
        let mut path = String::new();
        for segment in &self.segments {
            path.push('/');
            path.push_str(match segment {
                Segment::Plain(text) => text,
                Segment::Parameter => filling,
                Segment::Mixed(_) => return None,
            });
        }
        match self.rest {
            Rest::Nothing | Rest::Scope => Some(path),
            Rest::Anything => Some(format!("{path}/{filling}")),
            Rest::Unknown => None,
        }
    }

    /// Returns the path if the pattern matches no other one.
    pub(super) fn only_path(&self) -> Option<String> {
        let is_plain = self.segments.iter().all(|segment| matches!(segment, Segment::Plain(_)));
        (is_plain && self.rest == Rest::Nothing).then(|| self.sample("")).flatten()
    }

    /// Returns how this pattern stands to a later one; `None` if the segments do not tell.
    pub(super) fn relation(&self, later: &Self, known: &Known) -> Option<Relation> {
        let (own, other) = (self.segments.len(), later.segments.len());
        let ends = match (self.rest, later.rest) {
            (Rest::Unknown, _) | (_, Rest::Unknown) => None,
            (Rest::Nothing, Rest::Nothing) => {
                Some(if own == other { Relation::Covers } else { Relation::Disjoint })
            }
            (Rest::Nothing, Rest::Anything) => Some(overlaps_if(own > other)),
            (Rest::Nothing, Rest::Scope) => Some(overlaps_if(own >= other)),
            (Rest::Anything, Rest::Nothing) => Some(covers_if(own < other)),
            (Rest::Scope, Rest::Nothing) => Some(covers_if(own <= other)),
            (Rest::Anything, Rest::Anything) | (Rest::Scope, Rest::Anything | Rest::Scope)
                if own <= other =>
            {
                Some(Relation::Covers)
            }
            (Rest::Anything, Rest::Scope) if own < other => Some(Relation::Covers),
            (Rest::Anything | Rest::Scope, Rest::Anything | Rest::Scope) => Some(Relation::Overlaps),
        };
        let segments =
            self.segments.iter().zip(&later.segments).map(|(one, other)| known.relation(one, other));
        let all: Vec<_> = segments.chain([ends]).collect();
        if all.contains(&Some(Relation::Disjoint)) {
            return Some(Relation::Disjoint);
        }
        all.into_iter().collect::<Option<Vec<_>>>()?.into_iter().min()
    }
}

impl Known {
    fn relation(&self, first: &Segment, later: &Segment) -> Option<Relation> {
        first.relation(later).or_else(|| {
            let pair = (first.clone(), later.clone());
            let known = self.0.borrow().get(&pair).copied();
            known.unwrap_or_else(|| {
                let languages = (Language::of(&first.expression()), Language::of(&later.expression()));
                let relation = languages.0.zip(languages.1).map(|(first, later)| first.relation(&later));
                self.0.borrow_mut().insert(pair, relation);
                relation
            })
        })
    }
}

impl Segment {
    /// Returns how this segment stands to one of a later pattern; `None` if only their expressions can tell.
    fn relation(&self, later: &Self) -> Option<Relation> {
        match (self, later) {
            (one, other) if one == other => Some(Relation::Covers),
            (Self::Plain(_), Self::Plain(_)) => Some(Relation::Disjoint),
            (Self::Parameter, Self::Plain(text)) => Some(covers_if(!text.is_empty())),
            (Self::Plain(text), Self::Parameter) => Some(overlaps_if(!text.is_empty())),
            (Self::Mixed(_), _) | (_, Self::Mixed(_)) | (Self::Parameter, Self::Parameter) => None,
        }
    }
}

fn covers_if(condition: bool) -> Relation {
    if condition { Relation::Covers } else { Relation::Disjoint }
}

fn overlaps_if(condition: bool) -> Relation {
    if condition { Relation::Overlaps } else { Relation::Disjoint }
}

/// Splits the parts into segments, and says what comes behind the last of them.
fn segments(parts: &[Rc<Part>], is_scope: bool) -> (Vec<Segment>, Rest) {
    let mut pieces = parts.iter().flat_map(|part| &part.pieces).peekable();
    let (mut done, mut open): (Vec<Segment>, Option<Segment>) = (Vec::new(), None);
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) => {
                for (position, text) in text.split('/').enumerate() {
                    if position > 0 {
                        done.extend(open.replace(Segment::Plain(String::new())));
                    }
                    match &mut open {
                        Some(segment) => segment.push(text, &escaped(text)),
                        // A path begins with a slash, so a pattern with something before it matches nothing.
                        None if !text.is_empty() => return (done, Rest::Unknown),
                        None => {}
                    }
                }
            }
            Piece::Parameter { crosses_slashes: false, expression } => match &mut open {
                Some(segment) if expression == PARAMETER && *segment == Segment::Plain(String::new()) => {
                    *segment = Segment::Parameter;
                }
                Some(segment) => segment.extend(&format!("(?:{expression})")),
                None => return (done, Rest::Unknown),
            },
            Piece::Parameter { expression, .. } => {
                let is_last = !is_scope && pieces.all(Piece::is_nothing);
                let is_tail = expression == TAIL && open == Some(Segment::Plain(String::new()));
                return (done, if is_last && is_tail { Rest::Anything } else { Rest::Unknown });
            }
        }
    }
    match open {
        None if !is_scope => (done, Rest::Unknown),
        open => {
            done.extend(open);
            (done, if is_scope { Rest::Scope } else { Rest::Nothing })
        }
    }
}

impl Segment {
    /// Adds a text to the segment.
    fn push(&mut self, text: &str, escaped: &str) {
        match self {
            Self::Plain(own) => own.push_str(text),
            Self::Parameter | Self::Mixed(_) if text.is_empty() => {}
            Self::Parameter | Self::Mixed(_) => self.extend(escaped),
        }
    }

    /// Adds an expression to the segment.
    fn extend(&mut self, behind: &str) {
        *self = Self::Mixed(self.expression() + behind);
    }

    /// Returns an expression for this segment alone.
    fn expression(&self) -> String {
        match self {
            Self::Plain(text) => escaped(text),
            Self::Parameter => format!("(?:{PARAMETER})"),
            Self::Mixed(expression) => expression.clone(),
        }
    }
}
