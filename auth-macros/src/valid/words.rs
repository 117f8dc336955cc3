//! The words of the grammar, and the messages about unknown words.

use syn::Ident;

use crate::args::AttributeName;

const COMBINATIONS: [&str; 2] = ["any", "all"];
const TREES: [&str; 7] = ["any", "all", "scope", "role", "issuer", "scheme", "authenticated"];

/// The words that may stand in a list of names of one kind.
pub(super) fn of_names() -> &'static [&'static str] {
    &COMBINATIONS
}

/// The words that may stand in a tree.
pub(super) fn of_trees() -> &'static [&'static str] {
    &TREES
}

/// The words that may stand in an attribute.
pub(super) fn of(attribute: AttributeName) -> Vec<&'static str> {
    let (requirements, options): (&[_], &[_]) = match attribute {
        AttributeName::Public => (&[], &["crate"]),
        AttributeName::Require => (&TREES, &["hide", "when", "crate"]),
        AttributeName::RequireAuth => (&[], &["hide", "when", "crate"]),
        AttributeName::RequireRole | AttributeName::RequireScope => {
            (&COMBINATIONS, &["hide", "when", "crate"])
        }
    };
    [requirements, options].concat()
}

/// Whether the word has a meaning in some attribute. Such a word in a wrong place has a message of its own.
pub(super) fn is_known(attribute: AttributeName, word: &Ident) -> bool {
    TREES.iter().any(|known| word == known) || of(attribute).iter().any(|known| word == known)
}

/// Whether a name is written as a word of the grammar: without the capitals of constants and variants.
pub(super) fn is_word(name: &Ident) -> bool {
    !name.to_string().chars().any(char::is_uppercase)
}

pub(super) fn unknown(word: &str, known: &[&str]) -> String {
    if word == "not" {
        return "there is no `not`: a caller with fewer grants would get more; require what the caller has to hold"
            .to_owned();
    }
    match nearest(word, known) {
        Some(near) => format!("`{word}` is not known; did you mean `{near}`?"),
        None => format!("`{word}` is not known; there are `{}`", known.join("`, `")),
    }
}

/// Finds the candidate that is nearest to `word`, and at most a third of its own letters away.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let distance = |candidate: &&&str| distance(word, candidate);
    let nearest = candidates.iter().min_by_key(distance)?;
    (distance(&nearest) <= nearest.len().div_ceil(3)).then_some(*nearest)
}

/// Computes Levenshtein's distance, one row at a time.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, from) in from.chars().enumerate() {
        let mut corner = above;
        let mut left = above + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&to) {
            let changed = corner + usize::from(from != *to);
            corner = *cell;
            left = changed.min(left + 1).min(corner + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn distances_count_single_edits() {
        for (from, to, edits) in
            [("", "", 0), ("hide", "hide", 0), ("hid", "hide", 1), ("", "abc", 3), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(from, to), edits, "{from} to {to}");
        }
    }

    #[test]
    fn only_near_words_are_suggested() {
        assert_eq!(nearest("hidden", &["crate", "hide"]), Some("hide"));
        assert_eq!(nearest("secret", &["hide", "crate"]), None);
        assert_eq!(nearest("x", &["hide", "crate"]), None);
    }
}
