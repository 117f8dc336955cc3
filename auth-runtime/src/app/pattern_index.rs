//! An index over patterns by their segments, so that a path is compared only with the paths that resemble it.

use std::collections::HashMap;

use super::pattern::{Pattern, Rest, Segment};

/// A tree of segments. Plain segments are looked up; all others share one branch.
#[derive(Debug, Default)]
pub(super) struct Index {
    plain: HashMap<String, Index>,
    other: Option<Box<Index>>,
    /// The patterns that end here.
    ends: Vec<usize>,
    /// The patterns that go on in whatever way.
    open: Vec<usize>,
}

impl Index {
    /// Adds a pattern, which `position` stands for.
    pub(super) fn insert(&mut self, pattern: &Pattern, position: usize) {
        let mut node = self;
        for segment in pattern.segments() {
            node = match segment {
                Segment::Plain(text) => node.plain.entry(text.clone()).or_default(),
                Segment::Parameter | Segment::Mixed(_) => node.other.get_or_insert_default(),
            };
        }
        match pattern.rest() {
            Rest::Nothing => node.ends.push(position),
            Rest::Anything | Rest::Scope | Rest::Unknown => node.open.push(position),
        }
    }

    /// Returns the patterns that may match a path which `pattern` matches, in the order in which they were added.
    pub(super) fn candidates(&self, pattern: &Pattern) -> Vec<usize> {
        let mut found = Vec::new();
        self.collect(pattern.segments(), pattern.rest(), &mut found);
        found.sort_unstable();
        found
    }

    fn collect(&self, segments: &[Segment], rest: Rest, found: &mut Vec<usize>) {
        let Some((first, behind)) = segments.split_first() else {
            return self.collect_rest(rest, found);
        };
        found.extend(&self.open);
        if let Some(other) = &self.other {
            other.collect(behind, rest, found);
        }
        match first {
            Segment::Plain(text) => {
                if let Some(node) = self.plain.get(text) {
                    node.collect(behind, rest, found);
                }
            }
            Segment::Parameter | Segment::Mixed(_) => {
                for node in self.plain.values() {
                    node.collect(behind, rest, found);
                }
            }
        }
    }

    fn collect_rest(&self, rest: Rest, found: &mut Vec<usize>) {
        found.extend(self.open.iter().chain(&self.ends));
        if rest != Rest::Nothing {
            for node in self.plain.values().chain(self.other.as_deref()) {
                node.collect_rest(rest, found);
            }
        }
    }
}
