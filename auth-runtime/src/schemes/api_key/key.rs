//! The text of an API key: its parts, its checksum and its digest.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::config::ConfigError;

/// A new API key. It is made once, shown to its owner once, and stored by its [`id`](Self::id) and
/// [`digest`](Self::digest) alone.
///
/// The text is `prefix_id_secret`, such as `ord_eNd3Vz0oHcYlt8Qa_…`, with a checksum at the end:
///
/// | part | characters |
/// |---|---|
/// | prefix | the service's own: `a-z`, `0-9` and `_`, beginning with a letter |
/// | id | 16 of `0-9A-Za-z`; no secret |
/// | secret | 43 of `0-9A-Za-z`: 256 random bits |
/// | checksum | 6 of `0-9A-Za-z`: the first four bytes of the SHA-256 of everything before, as a number to the base 62 |
///
/// A scanner finds the keys of the prefix `ord` by the expression `ord_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}`, and tells by the
/// checksum whether it found one.
///
/// # Example
/// ```
/// use auth_runtime::api_key::ApiKey;
///
/// let key = ApiKey::generate("ord")?;
/// assert!(key.text().starts_with(&format!("ord_{}_", key.id())));
/// // … insert `key.id()` and `key.digest()` into the table, and show `key.text()` once …
/// assert!(!format!("{key:?}").contains(key.text()));
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct ApiKey {
    text: String,
    id: String,
}

/// The digits of the id, the secret and the checksum.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const ID: usize = 16;
/// 62 to the power of 43 is more than two to the power of 256.
const SECRET: usize = 43;
const CHECKSUM: usize = 6;
/// The longest prefix.
const MAX_PREFIX: usize = 32;

impl ApiKey {
    /// Makes a key with the random numbers of the system.
    ///
    /// # Errors
    /// [`ConfigError`] if the prefix is outside of its alphabet or longer than 32 characters, or if the system has no random
    /// numbers.
    pub fn generate(prefix: &str) -> Result<Self, ConfigError> {
        check_prefix(prefix)?;
        let (id, secret) = (random(ID)?, random(SECRET)?);
        let mut text = format!("{prefix}_{id}_{secret}");
        text.push_str(&checksum(&text));
        Ok(Self { text, id })
    }

    /// Returns the SHA-256 of the whole text, for the store. The key cannot be found from it.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.text)
    }

    /// Returns the id, by which the store finds the key. The id is no secret: it may stand in lists and in logs.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the key itself, for its owner. Show it once, and never store or log it.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Leaves out the secret.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Checks the part that all keys of a service begin with.
pub(super) fn check_prefix(prefix: &str) -> Result<(), ConfigError> {
    let is_legal = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    let begins = prefix.starts_with(|first: char| first.is_ascii_lowercase()) && !prefix.ends_with('_');
    if begins && prefix.len() <= MAX_PREFIX && prefix.bytes().all(is_legal) {
        return Ok(());
    }
    Err(ConfigError::new(
        "prefix",
        format!(
            "`{}` is no prefix of API keys; use 1 to 32 lower-case letters, digits and `_`, such as `ord`",
            prefix.escape_debug()
        ),
    ))
}

/// Returns whether a credential claims to be a key of this prefix.
pub(super) fn has_prefix(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('_'))
}

/// Returns the id of a key whose form and checksum are right. The work does not depend on how long the text is.
pub(super) fn id_of<'text>(text: &'text str, prefix: &str) -> Option<&'text str> {
    let rest = text.strip_prefix(prefix)?.strip_prefix('_')?;
    if rest.len() != ID + 1 + SECRET + CHECKSUM {
        return None;
    }
    let (id, rest) = rest.split_at_checked(ID)?;
    let secret = rest.strip_prefix('_')?;
    let is_of_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (before, found) = text.split_at_checked(text.len() - CHECKSUM)?;
    (is_of_digits(id) && is_of_digits(secret) && checksum(before) == found).then_some(id)
}

pub(super) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn checksum(text: &str) -> String {
    let [a, b, c, d, ..] = digest(text);
    let mut number = u32::from_be_bytes([a, b, c, d]);
    let mut digits = [b'0'; CHECKSUM];
    for place in digits.iter_mut().rev() {
        *place = digit(number % 62);
        number /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

fn digit(number: u32) -> u8 {
    usize::try_from(number).ok().and_then(|at| DIGITS.get(at)).copied().unwrap_or(b'0')
}

/// Returns random digits, each as likely as the others.
fn random(length: usize) -> Result<String, ConfigError> {
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 64];
    while text.len() < length {
        getrandom::fill(&mut bytes).map_err(|error| {
            ConfigError::new("random", format!("the system has no random numbers: {error}; try it again"))
        })?;
        // 248 is four times 62, so no digit has one byte more than another.
        let even = bytes.iter().filter(|byte| **byte < 248);
        let digits = even.map(|byte| char::from(digit(u32::from(*byte) % 62)));
        text.extend(digits.take(length - text.len()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{ApiKey, check_prefix, checksum, has_prefix, id_of};

    fn key(prefix: &str) -> ApiKey {
        ApiKey::generate(prefix).unwrap_or_else(|error| unreachable!("{error}"))
    }

    #[test]
    fn the_checksum_is_the_documented_one() {
        // `printf %s abc | sha256sum` begins with ba7816bf: 3128432319 is 3 25 44 36 9 49 to the base 62.
        assert_eq!(checksum("abc"), "3Pia9n");
    }

    #[test]
    fn a_key_is_read_under_its_own_prefix_alone() {
        for prefix in ["ord", "shop_live", "a"] {
            let key = key(prefix);
            assert_eq!(id_of(key.text(), prefix), Some(key.id()));
            assert_eq!(key.text().len(), prefix.len() + 67);
            for other in ["orders", "or", "shop", "live", "b"] {
                assert_eq!(id_of(key.text(), other), None, "{other}");
            }
        }
        assert!(has_prefix("ord_", "ord") && !has_prefix("ordx_", "ord") && !has_prefix("ord", "ord"));
    }

    #[test]
    fn no_changed_letter_is_accepted() {
        let key = key("ord");
        for at in 0..key.text().len() {
            for letter in ['0', 'z', '_', '-', ' '] {
                let changed: String = key
                    .text()
                    .chars()
                    .enumerate()
                    .map(|(here, old)| if here == at { letter } else { old })
                    .collect();
                assert!(changed == key.text() || id_of(&changed, "ord").is_none(), "{at} {letter}");
            }
        }
        for text in ["", "ord", "ord_", "ord__", "ord_é", &key.text().repeat(2), &"ord_".repeat(300_000)] {
            assert_eq!(id_of(text, "ord"), None);
        }
        let not_ascii = format!("ord_{}é_{}", "a".repeat(14), "b".repeat(49));
        assert_eq!(id_of(&not_ascii, "ord"), None);
    }

    #[test]
    fn no_two_keys_are_the_same() {
        let (one, other) = (key("ord"), key("ord"));
        assert!(one.id() != other.id() && one.text() != other.text() && one.digest() != other.digest());
    }

    #[test]
    fn a_prefix_keeps_to_its_alphabet() {
        for prefix in ["", "Ord", "1ord", "ord-", "ord_", "_ord", "o rd", "örd", &"a".repeat(33)] {
            assert!(check_prefix(prefix).is_err(), "{prefix}");
        }
        assert!(
            ["o", "ord", "ord2", "ord_live", &"a".repeat(32)]
                .iter()
                .all(|prefix| check_prefix(prefix).is_ok())
        );
    }
}
