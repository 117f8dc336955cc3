//! An answer as the server sent it.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, ErrorKind},
};

/// An answer of the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The status lines of the interim answers before the answer, such as `100 Continue`.
    pub(super) interim: Vec<String>,
    pub(super) status: u16,
    pub(super) status_line: String,
    /// The values of each field, in their order. The names are in lower case.
    pub(super) fields: BTreeMap<String, Vec<Vec<u8>>>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// Returns whether the server says that it will close the connection.
    pub(super) fn closes(&self) -> bool {
        self.has("connection", "close")
    }

    /// Returns whether a field of this name has this value, in any case of letters.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        let values = self.fields.get(name).into_iter().flatten();
        values.into_iter().any(|other| other.trim_ascii().eq_ignore_ascii_case(value.as_bytes()))
    }

    /// Adds the fields of a head or a trailer.
    pub(super) fn add(&mut self, fields: &[httparse::Header<'_>]) {
        for field in fields {
            let values = self.fields.entry(field.name.to_ascii_lowercase()).or_default();
            values.push(field.value.to_vec());
        }
    }

    /// Returns the length of the body that the answer states; `None` if it states no length.
    pub(super) fn length(&self) -> io::Result<Option<usize>> {
        let Some(values) = self.fields.get("content-length") else { return Ok(None) };
        let (Some(first), true) =
            (values.first(), values.iter().all(|value| value.iter().all(u8::is_ascii_digit)))
        else {
            return Err(malformed("its length is none"));
        };
        if values.iter().any(|value| value != first) {
            return Err(malformed("it has several lengths"));
        }
        let length = str::from_utf8(first).ok().and_then(|length| length.parse().ok());
        length.map(Some).ok_or_else(|| malformed("its length is none"))
    }
}

/// Makes the error of an answer that breaks its grammar.
pub(super) fn malformed(what: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}
