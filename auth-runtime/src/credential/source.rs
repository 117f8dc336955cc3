//! Where in a request a scheme's credential is presented.

use std::{borrow::Cow, fmt, sync::Arc};

use actix_web::{
    HttpRequest,
    http::header::{COOKIE, HeaderName, HeaderValue},
    web,
};

use super::{grammar::is_printable, presented::Head};
use crate::policy::credential_error::MalformedCredential;

/// Where a scheme's credential is presented.
#[derive(Clone)]
pub(crate) enum Source {
    /// The `Authorization` field, behind the scheme's name (RFC 9110 §11.6.2).
    Authorization,
    /// What the connection proves, found by a function of the application's. Nothing that could be sent would replace it.
    Connection(ReadHead),
    /// A cookie of this name (RFC 6265).
    Cookie(String),
    /// A field of this name; `None` if it is no name for a field.
    Field(Option<HeaderName>),
    /// A function of the application's over the head of the request.
    Head(ReadHead),
    /// A parameter of the query of this name.
    Query(String),
}

type ReadHead = Arc<dyn Fn(&Head<'_>) -> Option<String> + Send + Sync>;

impl Source {
    /// Browsers and connections present such a credential by themselves, so it counts only where none was presented on
    /// purpose.
    pub(crate) fn is_ambient(&self) -> bool {
        match self {
            Self::Connection(_) | Self::Cookie(_) => true,
            Self::Authorization | Self::Field(_) | Self::Head(_) | Self::Query(_) => false,
        }
    }

    /// What a request presents here, outside `Authorization`. An empty value is none.
    pub(crate) fn read<'request>(
        &self,
        request: &'request HttpRequest,
    ) -> Result<Option<Cow<'request, str>>, MalformedCredential> {
        match self {
            Self::Authorization | Self::Field(None) => Ok(None),
            Self::Connection(read) | Self::Head(read) => {
                Ok(read(&Head::of(request)).filter(|value| !value.is_empty()).map(Cow::Owned))
            }
            Self::Cookie(name) => only(cookies(request, name).map(Cow::Borrowed)),
            Self::Field(Some(name)) => only(fields(request, name).map(Cow::Borrowed)),
            Self::Query(name) => {
                // What is no query at all holds no credential.
                let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
                let pairs = pairs.map(web::Query::into_inner).unwrap_or_default().into_iter();
                only(
                    pairs.filter(|(found, _)| found == name).map(|(_, value)| Cow::Owned(value.into_bytes())),
                )
            }
        }
    }
}

/// The one value among these, which is visible ASCII.
fn only<'request>(
    mut values: impl Iterator<Item = Cow<'request, [u8]>>,
) -> Result<Option<Cow<'request, str>>, MalformedCredential> {
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(MalformedCredential::Field);
    }
    let value = match value {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes.trim_ascii()).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    };
    match value {
        Some(empty) if empty.is_empty() => Ok(None),
        Some(value) if is_printable(&value) => Ok(Some(value)),
        _ => Err(MalformedCredential::Field),
    }
}

fn fields<'request>(
    request: &'request HttpRequest,
    name: &HeaderName,
) -> impl Iterator<Item = &'request [u8]> {
    request.headers().get_all(name).map(HeaderValue::as_bytes)
}

/// The values of the cookies with this name. Cookies that others set are not looked at, whatever they hold.
fn cookies<'request>(request: &'request HttpRequest, name: &str) -> impl Iterator<Item = &'request [u8]> {
    let pairs = fields(request, &COOKIE).flat_map(|field| field.split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| pair.trim_ascii_start().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}

/// Without a function's address, which says nothing.
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
