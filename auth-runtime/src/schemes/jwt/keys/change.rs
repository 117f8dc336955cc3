//! What a fetch changed in the keys of an issuer.

use std::sync::Arc;

use super::{
    key::VerifyingKey,
    key_set::KeySet,
    status::{KeyId, key_id},
};

/// The difference between two sets of keys. A key under the same id with other material counts as added and as lost.
pub(crate) struct Change<'sets> {
    added: Vec<&'sets Arc<VerifyingKey>>,
    lost: Vec<&'sets Arc<VerifyingKey>>,
    after: &'sets KeySet,
}

impl<'sets> Change<'sets> {
    pub(crate) fn between(before: &'sets KeySet, after: &'sets KeySet) -> Self {
        let missing_in = |set: &'sets KeySet, other: &'sets KeySet| {
            let is_there = |key: &Arc<VerifyingKey>| other.iter().any(|kept| Arc::ptr_eq(kept, key));
            set.iter().filter(|key| !is_there(key)).collect()
        };
        Self { added: missing_in(after, before), lost: missing_in(before, after), after }
    }

    /// Ends the trust in the lost keys at once, even for remembered tokens that they signed.
    pub(crate) fn withdraw_lost(&self) {
        self.lost.iter().for_each(|key| key.trust().withdraw());
    }

    /// Returns whether a key with this id is new.
    pub(crate) fn adds(&self, id: KeyId) -> bool {
        self.added.iter().any(|key| key.id().map(key_id) == Some(id))
    }

    /// Returns the ids that no key has any more.
    pub(crate) fn gone(&self) -> impl Iterator<Item = KeyId> {
        let ids = self.lost.iter().filter_map(|key| key.id());
        ids.filter(|id| !self.after.iter().any(|key| key.id() == Some(id))).map(key_id)
    }

    pub(crate) fn log(&self, issuer: &str) {
        let names = |keys: &[&Arc<VerifyingKey>]| {
            keys.iter().map(|key| key.id().unwrap_or("without an id").to_owned()).collect::<Vec<_>>()
        };
        let (added, lost) = (names(&self.added), names(&self.lost));
        let kept: Vec<_> = self
            .added
            .iter()
            .filter_map(|key| key.id())
            .filter(|id| lost.iter().any(|name| name == id))
            .collect();
        if !lost.is_empty() && self.after.is_empty() {
            tracing::warn!(
                issuer,
                ?lost,
                "the issuer has withdrawn all keys, so none of its tokens is accepted"
            );
        } else if !kept.is_empty() {
            tracing::warn!(issuer, ?kept, "the issuer has replaced keys without giving them other ids");
        }
        if !added.is_empty() || !lost.is_empty() {
            tracing::info!(issuer, ?added, ?lost, "the issuer's keys have changed");
        }
    }
}
