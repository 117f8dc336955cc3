//! The paths that a pattern matches, as an automaton, and the search for a path that tells patterns apart.

use std::collections::{HashSet, VecDeque};

use regex_automata::{
    Anchored,
    dfa::{Automaton as _, StartKind, dense},
    nfa::thompson,
    util::{primitives::StateID, start, syntax},
};

/// The bytes of memory that an automaton may take.
const MOST_BYTES: usize = 1 << 20;
/// The states that a search may visit.
const MOST_STATES: usize = 10_000;
/// The paths that a search returns.
const MOST_WORDS: usize = 1_000;

/// The set of texts that a regular expression matches as a whole.
#[derive(Clone, Debug)]
pub(super) struct Language(dense::DFA<Vec<u32>>);

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The texts.
    pub(super) words: Vec<String>,
    /// Whether the search looked everywhere.
    pub(super) complete: bool,
}

/// How an earlier set of paths stands to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// No path is in both.
    Disjoint,
    /// Some path may be in both, and some path may be in the later one only.
    Overlaps,
    /// Every path of the later one is in the earlier one too.
    Covers,
}

impl Found {
    /// Returns whether there is no such text.
    pub(super) fn is_empty(&self) -> bool {
        self.complete && self.words.is_empty()
    }
}

impl Language {
    /// Makes the language of an expression; `None` if the expression is not understood, or too large.
    pub(super) fn of(expression: &str) -> Option<Self> {
        // Automata over bytes are small. A class that holds characters beyond ASCII needs the second try.
        Self::build(expression, false).or_else(|| Self::build(expression, true))
    }

    /// Returns how this language stands to a later one. What cannot be decided counts as an overlap.
    pub(super) fn relation(&self, later: &Self) -> Relation {
        let (shared, left) = (search(&[later, self], &[]), search(&[later], &[self]));
        match (shared.is_empty(), left.is_empty()) {
            (true, _) => Relation::Disjoint,
            (false, true) => Relation::Covers,
            (false, false) => Relation::Overlaps,
        }
    }

    fn build(expression: &str, unicode: bool) -> Option<Self> {
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .accelerate(false)
            .dfa_size_limit(Some(MOST_BYTES))
            .determinize_size_limit(Some(MOST_BYTES));
        let syntax = syntax::Config::new().unicode(unicode).utf8(false).dot_matches_new_line(true);
        dense::Builder::new()
            .configure(config)
            .syntax(syntax)
            .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(MOST_BYTES)))
            .build(&format!(r"\A(?:{expression})\z"))
            .ok()
            .map(Self)
    }

    fn start(&self) -> Option<StateID> {
        self.0.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()
    }

    /// Returns whether a text that ends here belongs to the language.
    fn ends(&self, state: StateID) -> bool {
        self.0.is_match_state(self.0.next_eoi_state(state))
    }
}

/// Searches for texts that belong to all languages in `inside` and to none in `outside`, shortest first. What comes again
/// in a text is looked at once, which is enough to know whether there is a text.
pub(super) fn search(inside: &[&Language], outside: &[&Language]) -> Found {
    let all: Vec<_> = inside.iter().chain(outside).copied().collect();
    let Some(begin) = all.iter().map(|language| language.start()).collect::<Option<Vec<_>>>() else {
        return Found::default();
    };
    let bytes = telling_bytes(&all);
    let mut found = Found { words: Vec::new(), complete: true };
    let mut seen = HashSet::from([begin.clone()]);
    let mut waiting = VecDeque::from([(begin, Vec::new())]);
    while let Some((states, word)) = waiting.pop_front() {
        let mut ends = all.iter().zip(&states).map(|(language, state)| language.ends(*state));
        let (required, excluded) = (ends.by_ref().take(inside.len()).all(|ends| ends), ends.any(|ends| ends));
        if required && !excluded {
            found.words.extend(String::from_utf8(word.clone()));
        }
        if found.words.len() == MOST_WORDS || seen.len() > MOST_STATES {
            found.complete = false;
            return found;
        }
        for byte in &bytes {
            let next = step(&all, &states, *byte);
            let is_dead =
                all.iter().zip(&next).take(inside.len()).any(|(one, state)| one.0.is_dead_state(*state));
            if is_dead {
                continue;
            }
            if seen.insert(next.clone()) {
                waiting.push_back((next, [word.as_slice(), &[*byte]].concat()));
            }
        }
    }
    found
}

fn step(languages: &[&Language], states: &[StateID], byte: u8) -> Vec<StateID> {
    languages.iter().zip(states).map(|(language, state)| language.0.next_state(*state, byte)).collect()
}

/// Returns one byte for each set of bytes that no language tells apart. Letters come first, so that a found path can be
/// read.
fn telling_bytes(languages: &[&Language]) -> Vec<u8> {
    let mut seen = HashSet::new();
    (b'a'..=b'z')
        .chain(b'0'..=b'9')
        .chain(b'-'..=b'/')
        .chain(0..=u8::MAX)
        .filter(|byte| {
            let classes: Vec<_> =
                languages.iter().map(|language| language.0.byte_classes().get(*byte)).collect();
            seen.insert(classes)
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::{Language, search};

    fn found(inside: &str, outside: &[&str]) -> Option<String> {
        let inside = Language::of(inside).unwrap();
        let outside: Vec<_> = outside.iter().map(|text| Language::of(text).unwrap()).collect();
        let found = search(&[&inside], &outside.iter().collect::<Vec<_>>());
        assert!(found.complete);
        found.words.into_iter().next()
    }

    #[test]
    fn a_search_finds_what_is_left_over() {
        assert_eq!(found("[a-z]+", &["[a-m]+"]).as_deref(), Some("n"));
        assert_eq!(found("[a-z]+", &["[a-z]", "[a-y]*"]).as_deref(), Some("az"));
        assert_eq!(found(r"\d{4}", &["[0-9]+"]), None);
        assert_eq!(found("a|b", &["a", "b"]), None);
        assert_eq!(found("/[^/]+", &["/.*"]), None);
        assert_eq!(found("é|[è]", &["é"]).as_deref(), Some("è"));
    }
}
