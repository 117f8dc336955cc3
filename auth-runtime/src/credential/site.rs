//! The site that a request comes from (Fetch Metadata; RFC 6454).
//!
//! Browsers send some credentials by themselves, also with requests that pages of other sites make. They tell from where a
//! request comes in fields that no page can set.

use actix_web::{
    HttpRequest,
    http::{
        header::{HOST, HeaderName, ORIGIN, UPGRADE},
        uri::Authority,
    },
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Returns whether a page of another site sent the request, and the request may change something. `listed` are the
/// origins of other pages that may do so.
#[cold]
pub(crate) fn is_cross_site(request: &HttpRequest, listed: &[String]) -> bool {
    // A WebSocket is opened with GET, and whoever opened it may write (RFC 6455 §10.2).
    if request.method().is_safe() && !request.headers().contains_key(UPGRADE) {
        return false;
    }
    let origin = only(request, &ORIGIN);
    let is_listed = || matches!(origin, Only::One(origin) if listed.iter().any(|listed| listed == origin));
    match only(request, &SEC_FETCH_SITE) {
        Only::One("same-origin" | "none") => false,
        Only::One(_) | Only::Unclear => !is_listed(),
        Only::None => match origin {
            // Every browser that does not send the one field sends the other with requests of pages.
            Only::None => false,
            Only::One(origin) => !is_of_host(origin, request) && !is_listed(),
            Only::Unclear => true,
        },
    }
}

/// Returns whether a text is an origin as browsers write it: scheme, host and port, in lower case.
pub(crate) fn is_origin(text: &str) -> bool {
    let Some(("http" | "https", authority)) = text.split_once("://") else { return false };
    let legal = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']')
    };
    !authority.is_empty() && authority.bytes().all(legal)
}

/// The value of a field that has one.
#[derive(Clone, Copy)]
enum Only<'request> {
    None,
    One(&'request str),
    /// The field is repeated, or no text.
    Unclear,
}

fn only<'request>(request: &'request HttpRequest, name: &HeaderName) -> Only<'request> {
    let mut values = request.headers().get_all(name);
    match (values.next(), values.next()) {
        (None, _) => Only::None,
        (Some(value), None) => value.to_str().map_or(Only::Unclear, Only::One),
        (Some(_), Some(_)) => Only::Unclear,
    }
}

/// Returns whether the origin has the host and the port that the request is sent to. The scheme is not compared, because
/// a proxy may end TLS.
fn is_of_host(origin: &str, request: &HttpRequest) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let host = match only(request, &HOST) {
        Only::One(host) => Some(host),
        Only::None => request.uri().authority().map(Authority::as_str),
        Only::Unclear => None,
    };
    host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

#[cfg(test)]
mod tests {
    use super::is_origin;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for origin in ["https://app.example", "http://localhost:8080", "https://[::1]:8443"] {
            assert!(is_origin(origin), "{origin}");
        }
        for other in [
            "",
            "null",
            "*",
            "app.example",
            "https://",
            "https://app.example/",
            "https://App.example",
            "ftp://a",
        ] {
            assert!(!is_origin(other), "{other}");
        }
    }
}
