//! The names of scopes and roles that a principal holds.

use super::names::{Name, hash};

/// Names that are prepared once and looked up often.
#[derive(Clone, Default)]
pub(super) struct HeldNames {
    names: Vec<String>,
    /// The hashes of the names, in the same order.
    hashes: Vec<u64>,
}

impl HeldNames {
    pub(super) fn extend(&mut self, names: impl IntoIterator<Item = impl Into<String>>) {
        self.names.extend(names.into_iter().map(Into::into));
    }

    /// Keeps these names. They have to be prepared anew before somebody looks one up.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.names.retain(|name| keep(name));
    }

    pub(super) fn prepare(&mut self) {
        self.names.sort_unstable();
        self.names.dedup();
        self.hashes = self.names.iter().map(|name| hash(name)).collect();
    }

    #[inline]
    pub(super) fn contains(&self, name: &str, hash: u64) -> bool {
        let mut hashes = self.hashes.iter().zip(&self.names);
        hashes.any(|(other_hash, other)| *other_hash == hash && other == name)
    }

    #[inline]
    pub(super) fn hold(&self, name: &Name) -> bool {
        self.contains(name.text, name.hash)
            || name.implied_by.iter().any(|broader| self.contains(broader, hash(broader)))
    }

    pub(super) fn all(&self) -> &[String] {
        &self.names
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}
