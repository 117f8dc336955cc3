//! The name and the password in a credential (RFC 7617 §2).

use std::{error::Error, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use unicode_normalization::UnicodeNormalization as _;

use crate::policy::credential_error::InvalidCredential;

/// The longest credential that is read, in characters of base64.
const MAX_CREDENTIAL: usize = 2048;
/// The longest name and password with the colon between them, in bytes: what [`MAX_CREDENTIAL`] characters of base64 hold.
const MAX_TEXT: usize = MAX_CREDENTIAL / 4 * 3;
/// The longest password that can be set, in bytes. Together with a name of 511 bytes and a colon it is the longest
/// credential.
const MAX_PASSWORD: usize = 1024;

/// A name and a password, both in the normal form NFC.
pub(super) struct NameAndPassword {
    pub(super) name: String,
    pub(super) password: String,
}

impl NameAndPassword {
    pub(super) fn parse(credential: &str) -> Result<Self, InvalidCredential> {
        if credential.len() > MAX_CREDENTIAL {
            return Err(InvalidCredential::TooLong);
        }
        let bytes =
            STANDARD.decode(credential).map_err(|_| InvalidCredential::Refused("it is not base64"))?;
        let text = String::from_utf8(bytes).map_err(|_| InvalidCredential::Refused("it is not UTF-8"))?;
        // The name has no colon, and the password may have many.
        let (name, password) = text.split_once(':').ok_or(InvalidCredential::Refused("it has no colon"))?;
        Self::new(name, password)
    }

    /// Takes a name and a password that a request could present in `Authorization`.
    pub(super) fn new(name: &str, password: &str) -> Result<Self, InvalidCredential> {
        if name.len().saturating_add(password.len()) >= MAX_TEXT {
            return Err(InvalidCredential::TooLong);
        }
        if [name, password].iter().any(|text| text.contains(char::is_control)) {
            return Err(InvalidCredential::Refused("it has control characters"));
        }
        Ok(Self { name: normal(name), password: normal(password) })
    }
}

/// Returns the text in the normal form NFC, in which the same letters are the same bytes on every keyboard.
fn normal(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { text.nfc().collect() }
}

/// Returns a password in the form in which it is compared, if a request could ever present it.
pub(super) fn check_password(password: &str) -> Result<String, PasswordError> {
    if password.is_empty() {
        return Err(PasswordError("the password is empty; choose another"));
    }
    if password.len() > MAX_PASSWORD {
        return Err(PasswordError("the password is longer than 1024 bytes; choose a shorter one"));
    }
    if password.contains(char::is_control) {
        return Err(PasswordError("the password has control characters; leave them out"));
    }
    Ok(normal(password))
}

/// Why a password cannot be hashed for the store. The text has nothing of the password.
///
/// # Example
/// ```
/// use auth_runtime::basic::Basic;
///
/// let error = Basic::hash("").unwrap_err();
/// assert_eq!(error.to_string(), "the password is empty; choose another");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordError(pub(super) &'static str);

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for PasswordError {}

#[cfg(test)]
mod tests {
    use super::{NameAndPassword, STANDARD, check_password};
    use base64::Engine as _;

    fn parse(text: &[u8]) -> Option<(String, String)> {
        let parsed = NameAndPassword::parse(&STANDARD.encode(text)).ok()?;
        Some((parsed.name, parsed.password))
    }

    #[test]
    fn the_first_colon_ends_the_name() {
        let pair = |name: &str, password: &str| Some((name.to_owned(), password.to_owned()));
        assert_eq!(parse(b"u:p:w"), pair("u", "p:w"));
        assert_eq!(parse(b":"), pair("", ""));
        assert_eq!(parse("e\u{301}:e\u{301}".as_bytes()), pair("é", "é"));
    }

    #[test]
    fn what_is_no_name_and_password_is_refused() {
        let (long, most) = ([b'a'; 1537], [b':'; 1536]);
        for text in [
            &b""[..],
            b"user",
            b"\xff:\xff",
            b"u\0:p",
            b"u:p\x7f",
            b"u:p\r\nx: y",
            "u:\u{85}".as_bytes(),
            &long,
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert!(parse(&most).is_some());
        for text in ["", "!!!", "dTpw=", "dTpx\u{a0}", "dTpw,dTpw", "dTq="] {
            assert!(NameAndPassword::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_that_could_never_be_sent_is_not_set() {
        for password in ["", "a\nb", "a\0", &"a".repeat(1025)] {
            assert!(check_password(password).is_err());
        }
        assert_eq!(check_password("e\u{301}").as_deref(), Ok("é"));
        assert!(check_password(&"a".repeat(1024)).is_ok());
    }
}
