//! JSON objects in which no name stands twice, at any depth.
//!
//! RFC 7519 §4 lets a parser take the last of two claims; then two layers may read two different tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::decision::InvalidCredential;

/// The object in one part of a token: base64url without padding (RFC 7515 §2), UTF-8, JSON.
pub(crate) fn object(part: &str) -> Result<Map<String, Value>, InvalidCredential> {
    let text = URL_SAFE_NO_PAD.decode(part).map_err(|_| InvalidCredential::Malformed)?;
    parse(&text)
}

/// The object in a text.
pub(crate) fn parse(text: &[u8]) -> Result<Map<String, Value>, InvalidCredential> {
    let object = serde_json::from_slice(text).map_err(|_| InvalidCredential::Malformed)?;
    // Of two members with one name the map keeps one.
    if members(&object) == colons(text) { Ok(object) } else { Err(InvalidCredential::Duplicate) }
}

fn members(object: &Map<String, Value>) -> usize {
    object.len() + object.values().map(members_within).sum::<usize>()
}

fn members_within(value: &Value) -> usize {
    match value {
        Value::Object(object) => members(object),
        Value::Array(list) => list.iter().map(members_within).sum(),
        _ => 0,
    }
}

/// The colons outside strings: one for each member, in text that is known to be JSON.
fn colons(text: &[u8]) -> usize {
    let (mut count, mut bytes) = (0, text.iter());
    while let Some(byte) = bytes.next() {
        match byte {
            b':' => count += 1,
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    count
}

/// To the quotation mark that ends the string.
fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::{InvalidCredential, URL_SAFE_NO_PAD, object};

    fn parse(text: &str) -> Result<(), InvalidCredential> {
        object(&URL_SAFE_NO_PAD.encode(text)).map(|_| ())
    }

    #[test]
    fn a_name_stands_once_at_every_depth() {
        for once in [r#"{"a":[{"b":1},{"b":2}],"c":{"b":null}}"#, r#"{"a:":":\":\\","b\":":["\\\":"]}"#, "{}"]
        {
            assert_eq!(parse(once), Ok(()), "{once}");
        }
        for twice in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":[{"a":{"b":1,"b":true}}]}"#,
            r#"{"a":{"b":1},"a":{"b":1}}"#,
        ] {
            assert_eq!(parse(twice), Err(InvalidCredential::Duplicate), "{twice}");
        }
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        let deep = "[".repeat(10_000);
        for text in ["", "1", "[]", "{", r#"{"a":1e400}"#, r#"{"a":"\ud800"}"#, &format!(r#"{{"a":{deep}"#)] {
            assert_eq!(parse(text), Err(InvalidCredential::Malformed), "{text:.40}");
        }
        for part in ["e30=", "e31", "e30\n", "e3+/", "é"] {
            assert_eq!(object(part).err(), Some(InvalidCredential::Malformed), "{part}");
        }
    }
}
