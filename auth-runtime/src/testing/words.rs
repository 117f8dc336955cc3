//! The words of texts, and which of them vary.

use std::collections::BTreeSet;

/// The places of the words of a text that vary.
#[derive(Default)]
pub(super) struct Words {
    pub(super) places: BTreeSet<usize>,
    /// Whether not even the number of the words is always the same.
    pub(super) all: bool,
}

impl Words {
    pub(super) fn learn(&mut self, one: &[u8], other: &[u8]) -> bool {
        let known = (self.places.len(), self.all);
        match differing(one, other) {
            Some(places) => self.places.extend(places),
            None => self.all = true,
        }
        known != (self.places.len(), self.all)
    }

    pub(super) fn excuse(&self, one: &[u8], other: &[u8]) -> bool {
        differing(one, other).is_some_and(|places| places.iter().all(|place| self.places.contains(place)))
    }
}

/// Returns the places at which two texts have different words; `None` if they have different numbers of words.
fn differing(one: &[u8], other: &[u8]) -> Option<Vec<usize>> {
    let [one, other] = [words(one), words(other)];
    let places = || one.iter().zip(&other).enumerate().filter(|(_, (one, other))| one != other);
    (one.len() == other.len()).then(|| places().map(|(place, _)| place).collect())
}

/// Splits a text into words and separators. What is not a separator may stand in an id, a time or a nonce.
fn words(text: &[u8]) -> Vec<&[u8]> {
    let separates = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>(){}[],;&".contains(byte);
    text.chunk_by(|one, other| !separates(one) && !separates(other)).collect()
}
