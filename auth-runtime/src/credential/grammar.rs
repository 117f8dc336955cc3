//! The grammar of the `Authorization` field (RFC 9110 §11.4, §11.6.2).

use crate::policy::credential_error::MalformedCredential;

/// An `Authorization` field, split into its scheme and the rest.
#[derive(Clone, Copy)]
pub(crate) struct Authorization<'request> {
    /// The scheme, spelled as in the request.
    pub(crate) scheme: &'request str,
    rest: &'request [u8],
}

impl<'request> Authorization<'request> {
    /// Splits a field. An empty field counts as no field.
    pub(crate) fn split(field: &'request [u8]) -> Result<Option<Self>, MalformedCredential> {
        let field = field.trim_ascii();
        if field.is_empty() {
            return Ok(None);
        }
        let (scheme, rest) = split_scheme(field).ok_or(MalformedCredential::Scheme)?;
        Ok(Some(Self { scheme, rest }))
    }

    /// Returns what follows the scheme, without checking its grammar.
    pub(crate) fn raw_value(&self) -> &'request [u8] {
        trim_spaces(self.rest)
    }

    /// Returns whether the field joins several credentials, whatever their schemes are.
    pub(crate) fn joins_credentials(&self) -> bool {
        joins_credentials(self.rest)
    }

    /// Returns what follows the scheme, if that is one credential in the scheme's alphabet.
    pub(crate) fn value(&self, alphabet: Alphabet) -> Result<&'request str, MalformedCredential> {
        if self.joins_credentials() {
            return Err(MalformedCredential::Joined);
        }
        let value = std::str::from_utf8(self.raw_value()).map_err(|_| MalformedCredential::Value)?;
        let legal = match alphabet {
            Alphabet::Token68 => is_token68(value),
            Alphabet::Printable => is_printable(value),
        };
        if legal { Ok(value) } else { Err(MalformedCredential::Value) }
    }
}

/// The characters that may follow a scheme.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// Letters, digits and `-._~+/`, then any number of `=` (RFC 9110 §11.2).
    Token68,
    /// Printable ASCII, which the scheme's own authenticator parses.
    Printable,
}

/// Splits `scheme [ 1*SP rest ]`. Only a space separates the two (RFC 9110 §11.4).
fn split_scheme(field: &[u8]) -> Option<(&str, &[u8])> {
    let end = field.iter().position(|byte| !is_token_char(*byte)).unwrap_or(field.len());
    let (scheme, rest) = field.split_at_checked(end)?;
    let separated = matches!(rest.first(), None | Some(b' '));
    let scheme = std::str::from_utf8(scheme).ok()?;
    (separated && !scheme.is_empty()).then_some((scheme, rest))
}

/// Cuts off leading spaces. Other white space is not a separator, so it stays.
fn trim_spaces(rest: &[u8]) -> &[u8] {
    let begin = rest.iter().position(|byte| *byte != b' ').unwrap_or(rest.len());
    rest.get(begin..).unwrap_or_default()
}

/// Returns whether `text` is not empty and holds only visible ASCII and spaces.
pub(crate) fn is_printable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Returns whether `name` is a token (RFC 9110 §5.6.2).
pub(crate) fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_token_char)
}

fn is_token_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

fn is_token68(value: &str) -> bool {
    let core = value.trim_end_matches('=');
    // The loop looks at every byte and has no branch, so that one instruction can check many bytes: tokens are long.
    !core.is_empty() && core.bytes().fold(true, |legal, byte| legal & is_token68_char(byte))
}

fn is_token68_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

/// Returns whether another scheme and its credential follow a comma outside quotes, as in `Basic x, Bearer y`. Commas
/// between parameters, as in `Digest realm="a, b", nonce=c`, do not count.
fn joins_credentials(rest: &[u8]) -> bool {
    // Most fields have no comma, and finding that out is fast.
    if !rest.contains(&b',') {
        return false;
    }
    let (mut quoted, mut escaped) = (false, false);
    rest.split(|byte| {
        let separates = *byte == b',' && !quoted;
        quoted ^= *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && quoted && !escaped;
        separates
    })
    .skip(1)
    .any(|element| {
        let Some((_, after)) = split_scheme(element.trim_ascii_start()) else { return false };
        // A parameter may have spaces around its `=`, so `=` is not the start of a credential.
        after.trim_ascii().first().is_some_and(|byte| *byte != b'=')
    })
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, Authorization};
    use crate::policy::credential_error::MalformedCredential::{self, Joined, Scheme, Value};

    fn read(field: &'static str) -> Result<Option<(&'static str, &'static str)>, MalformedCredential> {
        let Some(field) = Authorization::split(field.as_bytes())? else { return Ok(None) };
        let alphabet = match field.scheme.to_ascii_lowercase().as_str() {
            "bearer" => Alphabet::Token68,
            "hawk" => Alphabet::Printable,
            _ if field.joins_credentials() => return Err(Joined),
            _ => return Ok(None),
        };
        field.value(alphabet).map(|value| Some((field.scheme, value)))
    }

    #[test]
    fn one_credential_is_read() {
        assert_eq!(read("Bearer abc"), Ok(Some(("Bearer", "abc"))));
        assert_eq!(read("bEaReR    abc=="), Ok(Some(("bEaReR", "abc=="))));
        assert_eq!(read(r#"Hawk id="a", ts="1""#), Ok(Some(("Hawk", r#"id="a", ts="1""#))));
    }

    #[test]
    fn nothing_of_ours_is_no_credential() {
        for field in [
            "",
            "  ",
            "Foo",
            "Foo bar",
            r#"Digest username="a, Bearer abc", realm="x""#,
            "AWS4 C=a/b, S=c;d, T=e",
        ] {
            assert_eq!(read(field), Ok(None), "{field}");
        }
    }

    #[test]
    fn everything_else_is_malformed() {
        for field in ["Bearer\tabc", "Bearer=abc", "Bearer:abc", ", Bearer abc", "\"Bearer\" abc"] {
            assert_eq!(read(field), Err(Scheme), "{field}");
        }
        for field in [
            "Bearer",
            "Bearer a b",
            "Bearer a*b",
            "Bearer abc,",
            "Bearer \"a\"",
            "Bearer é",
            "Bearer t=a",
            "Bearer ==",
        ] {
            assert_eq!(read(field), Err(Value), "{field}");
        }
        for field in
            ["Bearer a, Bearer b", "Basic x, Bearer b", "Hawk a, Bearer b", r#"Digest a="\"", Bearer b"#]
        {
            assert_eq!(read(field), Err(Joined), "{field}");
        }
    }
}
