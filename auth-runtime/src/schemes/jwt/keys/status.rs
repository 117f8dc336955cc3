//! The state of the fetches of a key set, and whether a token may cause one.

use std::collections::VecDeque;

use sha2::{Digest as _, Sha256};

pub(crate) fn key_id(id: &str) -> KeyId {
    Sha256::digest(id).into()
}

#[derive(Debug, Default)]
pub(crate) struct Status {
    pub(crate) fetching: bool,
    /// When a token last caused a fetch, in seconds since 1970.
    pub(crate) asked_at: Option<u64>,
    /// The key that this token named, until the fetch has ended.
    pub(crate) asked_for: Option<KeyId>,
    /// The keys for which a fetch would be in vain, and since when: keys that a fetch did not find or found unchanged,
    /// and keys that the issuer removed.
    in_vain: VecDeque<(KeyId, u64)>,
    pub(crate) fetched_at: Option<u64>,
    pub(crate) failure: Option<String>,
    /// The JSON texts of the unusable keys, which were logged once.
    pub(crate) left_out: Vec<String>,
}

/// The SHA-256 of a `kid`, because a `kid` may be long.
pub(crate) type KeyId = [u8; 32];

/// The number of cool-downs for which a key that was fetched in vain causes no fetch. Clients go on sending tokens of a
/// removed key, and they must not use up the one fetch of a cool-down, which a new key may need.
const IN_VAIN_FOR: u64 = 3;
const MAX_IN_VAIN: usize = 64;

impl Status {
    /// Returns whether a token with this key may cause a fetch now.
    pub(crate) fn may_ask(&self, key: Option<KeyId>, now: u64, cool_down: u64) -> bool {
        // A clock that was set back ends the wait early.
        let within = |since: u64, seconds| (since..since.saturating_add(seconds)).contains(&now);
        let is_in_vain = |(key_in_vain, since): &(KeyId, u64)| {
            Some(*key_in_vain) == key && within(*since, cool_down.saturating_mul(IN_VAIN_FOR))
        };
        !self.asked_at.is_some_and(|at| within(at, cool_down)) && !self.in_vain.iter().any(is_in_vain)
    }

    pub(crate) fn remember_in_vain(&mut self, keys: impl Iterator<Item = KeyId>, now: u64) {
        self.in_vain.extend(keys.map(|key| (key, now)));
        while self.in_vain.len() > MAX_IN_VAIN {
            self.in_vain.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_IN_VAIN, Status, key_id};

    #[test]
    fn a_token_causes_one_fetch_in_a_cool_down() {
        let mut status = Status { asked_at: Some(100), ..Status::default() };
        assert!(!status.may_ask(Some(key_id("a")), 109, 10));
        assert!(status.may_ask(Some(key_id("a")), 110, 10));
        assert!(status.may_ask(Some(key_id("a")), 99, 10), "the clock was set back");
        status.remember_in_vain([key_id("a")].into_iter(), 110);
        for (now, may) in [(110, false), (139, false), (140, true)] {
            assert_eq!(status.may_ask(Some(key_id("a")), now, 10), may, "{now}");
            assert!(status.may_ask(Some(key_id("b")), now, 10));
            assert!(status.may_ask(None, now, 10));
        }
    }

    #[test]
    fn what_is_in_vain_is_not_remembered_without_end() {
        let mut status = Status::default();
        status.remember_in_vain((0..1000).map(|number| key_id(&number.to_string())), 0);
        assert_eq!(status.in_vain.len(), MAX_IN_VAIN);
        assert!(status.may_ask(Some(key_id("0")), 0, 10));
        assert!(!status.may_ask(Some(key_id("999")), 0, 10));
    }
}
