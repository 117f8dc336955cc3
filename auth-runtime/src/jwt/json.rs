//! JSON objects in which no name stands twice, at any depth.
//!
//! RFC 7519 §4 lets a parser take the last of two claims; then two layers may read two different tokens.

use std::{borrow::Cow, collections::HashSet, fmt};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::decision::InvalidCredential;

/// The object in one part of a token: base64url without padding (RFC 7515 §2), UTF-8, JSON.
pub(super) fn object(part: &str) -> Result<Map<String, Value>, InvalidCredential> {
    let text = URL_SAFE_NO_PAD.decode(part).map_err(|_| InvalidCredential::Malformed)?;
    let object = serde_json::from_slice(&text).map_err(|_| InvalidCredential::Malformed)?;
    if names_are_unique(&text) { Ok(object) } else { Err(InvalidCredential::Duplicate) }
}

/// Of text that is known to be JSON.
fn names_are_unique(text: &[u8]) -> bool {
    let mut parser = serde_json::Deserializer::from_slice(text);
    UniqueNames.deserialize(&mut parser).is_ok()
}

/// Walks over any value and keeps nothing but the names of the objects it is in.
#[derive(Clone, Copy)]
struct UniqueNames;

/// A name, unescaped: `aud` and `\u0061ud` are the same.
#[derive(Deserialize, PartialEq, Eq, Hash)]
struct Name<'text>(#[serde(borrow)] Cow<'text, str>);

impl<'de> DeserializeSeed<'de> for UniqueNames {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UniqueNames {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while array.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = object.next_key::<Name<'de>>()? {
            if !seen.insert(name) {
                return Err(A::Error::custom("a name stands twice"));
            }
            object.next_value_seed(self)?;
        }
        Ok(())
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
        assert_eq!(parse(r#"{"a":[{"b":1},{"b":2}],"c":{"b":null}}"#), Ok(()));
        for twice in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"x":[{"a":{"b":1,"b":true}}]}"#] {
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
