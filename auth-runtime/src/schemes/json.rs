//! The parser of JSON objects, which refuses a name that appears twice, at any depth.
//!
//! RFC 7519 §4 lets a parser take the last of two claims with the same name. Then two layers may read two different
//! tokens.

use std::{fmt, sync::LazyLock};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use crate::policy::credential_error::InvalidCredential;

/// Reads the object in one part of a token: base64url without padding (RFC 7515 §2), UTF-8, JSON.
pub(crate) fn object(part: &str) -> Result<Map<String, Value>, InvalidCredential> {
    let text = URL_SAFE_NO_PAD.decode(part).map_err(|_| InvalidCredential::Malformed)?;
    parse(&text)
}

/// Reads the object in a text.
pub(crate) fn parse(text: &[u8]) -> Result<Map<String, Value>, InvalidCredential> {
    let mut parser = serde_json::Deserializer::from_slice(text);
    let value = parser.deserialize_any(Unique).and_then(|value| parser.end().map(|()| value));
    match value {
        Ok(Value::Object(object)) => Ok(object),
        // A data error is always a name that appears twice, because everything else that is JSON is accepted.
        Err(error) if error.is_data() => Err(InvalidCredential::Duplicate),
        Ok(_) | Err(_) => Err(InvalidCredential::Malformed),
    }
}

/// Reads any value. `Value` would take the last of two members with the same name, and would treat some names specially
/// if features of `serde_json` are switched on.
struct Unique;

/// The member name under which `serde_json` passes a number if another crate has switched on `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// Whether another crate has switched on `arbitrary_precision`. If so, a number keeps its spelling.
static ARBITRARY: LazyLock<bool> =
    LazyLock::new(|| "1.00".parse().is_ok_and(|number: Number| number.to_string() == "1.00"));

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = array.next_element_seed(Self)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Self)?;
            if let (NUMBER, Value::String(digits), true) = (&*name, &value, object.is_empty() && *ARBITRARY) {
                return digits.parse().map(Value::Number).map_err(A::Error::custom);
            }
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::{InvalidCredential, URL_SAFE_NO_PAD, Value, object};

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
    fn an_object_stays_one_whatever_its_names() {
        let text =
            br#"{"exp":{"$serde_json::private::Number":"1"},"a":{"x":1,"$serde_json::private::Number":"7"}}"#;
        let object = Value::from(super::parse(text).unwrap_or_default());
        assert!(*super::ARBITRARY || object.pointer("/exp").is_some_and(Value::is_object));
        assert_eq!(object.pointer("/a/x").and_then(Value::as_u64), Some(1));
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        let deep = "[".repeat(10_000);
        for text in ["", "1", "[]", "{", r#"{"a":1e400}"#, r#"{"a":"\ud800"}"#, &format!(r#"{{"a":{deep}"#)] {
            assert_eq!(parse(text), Err(InvalidCredential::Malformed), "{text:.40}");
        }
        // `serde_json` treats this name specially if its features are switched on.
        let raw = r#"{"$serde_json::private::RawValue":"{\"a\":1,\"b\":2}","sub":"alice","sub":"mallory"}"#;
        assert_eq!(parse(raw), Err(InvalidCredential::Duplicate));
        for part in ["e30=", "e31", "e30\n", "e3+/", "é"] {
            assert_eq!(object(part).err(), Some(InvalidCredential::Malformed), "{part}");
        }
    }
}
