//! What a request presents, unverified: the one `Authorization` field (RFC 9110 §11.6.2).

use std::fmt;

use crate::policy::decision::MalformedCredential;

/// A credential as the request presents it. Nothing of it is proven.
///
/// # Example
/// ```
/// use auth_runtime::{Credential, Denial, InvalidCredential, Principal};
///
/// fn authenticate(credential: &Credential<'_>) -> Result<Principal, Denial> {
///     let owner = owner_of(credential.value());
///     let owner = owner.ok_or(Denial::InvalidCredential(InvalidCredential::Refused("unknown key")))?;
///     Ok(Principal::builder().subject(owner).build())
/// }
/// # fn owner_of(_: &str) -> Option<String> { None }
/// ```
#[derive(Clone, Copy)]
pub struct Credential<'request> {
    scheme: &'request str,
    value: &'request str,
}

impl<'request> Credential<'request> {
    /// The scheme, spelled as in the request. Scheme names ignore case (RFC 9110 §11.1).
    pub fn scheme(&self) -> &'request str {
        self.scheme
    }

    /// What follows the scheme: ASCII, not empty, without surrounding spaces. Never log it.
    pub fn value(&self) -> &'request str {
        self.value
    }

    /// Reads the credential out of the request's `Authorization` fields.
    ///
    /// `accepts` finds the scheme of a name, and the alphabet of its credentials. `recalls` is asked before the grammar:
    /// what it knows to the byte has passed it before.
    pub(crate) fn read<Accepted, Known>(
        mut fields: impl Iterator<Item = &'request [u8]>,
        accepts: impl FnOnce(&str) -> Option<(Alphabet, Accepted)>,
        recalls: impl FnOnce(&Accepted, &[u8]) -> Option<Known>,
    ) -> Result<Presented<Self, Accepted, Known>, MalformedCredential> {
        let Some(field) = fields.next() else { return Ok(Presented::Nothing) };
        if fields.next().is_some() {
            return Err(MalformedCredential::Repeated);
        }
        let field = field.trim_ascii();
        if field.is_empty() {
            return Ok(Presented::Nothing);
        }
        let (name, rest) = split_scheme(field).ok_or(MalformedCredential::Scheme)?;
        let (accepted, value) = (accepts(name), trim_spaces(rest));
        if let Some(known) = accepted.as_ref().and_then(|(_, accepted)| recalls(accepted, value)) {
            return Ok(Presented::Known(known));
        }
        if joins_credentials(rest) {
            return Err(MalformedCredential::Joined);
        }
        let Some((alphabet, accepted)) = accepted else { return Ok(Presented::Nothing) };
        let value = std::str::from_utf8(value).map_err(|_| MalformedCredential::Value)?;
        let legal = match alphabet {
            Alphabet::Token68 => is_token68(value),
            Alphabet::Printable => !value.is_empty() && value.bytes().all(|byte| matches!(byte, b' '..=b'~')),
        };
        if legal {
            Ok(Presented::New(Self { scheme: name, value }, accepted))
        } else {
            Err(MalformedCredential::Value)
        }
    }
}

/// What the `Authorization` fields of a request hold.
pub(crate) enum Presented<Credential, Accepted, Known> {
    /// A credential that was seen before.
    Known(Known),
    /// One that has to be looked into, by this scheme.
    New(Credential, Accepted),
    /// None, or one of a scheme that is not accepted here.
    Nothing,
}

/// The scheme alone: the value is a secret.
impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

/// What may follow a scheme.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// RFC 9110 §11.2: letters, digits, `-._~+/`, then `=`.
    Token68,
    /// Printable ASCII: the scheme's own authenticator parses it.
    Printable,
}

/// `scheme [ 1*SP rest ]`; any other separator is no separator (RFC 9110 §11.4).
fn split_scheme(field: &[u8]) -> Option<(&str, &[u8])> {
    let end = field.iter().position(|byte| !is_token_char(*byte)).unwrap_or(field.len());
    let (scheme, rest) = field.split_at_checked(end)?;
    let separated = matches!(rest.first(), None | Some(b' '));
    let scheme = std::str::from_utf8(scheme).ok()?;
    (separated && !scheme.is_empty()).then_some((scheme, rest))
}

/// Other white space separates nothing.
fn trim_spaces(rest: &[u8]) -> &[u8] {
    let begin = rest.iter().position(|byte| *byte != b' ').unwrap_or(rest.len());
    rest.get(begin..).unwrap_or_default()
}

/// Whether `name` is a token (RFC 9110 §5.6.2).
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
    // All of it, without a branch: tokens are long, and this way many bytes are looked at in one step.
    !core.is_empty() && core.bytes().fold(true, |legal, byte| legal & is_token68_char(byte))
}

fn is_token68_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

/// Whether a comma outside quotes is followed by another scheme and its credential, as in `Basic x, Bearer y`.
/// Commas between parameters, as in `Digest realm="a, b", nonce=c`, are no such thing.
fn joins_credentials(rest: &[u8]) -> bool {
    // Most have none, and that is seen quickly.
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
        // A parameter may have spaces around its `=`.
        after.trim_ascii().first().is_some_and(|byte| *byte != b'=')
    })
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, Credential, Presented};
    use crate::policy::decision::MalformedCredential::{Joined, Repeated, Scheme, Value};

    fn read(
        fields: &[&'static str],
    ) -> Result<Option<(&'static str, &'static str)>, crate::MalformedCredential> {
        let accepts = |scheme: &str| match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Some((Alphabet::Token68, ())),
            "hawk" => Some((Alphabet::Printable, ())),
            _ => None,
        };
        let fields = fields.iter().map(|field| field.as_bytes());
        Credential::read(fields, accepts, |(), _| None::<()>).map(|found| match found {
            Presented::New(credential, ()) => Some((credential.scheme(), credential.value())),
            Presented::Known(()) | Presented::Nothing => None,
        })
    }

    #[test]
    fn one_credential_is_read() {
        assert_eq!(read(&["Bearer abc"]), Ok(Some(("Bearer", "abc"))));
        assert_eq!(read(&["bEaReR    abc=="]), Ok(Some(("bEaReR", "abc=="))));
        assert_eq!(read(&[r#"Hawk id="a", ts="1""#]), Ok(Some(("Hawk", r#"id="a", ts="1""#))));
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
            assert_eq!(read(&[field]), Ok(None), "{field}");
        }
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn everything_else_is_malformed() {
        assert_eq!(read(&["Bearer a", "Bearer a"]), Err(Repeated));
        for field in ["Bearer\tabc", "Bearer=abc", "Bearer:abc", ", Bearer abc", "\"Bearer\" abc"] {
            assert_eq!(read(&[field]), Err(Scheme), "{field}");
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
            assert_eq!(read(&[field]), Err(Value), "{field}");
        }
        for field in
            ["Bearer a, Bearer b", "Basic x, Bearer b", "Hawk a, Bearer b", r#"Digest a="\"", Bearer b"#]
        {
            assert_eq!(read(&[field]), Err(Joined), "{field}");
        }
    }
}
