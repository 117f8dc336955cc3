//! The place in a request where a scheme's credential is presented.

use std::{borrow::Cow, fmt, sync::Arc};

use actix_web::{
    HttpRequest,
    http::header::{COOKIE, HeaderName, HeaderValue},
};

use super::{grammar::is_printable, head::Head};
use crate::policy::credential_error::MalformedCredential;

/// The place in a request where a scheme's credential is presented.
#[derive(Clone)]
pub(crate) enum Source {
    /// The `Authorization` field, after the scheme's name (RFC 9110 §11.6.2).
    Authorization,
    /// The connection, read by a function of the application. A request cannot send such a credential.
    Connection(ReadHead),
    /// The cookie of this name (RFC 6265).
    Cookie(String),
    /// The field of this name; `None` if no field can have the name.
    Field(Option<HeaderName>),
    /// The head of the request, read by a function of the application.
    Head(ReadHead),
    /// The query parameter of this name.
    Query(String),
}

type ReadHead = Arc<dyn Fn(&Head<'_>) -> Option<String> + Send + Sync>;

impl Source {
    /// Returns whether the credential is ambient: browsers or connections present it by themselves. An ambient
    /// credential counts only if none was presented on purpose.
    pub(crate) fn is_ambient(&self) -> bool {
        match self {
            Self::Connection(_) | Self::Cookie(_) => true,
            Self::Authorization | Self::Field(_) | Self::Head(_) | Self::Query(_) => false,
        }
    }

    /// Returns the credential that a request presents here, outside `Authorization`. An empty value is no credential.
    pub(crate) fn read<'request>(
        &self,
        request: &'request HttpRequest,
    ) -> Result<Option<Cow<'request, str>>, MalformedCredential> {
        match self {
            Self::Authorization | Self::Field(None) => Ok(None),
            Self::Connection(read) | Self::Head(read) => {
                let value = read(&Head::of(request)).map(|value| Cow::Owned(value.into_bytes()));
                only(value.into_iter())
            }
            Self::Cookie(name) => only(cookies(request, name).map(Cow::Borrowed)),
            Self::Field(Some(name)) => only(fields(request, name).map(Cow::Borrowed)),
            Self::Query(name) => {
                let pairs = form_urlencoded::parse(request.query_string().as_bytes());
                only(pairs.filter(|(found, _)| found == name).map(|(_, value)| into_bytes(value)))
            }
        }
    }
}

#[cfg(feature = "session")]
impl Source {
    /// Returns all texts that a request presents in this cookie.
    pub(crate) fn cookies<'request>(
        &self,
        request: &'request HttpRequest,
    ) -> impl Iterator<Item = &'request str> {
        let name = if let Self::Cookie(name) = self { name } else { "" };
        cookies(request, name).filter_map(|value| std::str::from_utf8(value.trim_ascii()).ok())
    }
}

/// Returns the only value, if it is visible ASCII. Several values are an error.
fn only<'request>(
    mut values: impl Iterator<Item = Cow<'request, [u8]>>,
) -> Result<Option<Cow<'request, str>>, MalformedCredential> {
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(MalformedCredential::Field);
    }
    let value = match value {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes.trim_ascii()).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => {
            std::str::from_utf8(bytes.trim_ascii()).ok().map(|text| Cow::Owned(text.to_owned()))
        }
    };
    match value {
        Some(empty) if empty.is_empty() => Ok(None),
        Some(value) if is_printable(&value) => Ok(Some(value)),
        _ => Err(MalformedCredential::Field),
    }
}

fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

fn fields<'request>(
    request: &'request HttpRequest,
    name: &HeaderName,
) -> impl Iterator<Item = &'request [u8]> {
    request.headers().get_all(name).map(HeaderValue::as_bytes)
}

/// Returns the values of the cookies with this name. Other cookies are not checked, whatever they hold.
fn cookies<'request>(request: &'request HttpRequest, name: &str) -> impl Iterator<Item = &'request [u8]> {
    let pairs = fields(request, &COOKIE).flat_map(|field| field.split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| pair.trim_ascii_start().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}

/// Leaves out the functions, whose addresses say nothing.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authorization => f.write_str("Authorization"),
            Self::Connection(_) => f.write_str("Connection(..)"),
            Self::Cookie(name) => f.debug_tuple("Cookie").field(name).finish(),
            Self::Field(name) => f.debug_tuple("Field").field(name).finish(),
            Self::Head(_) => f.write_str("Head(..)"),
            Self::Query(name) => f.debug_tuple("Query").field(name).finish(),
        }
    }
}
